import type { FreezeAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { sayMoment } from '../../parts/say-moment.ts';
import { base } from '../../styles/base.ts';
import { type Bar, planWeeks, type Week } from './plan-weeks.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The next weeks, and what of them is frozen. */
@customElement('t-freeze-calendar')
export class FreezeCalendar extends LitElement {
  static override styles = [
    base,
    css`
      .weeks {
        padding: 0.4rem 0.9rem 0.7rem;
      }
      .week {
        display: grid;
        grid-template-columns: 8.5rem minmax(0, 1fr);
        gap: 0.75rem;
        padding: 0.35rem 0;
        border-top: 1px solid var(--line);
      }
      .days {
        border-top: 0;
        color: var(--quiet);
        font-size: var(--tiny);
      }
      .days > div {
        display: grid;
        grid-template-columns: repeat(7, minmax(0, 1fr));
      }
      .name {
        font-size: var(--small);
        font-variant-numeric: tabular-nums;
        align-self: center;
      }
      .now .name {
        font-weight: 600;
      }
      ul {
        position: relative;
        list-style: none;
        margin: 0;
        padding: 0.15rem 0;
        display: grid;
        gap: 0.2rem;
        min-height: 1.6rem;
        background: repeating-linear-gradient(to right, var(--line) 0 1px, transparent 1px calc(100% / 7));
      }
      li {
        position: relative;
        min-height: 1.45rem;
      }
      .bar {
        position: absolute;
        inset: 0 auto 0 0;
        background: var(--chosen);
        border: 1px solid var(--line-strong);
        border-radius: 4px;
      }
      .bar.holds {
        background: var(--warn-soft);
        border-color: var(--warn);
      }
      .what {
        position: relative;
        display: block;
        padding: 0 0.4rem;
        font-size: var(--tiny);
        line-height: 1.45rem;
        width: fit-content;
        max-width: 100%;
      }
      .free {
        padding: 0 0.4rem;
        font-size: var(--tiny);
        line-height: 1.45rem;
      }
      .today {
        position: absolute;
        top: 0;
        bottom: 0;
        width: 2px;
        background: var(--primary);
      }
      @media (max-width: 720px) {
        .weeks {
          padding: 0.4rem 0.6rem 0.6rem;
        }
        .week {
          grid-template-columns: minmax(0, 1fr);
          gap: 0.2rem;
        }
        .days > span {
          display: none;
        }
        /* Where words have no room beside a bar, it lies below them. */
        .bar {
          top: auto;
          height: 0.3rem;
        }
        li {
          padding-bottom: 0.3rem;
        }
        .what {
          margin: 0 !important;
          padding: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) freezes: readonly FreezeAnswer[] = [];
  #clock: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => this.requestUpdate(), 60_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  override render() {
    const now = new Date();
    return html`<div class="weeks card">
      <div class="week days" aria-hidden="true">
        <span></span>
        <div>${DAYS.map((day) => html`<span>${day}</span>`)}</div>
      </div>
      ${planWeeks(this.freezes, now).map((week) => drawWeek(week, now))}
    </div>`;
  }
}

function drawWeek({ from, to, bars }: Week, now: Date) {
  const isNow = from <= now && now < to;
  const short = (at: Date) => at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  const last = new Date(to.getTime() - 1);
  const passed = ((now.getTime() - from.getTime()) / (to.getTime() - from.getTime())) * 100;
  return html`<div class="week ${isNow ? 'now' : ''}">
    <span class="name">${short(from)} – ${short(last)}</span>
    <ul aria-label="Week of ${short(from)}">
      ${isNow ? html`<li class="today" role="none" style="left: ${passed}%; min-height: 0" aria-hidden="true"></li>` : nothing}
      ${bars.length === 0 ? html`<li><span class="free quiet">nothing is frozen</span></li>` : bars.map(drawBar)}
    </ul>
  </div>`;
}

function drawBar({ name, from, to, start, end, isNow, environments }: Bar) {
  const where = environments === null ? 'the whole project' : environments.join(', ');
  const words = `${name}: ${sayMoment(from)} – ${sayMoment(to)}, ${where}`;
  // Words stand beside a short bar where there is more room.
  const isShort = end - start < 0.2;
  const left = start <= 0.5;
  const place = left
    ? `margin-left: ${(isShort ? end : start) * 100}%`
    : `margin-left: auto; margin-right: ${(1 - end) * 100}%`;
  return html`<li title=${words}>
    <span class="bar ${isNow ? 'holds' : ''}" style="left: ${start * 100}%; width: ${Math.max(0.8, (end - start) * 100)}%"></span>
    <span class="what clip" style=${place}>${name} <span class="quiet">${sayMoment(from)} – ${sayMoment(to)}</span></span>
  </li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-freeze-calendar': FreezeCalendar;
  }
}
