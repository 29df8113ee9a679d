import type { DepartureAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../../parts/relative-time.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { base } from '../../styles/base.ts';
import { type DepartureStep, departureSteps } from './departure-steps.ts';

/** The way of a departure, from scheduled to arrived: the stations behind it, where it is, and those ahead. */
@customElement('t-departure-track')
export class DepartureTrack extends LitElement {
  static override styles = [
    base,
    css`
      ol {
        display: flex;
        list-style: none;
        margin: 0;
        padding: 0.9rem 1rem;
        gap: 0;
      }
      li {
        position: relative;
        flex: 1 1 0;
        min-width: 0;
        padding: 1.1rem 0.5rem 0 0;
        color: var(--quiet);
        font-size: var(--small);
      }
      li::before {
        content: '';
        position: absolute;
        top: 0.3rem;
        left: 0;
        right: 0;
        height: 3px;
        background: var(--line);
      }
      li:last-child::before {
        display: none;
      }
      li.done::before {
        background: var(--on);
      }
      li::after {
        content: '';
        position: absolute;
        top: 0;
        left: 0;
        width: 0.75rem;
        height: 0.75rem;
        border: 2px solid var(--line-strong);
        border-radius: 50%;
        background: var(--surface);
      }
      li.done::after {
        border-color: var(--on);
        background: var(--on);
      }
      li.now {
        color: var(--ink);
      }
      li.now::after {
        border-color: var(--on);
        box-shadow: 0 0 0 3px var(--on-soft);
      }
      li.off strong {
        text-decoration: line-through;
      }
      strong,
      span {
        display: block;
      }
      @media (max-width: 720px) {
        ol {
          flex-direction: column;
        }
        li {
          padding: 0 0 0.55rem 1.4rem;
        }
        li::before {
          top: 0.3rem;
          bottom: -0.3rem;
          left: 0.3rem;
          right: auto;
          width: 3px;
          height: auto;
        }
        strong,
        span {
          display: inline;
        }
      }
    `,
  ];

  @property({ attribute: false }) departure!: DepartureAnswer;

  override render() {
    return html`<ol class="card" aria-label="Its way">
      ${departureSteps(this.departure).map(drawStep)}
    </ol>`;
  }
}

const SAID: Record<DepartureStep['state'], string> = {
  done: 'done',
  now: 'it is here',
  ahead: 'ahead',
  off: 'did not happen',
};

function drawStep({ name, at, state }: DepartureStep) {
  return html`<li class=${state} aria-current=${state === 'now' ? 'step' : nothing}>
    <strong>${name}</strong><span class="sr">, ${SAID[state]}</span>
    ${at === null || state === 'off' ? nothing : html`<span title=${new Date(at).toLocaleString()}>${sayMoment(at)}</span>`}
  </li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-departure-track': DepartureTrack;
  }
}
