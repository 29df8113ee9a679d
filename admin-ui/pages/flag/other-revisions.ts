import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import '../../parts/relative-time.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { rollBackFlow } from '../releases/roll-back-flow.ts';
import type { Revision } from './revisions-reading.ts';

/** By what a flag was altered together with others, in words. */
const WORDS: Record<string, string> = {
  'environment.rollback': 'a rollback of the environment',
  'rollback.undo': 'a rollback undone',
  'request.apply': 'a request',
  'request.undo': 'a request undone',
  'train.depart': 'a departure',
  'train.recall': 'a recall',
};

/** What a flag became by changes of more than this flag: they are in its history too, and one can go back to them. */
@customElement('t-other-revisions')
export class OtherRevisions extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.1rem 0.7rem;
        min-height: 2.6rem;
        padding: 0.25rem 0.9rem;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      h2 {
        margin-bottom: 0.4rem;
      }
    `,
  ];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) environment!: MyEnvironment;
  @property() flag = '';
  @property({ attribute: false }) items: readonly Revision[] = [];

  override willUpdate(): void {
    this.hidden = this.items.length === 0;
  }

  override render() {
    if (this.items.length === 0) return nothing;
    return html`<h2>Altered together with others</h2>
      <ul class="card" aria-label="Altered together with others">
        ${this.items.map((item) => this.#draw(item))}
      </ul>`;
  }

  #draw({ change, at, action, summary, release, good, present }: Revision) {
    const project = this.project.key;
    const env = this.environment.key;
    return html`<li>
      <span>by <a href=${writeRoute('change', { project, change: String(change) }, { env })}>${WORDS[action] ?? summary}</a></span>
      <span class="quiet small"><t-ago .at=${at}></t-ago></span>
      ${good ? html`<span class="tag on">known good</span>` : nothing}
      ${release === null ? nothing : html`<a class="small" href=${writeRoute('release', { project, release }, { env })}>release ${release}</a>`}
      <span class="spread"></span>
      ${present ? html`<span class="tag on">as it is now in ${this.environment.name}</span>` : this.#drawBack(change)}
    </li>`;
  }

  #drawBack(change: number) {
    const { safe } = this.environment.may;
    return html`<button
      class="plain small"
      aria-disabled=${!safe.yes}
      title=${safe.yes ? 'Shows the difference first' : (safe.why ?? '')}
      @click=${() => safe.yes && void this.#goBack(change)}
    >
      <wa-icon name="history" aria-hidden="true"></wa-icon>Back to this<span class="sr"> (change ${change})</span>
    </button>`;
  }

  #goBack(change: number): Promise<unknown> {
    const { project, environment, flag, items } = this;
    const position = items.find((item) => item.change === change)?.position ?? '';
    return rollBackFlow({ project, environment, flag, to: { position }, words: `change ${change}` });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-other-revisions': OtherRevisions;
  }
}
