import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import type { Edit } from './edit-event.ts';
import './findings-view.ts';
import type { PolicyCheck } from './policy-check.ts';
import type { PolicyDesk, PolicyDraft } from './policy-desk.ts';
import './policy-form.ts';
import type { ProjectGround } from './read-project-ground.ts';
import type { YamlView } from './yaml-view.ts';
import './yaml-view.ts';

/** The two sides of a draft beside each other, and what is said of it. */
@customElement('t-policy-editor')
export class PolicyEditor extends LitElement {
  static override styles = [
    base,
    css`
      .sides {
        display: grid;
        grid-template-columns: minmax(0, 1.12fr) minmax(0, 1fr);
        gap: 1.5rem;
        align-items: start;
      }
      .text {
        position: sticky;
        top: 3.75rem;
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
        max-height: calc(100dvh - 4.5rem);
        overflow-y: auto;
        padding: 2px 2px 5rem;
      }
      .state {
        display: inline-flex;
        gap: 0.4rem;
        align-items: center;
        font-weight: 550;
      }
      .state.bad {
        color: var(--warn);
      }
      .state.good {
        color: var(--on);
      }
      .waits {
        padding: 1rem;
      }
      @media (max-width: 1100px) {
        .sides {
          grid-template-columns: minmax(0, 1fr);
        }
        .text {
          position: static;
          max-height: none;
          padding-bottom: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) desk!: PolicyDesk;
  /** Handed in beside the desk, so that this is drawn again when it changes. */
  @property({ attribute: false }) draft!: PolicyDraft;
  @property({ attribute: false }) check!: PolicyCheck;
  @property({ attribute: false }) answered: unknown;
  @property({ attribute: false }) ground!: ProjectGround;
  @property() flag = '';
  @property({ type: Boolean }) isNew = false;
  @property({ type: Boolean }) readonly = false;
  @query('t-policy-yaml') private yaml!: YamlView;

  /** In a line beside the text: whether it can be saved. */
  #drawState() {
    const { answer, refusal, of } = this.check;
    if (answer === undefined || of !== this.draft.text) {
      return html`<span class="state quiet" role="status">${refusal ? '' : 'Looking at it …'}</span>`;
    }
    const count = answer.faults.length;
    const says = count === 0 ? 'It can be saved.' : `${count} ${count === 1 ? 'thing' : 'things'} to correct`;
    return html`<span class="state ${count === 0 ? 'good' : 'bad'}" role="status"
      ><wa-icon name=${count === 0 ? 'check' : 'alert'} aria-hidden="true"></wa-icon>${says}</span
    >`;
  }

  override render() {
    const { draft, check } = this;
    // Faults of a text that is gone stand where nothing is.
    const faults = check.answer?.faults ?? [];
    const placed = check.of === draft.text ? faults : [];
    return html`<div class="sides" @edit=${({ detail }: CustomEvent<Edit>) => this.desk.edit(detail.path, detail.value)}>
      ${
        draft.document === undefined
          ? html`<div class="card waits">
              <p><strong>The form waits.</strong> The YAML cannot be read as it is: what is said beside it tells where.</p>
            </div>`
          : html`<t-policy-form
              .document=${draft.document}
              .faults=${faults}
              .ground=${this.ground}
              .isNew=${this.isNew}
              .readonly=${this.readonly}
            ></t-policy-form>`
      }
      <div class="text" tabindex="-1">
        <t-policy-yaml
          .text=${draft.text}
          .faults=${placed}
          .readonly=${this.readonly}
          @write=${({ detail }: CustomEvent<string>) => this.desk.write(detail)}
          >${this.#drawState()}</t-policy-yaml
        >
        ${
          draft.lost
            ? html`<p class="fault" role="status">The change in the form wrote the YAML anew, and its comments are gone from it.</p>`
            : nothing
        }
        <t-policy-findings
          .answer=${check.answer}
          .document=${draft.document}
          .refusal=${check.refusal}
          .retry=${() => void check.again()}
          .flag=${this.flag}
          @place=${({ detail }: CustomEvent<{ line: number; column: number }>) => this.yaml.show(detail.line, detail.column)}
        ></t-policy-findings>
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-editor': PolicyEditor;
  }
}
