import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { isFields, textIn } from './document-tree.ts';
import { countFaults } from './findings.ts';
import { listSheet } from './list-sheet.ts';
import { ListView } from './list-view.ts';
import './stage-view.ts';

/** The stages of one environment, in their order. */
@customElement('t-policy-stages')
export class StagesView extends ListView {
  static override styles = [base, listSheet];
  @property() environment = '';
  @property({ attribute: false }) gates: readonly string[] = [];

  #add(): void {
    const last = this.list.at(-1);
    const exposure = isFields(last) && typeof last.exposure === 'number' ? Math.min(100, last.exposure * 2) : 5;
    this.change([...this.list, { exposure, bake: '1h' }], 'A stage was added at the end.', this.list.length);
  }

  override render() {
    return html`<ol class="entries">
        ${this.list.map((stage, at) => this.#draw(stage, at))}
      </ol>
      ${
        this.readonly
          ? nothing
          : html`<button type="button" class="add small" @click=${() => this.#add()}>
              <wa-icon name="plus" aria-hidden="true"></wa-icon>Add a stage<span class="sr"> in ${this.environment}</span>
            </button>`
      }
      ${this.drawSaid()}`;
  }

  #draw(stage: unknown, at: number) {
    const path = [...this.path, at];
    const name = `stage ${at + 1} of ${this.environment}`;
    return html`<li
      class="entry ${countFaults(this.faults, path) > 0 ? 'wrong' : ''}"
      tabindex="-1"
      data-entry
      aria-label="Stage ${at + 1} of ${this.list.length}"
      @keydown=${this.onKey(at, name)}
    >
      <header>
        <h4>${at + 1}. ${tellStage(stage)}</h4>
        ${this.drawActs(at, name)}
      </header>
      <t-policy-stage
        .stage=${stage}
        .path=${path}
        .faults=${this.faults}
        .ground=${this.ground}
        .environment=${this.environment}
        .about=${name}
        .gates=${this.gates}
        .readonly=${this.readonly}
      ></t-policy-stage>
    </li>`;
  }
}

/** Who is in a stage: `canary, 5 %`. */
function tellStage(stage: unknown): string {
  const [name, audience] = [textIn(stage, 'name'), textIn(stage, 'audience')];
  const exposure = isFields(stage) ? stage.exposure : undefined;
  const who = [...(audience === '' ? [] : [audience]), ...(exposure === undefined ? [] : [`${String(exposure)} %`])];
  const told = who.length === 0 ? 'nobody yet' : who.join(' and ');
  return name === '' || name === audience ? told : `${name}: ${told}`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-stages': StagesView;
  }
}
