import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { FleetCounts } from '../../client/fleet-counts.ts';
import { followHere, type Here } from '../../client/here.ts';
import { isProduction, type MyEnvironment } from '../../client/me.ts';
import { Following } from '../../client/store.ts';
import { setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import './kill-card.ts';
import './kill-form.ts';
import { killRuns } from './kill-runs.ts';
import './killed-now.ts';
import { placeOfKey } from './place-of-key.ts';
import './recent-changes.ts';

/** For 3 a.m.: type, Enter, and see who has it. Below it, what was changed lately and what is killed already. */
@customElement('t-kill-page')
export class KillPage extends LitElement {
  static override styles = [
    base,
    css`
      .page {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.5rem;
        max-width: 64rem;
      }
      .places {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem;
        margin: 0.75rem 0 1rem;
      }
      .places button {
        min-height: 2.4rem;
        overflow-wrap: anywhere;
      }
      .places button[aria-pressed='true'] {
        background: var(--chosen);
        border-color: var(--link);
      }
      .places button.production[aria-pressed='true'] {
        background: var(--production-soft);
        border-color: var(--production);
        color: var(--production);
      }
      kbd {
        font: 500 var(--tiny) / 1 var(--mono);
        color: var(--quiet);
      }
      .cards {
        display: grid;
        gap: 0.75rem;
      }
      h2 {
        margin: 0.5rem 0;
      }
      @media (max-width: 720px) {
        /* The bar above has the same, and stays in sight. */
        .places button {
          display: none;
        }
      }
    `,
  ];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #fleet = new FleetCounts(this);

  constructor() {
    super();
    new Following(this, killRuns);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#press);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#press);
  }

  /** Alt and a number choose the environment, from within the field too. */
  readonly #press = (event: KeyboardEvent) => {
    const key = placeOfKey(event, this.#here()?.project.environments ?? []);
    if (key === undefined) return;
    event.preventDefault();
    setQuery({ env: key });
  };

  override willUpdate(): void {
    const here = this.#here();
    if (here !== undefined) this.#fleet.follow(here.project.key, here.environment.key);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const runs = killRuns.value.filter(({ place }) => place.project === this.project);
    return html`<div class="page">
      <section>
        <h1>Kill a flag</h1>
        ${this.#drawPlaces(here)}
        <t-kill-form .here=${here}></t-kill-form>
      </section>
      <section class="cards" ?hidden=${runs.length === 0}>
        <h2 class="sr">Kills from this screen</h2>
        ${repeat(
          runs,
          ({ id }) => id,
          (run) => html`<t-kill-card
            .run=${run}
            .environment=${here.project.environments.find(({ key }) => key === run.place.environment)}
          ></t-kill-card>`,
        )}
      </section>
      <section>
        <h2>Killed in ${here.environment.name} now</h2>
        <t-killed-now .here=${here}></t-killed-now>
      </section>
      <section><t-recent-changes .here=${here}></t-recent-changes></section>
    </div>`;
  }

  #drawPlaces({ project, environment }: Here) {
    const { counts } = this.#fleet;
    return html`<div class="places" role="group" aria-label="Where to kill">
      ${project.environments.map((place, at) => this.#drawPlace(place, at, place.key === environment.key))}
      <span class="quiet row small">${counts === undefined ? nothing : tellCounts(counts)}</span>
    </div>`;
  }

  #drawPlace(place: MyEnvironment, at: number, isChosen: boolean) {
    return html`<button
      class=${isProduction(place) ? 'production' : ''}
      aria-pressed=${isChosen}
      aria-keyshortcuts="Alt+${at + 1}"
      @click=${() => {
        setQuery({ env: place.key });
        this.renderRoot.querySelector('t-kill-form')?.focusField();
      }}
    >
      ${place.name}${at < 9 ? html` <kbd aria-hidden="true">Alt ${at + 1}</kbd>` : nothing}
    </button>`;
  }
}

function tellCounts({ live, laggard }: { live: number; laggard: number }): string {
  const running = live + laggard;
  if (running === 0) return 'No app runs here that a kill would reach at once.';
  const apps = running === 1 ? 'One app runs here' : `${running} apps run here`;
  return laggard === 0 ? `${apps}, and can be reached.` : `${apps}; ${laggard} of them can hardly be reached now.`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-kill-page': KillPage;
  }
}
