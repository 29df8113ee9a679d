import type { WholeChange } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/change-row.ts';
import type { ToldChange } from '../../parts/change-words.ts';
import '../../parts/diff-view.ts';
import '../../parts/problem-view.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { rollBackFlow } from '../releases/roll-back-flow.ts';
import type { Revision } from './revisions-reading.ts';

/** One entry of a flag's history: what it did, its diff when it is opened, and the way back to it. */
@customElement('t-history-entry')
export class HistoryEntry extends LitElement {
  static override styles = [
    base,
    css`
      .more {
        padding: 0 0.9rem 0.6rem;
        display: grid;
        gap: 0.5rem;
      }
      .more > .row {
        gap: 0.25rem;
        margin-left: -0.75rem;
      }
      .more > * {
        min-width: 0;
      }
    `,
  ];

  @property({ attribute: false }) change!: ToldChange;
  @property({ attribute: false }) project!: MyProject;
  @property() flag = '';
  @property({ attribute: false }) environment!: MyEnvironment;
  /** All environments are told of; else the chosen one alone. */
  @property({ type: Boolean }) all = false;
  /** The flag is like that now. */
  @property({ type: Boolean }) present = false;
  /** What the flag was after it; undefined where that is not known. */
  @property({ attribute: false }) revision: Revision | undefined;
  @state() private open = false;
  @state() private whole: WholeChange | undefined;
  @state() private refusal: Refusal | undefined;

  async #toggle(): Promise<void> {
    this.open = !this.open;
    if (!this.open || this.whole !== undefined) return;
    this.refusal = undefined;
    try {
      this.whole = await send<WholeChange>(`/projects/${this.project.key}/changes/${this.change.id}`);
    } catch (error) {
      this.refusal = asRefusal(error);
    }
  }

  override render() {
    return html`<t-change-row .change=${this.change} .project=${this.project}>
      <div class="more">
        <div class="row">
          <button
            class="plain small"
            aria-expanded=${this.open}
            @click=${() => void this.#toggle()}
          >
            <wa-icon name=${this.open ? 'chevron-down' : 'chevron-right'} aria-hidden="true"></wa-icon>What it altered<span class="sr"> in change ${this.change.id}</span>
          </button>
          ${this.#drawBack()}
        </div>
        ${this.open ? this.#drawDiff() : nothing}
      </div>
    </t-change-row>`;
  }

  #drawBack() {
    const { environment, change } = this;
    const position = change.environments.find(({ key }) => key === environment.key)?.position;
    if (position === undefined) return nothing;
    if (this.present) return html`<span class="tag on">as it is now in ${environment.name}</span>${this.#drawMarks()}`;
    const may = environment.may.safe;
    const why = may.yes
      ? `Puts ${environment.name} back to how it was after this change; shows the difference first`
      : may.why;
    return html`<button
        class="plain small"
        aria-disabled=${!may.yes}
        title=${why ?? ''}
        @click=${() => void (may.yes && this.#goBack(position))}
      >
        <wa-icon name="history" aria-hidden="true"></wa-icon>Back to this<span class="sr"> (change ${change.id})</span>
      </button>
      ${this.#drawMarks()}`;
  }

  #drawMarks() {
    const { revision, project, environment } = this;
    if (revision === undefined) return nothing;
    const { good, release } = revision;
    return html`${good ? html`<span class="tag on" title="What it was after this change is known to be good">known good</span>` : nothing}
    ${
      release === null
        ? nothing
        : html`<a class="small" href=${writeRoute('release', { project: project.key, release }, { env: environment.key })}>release ${release}</a>`
    }`;
  }

  #goBack(position: string): Promise<unknown> {
    const { project, flag, environment, change } = this;
    return rollBackFlow({ project, flag, environment, to: { position }, words: `change ${change.id}` });
  }

  #drawDiff() {
    const { whole, refusal } = this;
    if (refusal !== undefined) return html`<t-problem .refusal=${refusal}></t-problem>`;
    if (whole === undefined) return html`<p class="quiet" role="status">Reading …</p>`;
    if (whole.erased) return html`<p class="quiet">What it held was erased.</p>`;
    return html`<t-diff .was=${this.#seen(whole.before)} .now=${this.#seen(whole.after)}></t-diff>`;
  }

  /** Of one side of the entry, what belongs to the chosen environment and to the flag of the project. */
  #seen(side: unknown): unknown {
    if (this.all || typeof side !== 'object' || side === null || !('environments' in side)) return side;
    const { environments, ...rest } = side as { environments: Record<string, unknown> };
    const here = environments[this.environment.key];
    return { ...rest, ...(here === undefined ? {} : { [this.environment.key]: here }) };
  }
}
