import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Refusal, whatToDo } from '../client/problem.ts';
import { base } from '../styles/base.ts';
import { onMyClock } from './on-my-clock.ts';

/** What went wrong: what, why, and what to do. What was typed is never taken away by it. */
@customElement('t-problem')
export class ProblemView extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        display: grid;
        grid-template-columns: auto 1fr auto;
        gap: 0.25rem 0.75rem;
        align-items: start;
        padding: 0.75rem 1rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
      }
      wa-icon {
        color: var(--warn);
        margin-top: 0.2rem;
      }
      ul {
        margin: 0.25rem 0 0;
        padding-left: 1.1rem;
      }
    `,
  ];

  @property({ attribute: false }) refusal: Refusal | undefined;
  /** Called by the button "Try again"; without it there is none. */
  @property({ attribute: false }) retry: (() => void) | undefined;

  /** Without a problem it takes no room, not even that between its neighbours. */
  override willUpdate(): void {
    this.hidden = this.refusal === undefined;
  }

  override render() {
    if (this.refusal === undefined) return nothing;
    const { problem } = this.refusal;
    const faults = problem.errors ?? [];
    return html`<div class="box" role="alert">
      <wa-icon name="alert" aria-hidden="true"></wa-icon>
      <div>
        <strong>${problem.title}</strong>
        <p>${onMyClock(problem.detail)}</p>
        ${
          faults.length === 0
            ? nothing
            : html`<ul>
                ${faults.map(({ path, expected }) => html`<li><code>${path}</code>: ${expected}</li>`)}
              </ul>`
        }
        <p class="quiet">${whatToDo(problem)}</p>
      </div>
      ${this.retry ? html`<button @click=${this.retry}>Try again</button>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-problem': ProblemView;
  }
}
