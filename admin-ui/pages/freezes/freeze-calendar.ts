import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { calendarSheet } from './calendar-sheet.ts';
import { type Day, dayKey, type LaidBar, type MonthWeek, moveDay, moveMonth, planMonth } from './plan-month.ts';
import type { Windowed } from './plan-weeks.ts';
import { sayWindow } from './tell-freeze.ts';

const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** A bar is so high on a wide screen, with what lies between two of them; on a phone it has no words. */
const LANE_REM = 1.3;

/** What else falls on a day, by its key: such as what was to leave then. */
export type DayMarks = ReadonlyMap<string, readonly string[]>;

/** A month, and what of it is frozen. Says `day-chosen` with the day that somebody goes to. */
@customElement('t-freeze-calendar')
export class FreezeCalendar extends LitElement {
  static override styles = [base, calendarSheet];

  @property({ attribute: false }) freezes: readonly Windowed[] = [];
  @property({ attribute: false }) day = new Date();
  @property({ attribute: false }) days: DayMarks = new Map();
  #clock: ReturnType<typeof setInterval> | undefined;
  #follows = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => this.requestUpdate(), 60_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  override render() {
    const weeks = planMonth(this.freezes, this.day, new Date());
    const title = this.day.toLocaleDateString('en-GB', { month: 'long', year: 'numeric' });
    const turn = (words: string, icon: string, months: number) => html`<button
      class="plain small"
      aria-label=${words}
      title=${words}
      @click=${() => this.#choose(moveMonth(this.day, months))}
    >
      <wa-icon name=${icon} aria-hidden="true"></wa-icon>
    </button>`;
    return html`<div class="month card">
      <div class="head">
        <h3 id="month" aria-live="polite">${title}</h3>
        ${turn('The month before', 'arrow-left', -1)}${turn('The next month', 'arrow-right', 1)}
        <button class="plain small" @click=${() => this.#choose(new Date())}>Today</button>
      </div>
      <div role="grid" aria-labelledby="month" @keydown=${this.#move}>
        <div class="names" role="row">
          ${NAMES.map((name) => html`<span role="columnheader">${name}</span>`)}
        </div>
        ${weeks.map((week) => this.#drawWeek(week))}
      </div>
    </div>`;
  }

  protected override updated(): void {
    if (!this.#follows) return;
    this.#follows = false;
    this.renderRoot.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  #drawWeek({ days, bars }: MonthWeek) {
    const lanes = Math.max(0, ...bars.map(({ lane }) => lane + 1));
    return html`<div class="week" role="row" style="--lanes: ${lanes}">
      ${days.map((day) => this.#drawDay(day))}
      <div class="bars" aria-hidden="true">${bars.map(drawBar)}</div>
    </div>`;
  }

  #drawDay({ key, date, isInMonth, isToday, windows }: Day) {
    const isChosen = key === dayKey(this.day);
    const marks = this.days.get(key) ?? [];
    const frozen = windows.length === 0 ? '' : `: frozen by ${windows.map(({ name }) => name).join(', ')}`;
    const words = `${date.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' })}${frozen}`;
    return html`<div
      class="day ${isInMonth ? '' : 'beside'} ${isToday ? 'today' : ''}"
      role="gridcell"
      tabindex=${isChosen ? 0 : -1}
      aria-selected=${isChosen}
      aria-current=${isToday ? 'date' : 'false'}
      aria-label=${[words, ...marks].join('; ')}
      title=${[...windows.map(sayWindow), ...marks].join('\n')}
      @click=${() => this.#choose(date)}
    >
      <span class="number">${date.getDate()}</span>${marks.length === 0 ? nothing : html`<span class="mark">●</span>`}
    </div>`;
  }

  #choose(day: Date): void {
    this.day = day;
    this.dispatchEvent(new CustomEvent<Date>('day-chosen', { detail: day }));
  }

  #move(event: KeyboardEvent): void {
    const day = event.altKey || event.ctrlKey || event.metaKey ? undefined : moveDay(this.day, event.key);
    if (day === undefined) return;
    event.preventDefault();
    this.#follows = true;
    this.#choose(day);
  }
}

function drawBar({ name, start, end, lane, isNow, tags }: LaidBar) {
  const width = Math.max(0.8, (end - start) * 100);
  const place = `left: ${start * 100}%; width: ${width}%; top: calc(${lane} * var(--lane, ${LANE_REM}rem))`;
  return html`<span class="bar ${isNow ? 'holds' : ''} ${tags === null ? '' : 'some'}" style=${place}>${name}</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-freeze-calendar': FreezeCalendar;
  }
}
