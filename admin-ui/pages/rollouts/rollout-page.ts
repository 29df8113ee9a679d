import type { RolloutAnswer, RunAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { route } from '../../shell/navigation.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import './arms-view.ts';
import './checklist.ts';
import './decision-log.ts';
import './guard-card.ts';
import './reach-view.ts';
import './rollout-acts.ts';
import './rollout-head.ts';
import { RolloutReading } from './rollout-reading.ts';
import { rolloutSheet } from './rollout-sheet.ts';
import './rollout-verdict.ts';
import './stage-track.ts';
import { dropWarnings, startWarnings } from './start-flow.ts';
import { isLive } from './tell-rollout.ts';

type Step = RolloutAnswer['path'][number];

/** One rollout: where it is, what was decided last and why, what is missing, what its guards see, and what can be done. */
@customElement('t-rollout-page')
export class RolloutPage extends LitElement {
  static override styles = [base, rolloutSheet];

  @property() project = '';
  @property() rollout = '';
  readonly #here = followHere(this);
  readonly #reading = new RolloutReading(this);

  constructor() {
    super();
    new Following(this, route, startWarnings);
  }

  override willUpdate(): void {
    this.#reading.follow(this.project, this.rollout);
  }

  override updated(): void {
    const { rollout } = this.#reading;
    if (rollout !== undefined) document.title = `${rollout.flag}: rollout · Turnout`;
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { rollout, refusal } = this.#reading;
    return html`<div class="page">
      ${rollout === undefined ? html`<h1 class=${refusal ? '' : 'sr'}>Rollout</h1>` : nothing}
      <t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>
      ${rollout === undefined ? (refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`) : this.#draw(here, rollout)}
    </div>`;
  }

  #draw(here: Here, rollout: RolloutAnswer) {
    const names = new Map(here.project.environments.map(({ key, name }) => [key, name]));
    const now = findStep(rollout);
    const chosen =
      rollout.path.find(({ environment, run }) => run !== null && environment === route.value?.query.at) ?? now;
    return html`<t-rollout-head .project=${this.project} .rollout=${rollout}></t-rollout-head>
      ${this.#drawBanners(rollout)} ${this.#drawVerdict(here, rollout, now)}
      <section>
        <h2>The way</h2>
        <t-stage-track .project=${this.project} .rollout=${rollout} .names=${names} .chosen=${chosen?.environment ?? ''}></t-stage-track>
      </section>
      ${chosen?.run ? this.#drawRun(rollout, chosen, chosen.run, names) : nothing}
      <section>
        <h2>Decisions</h2>
        <t-rollout-decisions
          .project=${this.project}
          .rollout=${rollout.id}
          .moves=${this.#reading.moves}
          .names=${names}
        ></t-rollout-decisions>
      </section>`;
  }

  #drawBanners({ id, acts, state }: RolloutAnswer) {
    const warnings = startWarnings.value.get(id) ?? [];
    return html`${
      acts || !isLive(state)
        ? nothing
        : html`<p class="banner" role="alert">
            <strong>No policy acts now.</strong> No node has acted for a while: the database is away, or none runs. Users
            keep what they have. Rolling back by hand, turning off and killing are tried as ever.
          </p>`
    }
    ${
      warnings.length === 0
        ? nothing
        : html`<div class="banner" role="status">
            <strong>Said at its start</strong>
            <ul>
              ${warnings.map((one) => html`<li>${one}</li>`)}
            </ul>
            <p><button @click=${() => dropWarnings(id)}>I have read it</button></p>
          </div>`
    }`;
  }

  #drawVerdict(here: Here, rollout: RolloutAnswer, step: Step | undefined) {
    const environment = here.project.environments.find(({ key }) => key === step?.environment);
    return html`<section class="card verdict" aria-label="Verdict">
      <t-rollout-verdict .rollout=${rollout} .run=${step?.run ?? undefined}></t-rollout-verdict>
      <t-rollout-acts
        .project=${here.project}
        .rollout=${rollout}
        .environment=${environment}
        @steered=${(event: CustomEvent<RolloutAnswer>) => this.#reading.take(event.detail)}
      ></t-rollout-acts>
      ${step?.run?.reach ? html`<t-rollout-reach .project=${this.project} .run=${step.run}></t-rollout-reach>` : nothing}
    </section>`;
  }

  #drawRun(rollout: RolloutAnswer, { environment, state }: Step, run: RunAnswer, names: ReadonlyMap<string, string>) {
    const where = rollout.path.length > 1 ? ` in ${names.get(environment) ?? environment}` : '';
    const { decision } = run;
    return html`<div class="sides">
        <section class="card side">
          <h2>${isLive(state) ? 'Before it goes on' : 'What was asked for last'}${where}</h2>
          <t-rollout-checklist
            .project=${this.project}
            .conditions=${decision?.conditions ?? []}
            .over=${!isLive(state)}
            .inbox=${writeRoute('requests', { project: this.project }, { env: environment })}
          ></t-rollout-checklist>
        </section>
        <section class="card side">
          <h2>Who was measured${where}</h2>
          <t-rollout-arms .run=${run} .from=${rollout.from} .to=${rollout.to}></t-rollout-arms>
        </section>
      </div>
      <section>
        <h2>Guards${where}</h2>
        ${
          rollout.guards.length === 0
            ? html`<p class="quiet">Its policy has none: nothing takes it back by itself.</p>`
            : html`<div class="guards">
                ${rollout.guards.map(
                  (guard) => html`<t-guard-card
                    .guard=${guard}
                    .found=${decision?.guards.find(({ id }) => id === guard.id)}
                    .series=${Object.hasOwn(run.series, guard.id) ? run.series[guard.id] : []}
                  ></t-guard-card>`,
                )}
              </div>`
        }
      </section>`;
  }
}

/** Where it is, or was last: the last environment in which it has a run. */
function findStep({ path }: RolloutAnswer): Step | undefined {
  return path.findLast(({ run }) => run !== null);
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-page': RolloutPage;
  }
}
