import type { RolloutItem } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import { onMyClock } from '../../parts/on-my-clock.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { BoardReading } from './board-reading.ts';
import './stage-dots.ts';
import { tellOwned, tellPlace, tellStage, whatItNeeds } from './tell-rollout.ts';

/** That a flag is being rolled out, how far it is and why it holds; and what that means for whoever edits it. */
@customElement('t-rollout-strip')
export class RolloutStrip extends LitElement {
  static override styles = [
    base,
    css`
      .strip {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.35rem;
        padding: 0.6rem 1rem;
        border: 1px solid var(--on);
        border-radius: var(--round);
        background: var(--on-soft);
        overflow-wrap: anywhere;
      }
      .strip + .strip {
        margin-top: 0.5rem;
      }
      .needs {
        border-color: var(--warn);
        background: var(--warn-soft);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
      }
      t-stage-dots {
        flex: 0 1 9rem;
      }
      summary {
        width: fit-content;
        cursor: pointer;
        font-size: var(--small);
        min-height: 1.5rem;
      }
      ul {
        margin: 0;
        padding-left: 1.1rem;
        font-size: var(--small);
      }
    `,
  ];

  @property() project = '';
  @property() flag = '';
  readonly #reading = new BoardReading(this);

  constructor() {
    super();
    new Following(this, here);
  }

  override willUpdate(): void {
    this.#reading.follow(this.project, { state: 'live', on: '', flag: this.flag });
    // The page leaves no gap where nothing is rolled out.
    this.hidden = (this.#reading.items ?? []).length === 0;
  }

  override render() {
    return repeat(
      this.#reading.items ?? [],
      ({ id }) => id,
      (item) => this.#draw(item),
    );
  }

  #draw(item: RolloutItem) {
    const { id, environment, state, stage, stages, stageName: name, audience, exposure, says } = item;
    const env = here.value?.environment.key ?? '';
    const where = here.value?.project.environments.find(({ key }) => key === environment)?.name ?? environment;
    const needs = whatItNeeds(item);
    const whom = stage < 0 ? '' : ` · ${tellStage({ name, audience, exposure })}`;
    return html`<section class="strip ${needs === undefined ? '' : 'needs'}" aria-label="Rollout in ${where}">
      <div class="line">
        <strong>Rollout in ${where}: ${tellPlace(stage, stages)}${whom}</strong>
        <t-stage-dots .stage=${stage} .stages=${stages} .look=${state === 'paused' ? 'stands' : 'runs'}></t-stage-dots>
        <a class="spread" href=${writeRoute('rollout', { project: this.project, rollout: id }, { env })}>Open the rollout</a>
      </div>
      <p>${onMyClock(says ?? 'It waits for its first stage.')}</p>
      ${
        environment === env
          ? html`<details>
              <summary>What may be edited here meanwhile</summary>
              <ul>
                ${tellOwned(item).map((one) => html`<li>${one}</li>`)}
              </ul>
            </details>`
          : nothing
      }
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-strip': RolloutStrip;
  }
}
