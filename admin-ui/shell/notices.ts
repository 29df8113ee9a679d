import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { asRefusal } from '../client/problem.ts';
import { Following, Store } from '../client/store.ts';
import { onMyClock } from '../parts/on-my-clock.ts';
import { base } from '../styles/base.ts';

interface Notice {
  id: number;
  text: string;
  tone: 'plain' | 'warn';
  /** What takes it back, and until when it can be taken back. */
  undo: { run: () => Promise<unknown>; until: number } | undefined;
  goesAt: number;
}

const notices = new Store<readonly Notice[]>([]);
const STAYS_MS = 6_000;
let lastId = 0;

export interface Telling {
  tone?: 'plain' | 'warn';
  undo?: { run: () => Promise<unknown>; forMs: number };
}

/** Says what was done; with `undo` for as long as it can be taken back. */
export function tell(text: string, { tone = 'plain', undo }: Telling = {}): void {
  const now = Date.now();
  const until = undo === undefined ? undefined : { run: undo.run, until: now + undo.forMs };
  lastId++;
  notices.value = [
    ...notices.value.slice(-3),
    { id: lastId, text: onMyClock(text), tone, undo: until, goesAt: until?.until ?? now + STAYS_MS },
  ];
}

/** Says how high a bar at the bottom of the page is that notices must not cover; 0 where there is none. */
export function leaveFree(height: number): void {
  document.documentElement.style.setProperty('--bar', `${height}px`);
}

function drop(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** The corner where it is said what was done, and where it can be undone while the seconds count down. */
@customElement('t-notices')
export class Notices extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: fixed;
        right: 1rem;
        /* What is done next stands in the bar below: a notice that stays for a minute leaves it free. */
        bottom: calc(1rem + var(--bar, 0px));
        z-index: 30;
        width: min(26rem, calc(100vw - 2rem));
        pointer-events: none;
      }
      @media (max-width: 720px) {
        :host {
          bottom: calc(4rem + var(--bar, 0px));
        }
      }
      .notice {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        margin-top: 0.5rem;
        padding: 0.6rem 0.75rem 0.6rem 1rem;
        background: var(--raised);
        border: 1px solid var(--line-strong);
        border-left: 3px solid var(--on);
        border-radius: var(--round);
        box-shadow: var(--shade);
        pointer-events: auto;
      }
      .notice.warn {
        border-left-color: var(--warn);
      }
      .text {
        flex: 1;
        overflow-wrap: anywhere;
      }
      .seconds {
        font-variant-numeric: tabular-nums;
        color: var(--quiet);
      }
    `,
  ];

  @state() private now = Date.now();
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    new Following(this, notices);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => this.#tick(), 500);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  #tick(): void {
    if (notices.value.length === 0) return;
    this.now = Date.now();
    const over = notices.value.filter(({ goesAt }) => goesAt <= this.now);
    for (const { id } of over) drop(id);
  }

  async #undo({ id, undo }: Notice): Promise<void> {
    drop(id);
    try {
      await undo?.run();
      tell('Undone.');
    } catch (error) {
      tell(`It could not be undone: ${asRefusal(error).problem.detail}`, { tone: 'warn' });
    }
  }

  override render() {
    return html`<div role="status" aria-live="polite">
      ${repeat(
        notices.value,
        ({ id }) => id,
        (notice) => this.#draw(notice),
      )}
    </div>`;
  }

  #draw(notice: Notice) {
    const left = notice.undo === undefined ? 0 : Math.max(0, Math.ceil((notice.undo.until - this.now) / 1_000));
    return html`<div class="notice ${notice.tone}">
      <span class="text">${notice.text}</span>
      ${
        notice.undo === undefined
          ? nothing
          : html`<button @click=${() => this.#undo(notice)}>
              Undo <span class="seconds" aria-hidden="true">${left} s</span>
            </button>`
      }
      <button class="plain" aria-label="Dismiss" @click=${() => drop(notice.id)}>
        <wa-icon name="cross" aria-hidden="true"></wa-icon>
      </button>
    </div>`;
  }
}
