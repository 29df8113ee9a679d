import type { ChangeItem, FlagEvaluationsAnswer } from '@turnout/server/contracts';
import { html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import { live } from '../../client/live.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { variantColour } from '../../parts/variant-colour.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import './evaluations-chart.ts';
import {
  drawDefaults,
  drawLife,
  drawNobody,
  drawPages,
  drawSteps,
  drawTotals,
  drawUncounted,
} from './evaluations-figures.ts';
import { askForRange, RANGES, type RangeName, readRange } from './evaluations-range.ts';
import { type Given, readGiven, readTimes, stack } from './evaluations-series.ts';
import { evaluationsSheet } from './evaluations-sheet.ts';

const AGAIN_MS = 30_000;
const MOST_CHANGES = 100;

/** What apps say that they gave of a flag: over time, in numbers, and beside what was changed meanwhile. */
@customElement('t-flag-evaluations')
export class FlagEvaluations extends LitElement {
  static override styles = [base, evaluationsSheet];

  @property() project = '';
  @property() flag = '';
  @property({ attribute: false }) environment!: MyEnvironment;
  @state() private answer: FlagEvaluationsAnswer | undefined;
  @state() private changes: readonly ChangeItem[] = [];
  @state() private refusal: Refusal | undefined;
  #asked = '';
  #round = 0;
  #clock: ReturnType<typeof setInterval> | undefined;
  #stops: (() => void)[] = [];

  constructor() {
    super();
    new Following(this, route, flagIndex);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const again = () => void this.#read();
    this.#clock = setInterval(() => document.visibilityState === 'visible' && again(), AGAIN_MS);
    const ofMine = ({ subject }: { subject: string }) => subject === `flag/${this.flag}` && again();
    this.#stops = [live.on('change', ofMine), live.on('reset', again)];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    for (const stop of this.#stops) stop();
    this.#round++;
  }

  get #range(): RangeName {
    return readRange(route.value?.query.range);
  }

  override willUpdate(_changed: PropertyValues): void {
    const asked = JSON.stringify([this.project, this.environment.key, this.flag, this.#range]);
    if (asked === this.#asked) return;
    // Another range of the same flag stays on the screen until the new one is there; another flag does not.
    if (JSON.parse(this.#asked || '[]')[2] !== this.flag) this.answer = undefined;
    this.#asked = asked;
    void this.#read();
  }

  async #read(): Promise<void> {
    this.#round++;
    const mine = this.#round;
    const project = `/projects/${encodeURIComponent(this.project)}`;
    const place = `${project}/environments/${encodeURIComponent(this.environment.key)}`;
    const range = askForRange(this.#range, Date.now());
    const changes = { subject: `flag/${this.flag}`, environment: this.environment.key, limit: MOST_CHANGES };
    try {
      const [answer, log] = await Promise.all([
        send<FlagEvaluationsAnswer>(`${place}/flags/${encodeURIComponent(this.flag)}/evaluations`, { query: range }),
        send<{ items: ChangeItem[] }>(`${project}/changes`, { query: { ...changes, since: range.from } }),
      ]);
      if (mine !== this.#round) return;
      this.answer = answer;
      this.changes = log.items;
      this.refusal = undefined;
    } catch (error) {
      if (mine === this.#round) this.refusal = asRefusal(error);
    }
  }

  override render() {
    const { answer, refusal } = this;
    return html`<div class="page">
      <t-problem .refusal=${refusal} .retry=${() => void this.#read()}></t-problem>
      ${answer ? this.#drawAnswer(answer) : refusal ? '' : html`<p class="quiet" role="status">Reading …</p>`}
    </div>`;
  }

  #drawAnswer(answer: FlagEvaluationsAnswer) {
    const given = readGiven(answer);
    const { lastAskedAt, lastGivenAt, pages } = answer;
    const isSeen = lastAskedAt !== null || lastGivenAt !== null || pages.lastAskedAt !== null;
    const never = !isSeen && given.every(({ total }) => total === 0);
    if (never) {
      const keys = writeRoute('settings', { project: this.project, section: 'keys' }, { env: this.environment.key });
      return html`<div>${drawLife(answer)}</div>
        ${drawNobody(this.flag, keys)}`;
    }
    return html`${this.#drawChart(answer, given)}
      <section class="card" aria-labelledby="life">
        <h2 id="life">Life of the flag</h2>
        <div>${drawLife(answer)}</div>
      </section>
      <section class="card" aria-labelledby="defaults">
        <h2 id="defaults">Defaults in code</h2>
        <div class="stack">${drawDefaults(answer)}</div>
      </section>`;
  }

  #drawChart(answer: FlagEvaluationsAnswer, given: readonly Given[]) {
    const times = readTimes(answer);
    const colourOf = this.#colours(given);
    const areas = stack(given).map(({ given: one, tops }) => ({ name: one.name, colour: colourOf(one), tops }));
    return html`<section class="card" aria-labelledby="given">
      <div class="row">
        <h2 id="given">What was given in ${this.environment.name}</h2>
        <div class="ranges spread" role="group" aria-label="Time">${this.#drawRanges()}</div>
      </div>
      <t-evaluations-chart
        .times=${times}
        .end=${Date.parse(answer.to) / 1_000}
        .areas=${areas}
        .changes=${this.changes}
        .project=${this.project}
      ></t-evaluations-chart>
      ${drawTotals(given, colourOf)} ${drawPages(answer)} ${drawUncounted(answer)} ${drawSteps(given, times, answer.step)}
    </section>`;
  }

  #drawRanges() {
    return Object.entries(RANGES).map(
      ([name, { words }]) => html`<button
        aria-pressed=${name === this.#range}
        @click=${() => setQuery({ range: name === '24h' ? '' : name })}
      >
        ${words}
      </button>`,
    );
  }

  /** The same colours as everywhere: the variant that is given when the flag is off is grey. */
  #colours(given: readonly Given[]): (one: Given) => string {
    const flag = flagIndex.value.flags.find(({ key }) => key === this.flag);
    const names = flag ? Object.keys(flag.variants) : given.map(({ name }) => name);
    const off = flag?.environments[this.environment.key]?.offVariant ?? null;
    return ({ variant }) => (variant === undefined ? 'var(--warn)' : variantColour(names, variant, off));
  }
}
