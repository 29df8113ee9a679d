import type { ChangedDeparture, DepartureAnswer, TrainAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { May } from '../../client/me.ts';
import { actsSheet } from '../../parts/acts-sheet.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { boardFlow, chemspillFlow } from './board-flows.ts';
import { departNow, type Platform, stopLine } from './departure-flows.ts';
import { isLate, mayDepart, refusedNow } from './may-depart.ts';
import './recall-form.ts';
import { isAhead, nameOf } from './tell-departure.ts';

interface Button {
  words: string;
  icon: string;
  may: May;
  tone?: string;
  run: () => Promise<unknown>;
}

/**
 * What can be done with a departure; what one may not do stands there with its reason. Tells `changed` with what came of
 * it, and `recalled` with what came of a recall.
 */
@customElement('t-departure-acts')
export class DepartureActs extends LitElement {
  static override styles = [base, actsSheet];

  @property({ attribute: false }) at!: Platform;
  /** Undefined where it is archived: then it brings nothing more, and what it brought can still be recalled. */
  @property({ attribute: false }) train: TrainAnswer | undefined;
  /** How far the server's clock is ahead of this machine's. */
  @property({ type: Number }) skew = 0;
  @state() private busy = '';

  get #isLate(): boolean {
    return isLate(this.at.departure, Date.now() + this.skew);
  }

  get #buttons(): Button[] {
    const { environment, departure } = this.at;
    const { may } = departure;
    const buttons: Button[] = [];
    if (isAhead(departure.state) && departure.kind === 'regular') {
      const late = this.#isLate;
      const why = late ? undefined : refusedNow(departure, 'board');
      const can = mayDepart(environment, 'board');
      buttons.push({
        ...{ words: late ? 'Uplift (board late)' : 'Board', icon: 'plus', tone: late ? '' : 'primary' },
        may: why === undefined ? can : { yes: false, why },
        run: () => this.#board(),
      });
    }
    // An emergency leaves by itself, the moment that a second person agrees.
    if (may.includes('depart') && departure.kind === 'regular') {
      const can = mayDepart(environment, 'depart');
      buttons.push({ words: 'Depart now', icon: 'play', may: can, run: () => this.#run(departNow(this.at)) });
    }
    if (may.includes('recall')) {
      const can = mayDepart(environment, 'recall');
      buttons.push({ words: 'Recall', icon: 'undo', tone: 'back', may: can, run: () => this.#recall() });
    }
    return [...buttons, ...this.#ofLine];
  }

  get #ofLine(): Button[] {
    const { train } = this;
    const { environment, project } = this.at;
    if (train === undefined || environment === undefined) return [];
    // It stays where it is when it was pressed: what came in its place would have the focus, and that is the chemspill.
    const may = train.stopped === null ? mayDepart(environment, 'stop') : { yes: false, why: 'The line is stopped.' };
    const stop: Button = {
      ...{ words: 'Stop the line', icon: 'pause', may },
      run: async () => (await stopLine(project, train)) && this.#tell('changed', this.at.departure),
    };
    const spill: Button = {
      ...{ words: 'Chemspill', icon: 'siren', may: mayDepart(environment, 'chemspill') },
      run: () => chemspillFlow({ project, environment }, [train]),
    };
    return [stop, spill];
  }

  async #board(): Promise<void> {
    const { project, departure, environment } = this.at;
    if (environment === undefined) return;
    const trains = this.train === undefined ? [] : [this.train];
    const after = await boardFlow({ project, environment }, { trains, departure, late: this.#isLate });
    if (after !== undefined) this.#tell('changed', after);
  }

  async #run(doing: Promise<ChangedDeparture | undefined>): Promise<void> {
    const done = await doing;
    if (done !== undefined) this.#tell('changed', done.departure);
  }

  async #recall(): Promise<void> {
    const { project, departure } = this.at;
    const form = document.createElement('t-recall-form');
    Object.assign(form, { project, departure });
    const done = await form.open();
    if (done === undefined) return;
    tell(`${nameOf(departure)} goes back. It is back when all apps have it: see the meter.`);
    this.#tell('recalled', done);
  }

  #tell(name: string, detail: DepartureAnswer | ChangedDeparture): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async #press({ words, run }: Button): Promise<void> {
    if (this.busy !== '') return;
    this.busy = words;
    try {
      await run();
    } finally {
      this.busy = '';
    }
  }

  override render() {
    const buttons = this.#buttons;
    const refused = [...new Set(buttons.flatMap(({ may }) => may.why ?? []))];
    return html`<div class="acts" role="group" aria-label="What can be done">
        ${buttons.map((button) => this.#draw(button))}
      </div>
      ${refused.length === 0 ? nothing : html`<p id="why" class="quiet small">${refused.join(' ')}</p>`}`;
  }

  #draw(button: Button) {
    const { words, icon, tone = '', may } = button;
    const off = !may.yes || this.busy !== '';
    return html`<button
      class=${tone}
      aria-disabled=${off}
      title=${may.why ?? nothing}
      aria-describedby=${may.yes ? nothing : 'why'}
      @click=${() => !off && void this.#press(button)}
    >
      <wa-icon name=${icon} aria-hidden="true"></wa-icon>${words}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-departure-acts': DepartureActs;
  }
}
