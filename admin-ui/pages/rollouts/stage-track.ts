import type { RolloutAnswer, StageAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { bakeOf, STATE_WORDS, tellSpan, tellStage } from './tell-rollout.ts';
import { trackSheet } from './track-sheet.ts';

type Step = RolloutAnswer['path'][number];

/** The way of a rollout: its environments, their stages, where it is, and how long that still takes. */
@customElement('t-stage-track')
export class StageTrack extends LitElement {
  static override styles = [base, trackSheet];

  @property({ attribute: false }) rollout!: RolloutAnswer;
  /** By key: how environments are called. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  /** The environment of which the page tells. */
  @property() chosen = '';
  @property() project = '';
  @state() private now = Date.now();
  #clock: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => {
      this.now = Date.now();
    }, 1_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  override render() {
    return html`<div class="track">${this.rollout.path.map((step) => this.#drawStep(step))}</div>`;
  }

  #drawStep(step: Step) {
    const { environment, state: state_, stages } = step;
    const { name, tone } = STATE_WORDS[state_];
    const words = this.names.get(environment) ?? environment;
    return html`<section class="step" aria-label=${words}>
      <div class="head">
        <h3>${this.#drawName(step, words)}</h3>
        ${step.protected ? html`<span class="tag production">protected</span>` : nothing}
        <span class="tag ${tone}">${name}</span>
      </div>
      <ol>
        ${stages.map((stage, at) => this.#drawStage(step, stage, at))}
      </ol>
    </section>`;
  }

  /** Where several have run, each can be looked at. */
  #drawName({ environment, run }: Step, words: string) {
    const others = this.rollout.path.filter((one) => one.run !== null).length > 1;
    if (run === null || !others) return words;
    const href = writeRoute(
      'rollout',
      { project: this.project, rollout: this.rollout.id },
      { at: environment, env: environment },
    );
    return html`<a href=${href} aria-current=${this.chosen === environment ? 'true' : nothing}>${words}</a>`;
  }

  #drawStage({ run, state: state_ }: Step, stage: StageAnswer, at: number) {
    const isCurrent = stage.state === 'current';
    const bake = isCurrent && run !== null ? bakeOf(run, stage.bakeMs, this.now) : undefined;
    const stands = isCurrent && (state_ === 'paused' || run?.standsSince != null);
    return html`<li class="stage ${stage.state} ${stands ? 'stands' : ''}" aria-current=${isCurrent ? 'step' : nothing}>
      <p class="name">
        ${stage.state === 'done' ? html`<wa-icon name="check" label="done"></wa-icon>` : html`<span class="number">${at + 1}</span>`}
        <strong>${tellStage(stage)}</strong>
      </p>
      <p class="bake small">${isCurrent ? this.#tellBake(run, bake, stage) : `bakes ${tellSpan(stage.bakeMs)}`}</p>
      ${
        bake === undefined
          ? nothing
          : html`<div class="bar" role="progressbar" aria-label="Bake" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(bake.share * 100)}>
              <div style="width:${bake.share * 100}%"></div>
            </div>`
      }
      ${drawTerms(stage)}
      ${isCurrent && run?.deadlineAt != null ? html`<p class="small quiet">${this.#tellDeadline(run.deadlineAt, stage)}</p>` : nothing}
      ${stage.state === 'left' && at === run?.stage ? html`<p class="small quiet">it ended here</p>` : nothing}
    </li>`;
  }

  #tellBake(run: Step['run'], bake: ReturnType<typeof bakeOf>, stage: StageAnswer): string {
    if (run?.standsSince != null) return `bakes ${tellSpan(stage.bakeMs)}, and stands still now`;
    if (run?.effectiveAt === null) return 'not in force everywhere yet';
    if (bake === undefined) return `bakes ${tellSpan(stage.bakeMs)}`;
    if (bake.leftMs === 0) return `baked ${tellSpan(stage.bakeMs)}`;
    return `${tellSpan(bake.leftMs)} of ${tellSpan(stage.bakeMs)} to bake`;
  }

  #tellDeadline(deadlineAt: string, { deadline }: StageAnswer): string {
    const left = Date.parse(deadlineAt) - this.now;
    const then = deadline.onDeadline === 'ask' ? 'then it asks' : 'then it rolls back';
    return left <= 0 ? 'its deadline is over' : `deadline in ${tellSpan(left)}, ${then}`;
  }
}

/** What it asks for besides time. */
function drawTerms({ minUnits, minHits, gates, approvals }: StageAnswer) {
  const terms = [
    ...(minUnits === null ? [] : [`${minUnits.toLocaleString('en')} units in each arm`]),
    ...(minHits === null ? [] : [`${minHits.count.toLocaleString('en')} × ${minHits.event}`]),
    ...(gates.length === 0 ? [] : [`enters by ${gates.join(', ')}`]),
    ...approvals.map(({ role, count }) => `approved by ${count} ${role}`),
  ];
  return terms.length === 0 ? nothing : html`<p class="small quiet terms">${terms.join(' · ')}</p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-stage-track': StageTrack;
  }
}
