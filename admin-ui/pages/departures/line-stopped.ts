import type { TrainAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { tellActor } from '../../parts/change-words.ts';
import '../../parts/relative-time.ts';
import { base } from '../../styles/base.ts';
import { startLine } from './departure-flows.ts';
import { mayDepart } from './may-depart.ts';

/** That somebody stopped the line, who and why, in letters that nobody overlooks; tells `done` when it is started again. */
@customElement('t-line-stopped')
export class LineStopped extends LitElement {
  static override styles = [
    base,
    css`
      section {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
        padding: 0.75rem 1rem;
        border: 2px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
      }
      div {
        flex: 1 1 18rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      h2 {
        color: var(--warn);
        letter-spacing: 0.02em;
      }
      q {
        unicode-bidi: isolate;
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) train!: TrainAnswer;

  async #start(): Promise<void> {
    if (await startLine(this.project, this.train)) this.dispatchEvent(new CustomEvent('done'));
  }

  override render() {
    const { stopped, key, environment } = this.train;
    if (stopped === null) return nothing;
    const place = this.project.environments.find((one) => one.key === environment);
    const may = mayDepart(place, 'start');
    return html`<section role="alert">
      <div>
        <h2>LINE STOPPED: ${key}</h2>
        <p>
          ${tellActor({ actor: stopped.by, actorName: stopped.byName })} stopped it <t-ago .at=${stopped.at}></t-ago>:
          <q>${stopped.reason}</q>
        </p>
        <p class="small">Nothing of this train leaves, and its rollouts neither advance nor finish. Going back works as ever.</p>
        ${may.yes ? nothing : html`<p class="quiet small">${may.why}</p>`}
      </div>
      <button aria-disabled=${!may.yes} title=${may.why ?? ''} @click=${() => may.yes && void this.#start()}>
        <wa-icon name="play" aria-hidden="true"></wa-icon>Start again
      </button>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-line-stopped': LineStopped;
  }
}
