import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import type { OpenConflict } from './desk.ts';

/** Where two people changed the same: both beside each other, and a choice. Says `choose` with `{detail: {place, side}}`. */
@customElement('t-conflicts')
export class ConflictList extends LitElement {
  static override styles = [
    base,
    css`
      .conflict {
        display: grid;
        gap: 0.6rem;
        margin-bottom: 0.75rem;
        padding: 0.75rem 1rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
      }
      .sides {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr));
        gap: 0.6rem;
      }
      .side {
        display: grid;
        grid-template-rows: auto 1fr auto;
        gap: 0.4rem;
        padding: 0.6rem 0.75rem;
        border: 1px solid var(--line);
        border-radius: var(--round);
        background: var(--surface);
      }
      .side p {
        overflow-wrap: anywhere;
      }
      .side button {
        justify-self: start;
      }
    `,
  ];

  @property({ attribute: false }) conflicts: readonly OpenConflict[] = [];
  @property({ attribute: false }) name: (place: string) => string = (place) => place;
  @property({ attribute: false }) tell: (place: string, value: unknown) => string = () => '';

  #choose(place: string, side: 'mine' | 'theirs'): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: { place, side } }));
  }

  override render() {
    if (this.conflicts.length === 0) return nothing;
    return html`<div role="alert">${this.conflicts.map((conflict) => this.#draw(conflict))}</div>`;
  }

  #draw({ place, mine, theirs, by }: OpenConflict) {
    const title = this.name(place);
    return html`<section class="conflict" aria-label="${title}: changed by two people">
      <p>
        <strong>${title}</strong>: ${by.name} has stored this meanwhile, too${by.reason ? `, saying “${by.reason}”` : ''}.
        Which one shall it be?
      </p>
      <div class="sides">
        <div class="side">
          <span class="small quiet">Yours, not stored</span>
          <p>${this.tell(place, mine)}</p>
          <button @click=${() => this.#choose(place, 'mine')}>Keep mine</button>
        </div>
        <div class="side">
          <span class="small quiet">Stored by ${by.name}</span>
          <p>${this.tell(place, theirs)}</p>
          <button @click=${() => this.#choose(place, 'theirs')}>Take theirs</button>
        </div>
      </div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-conflicts': ConflictList;
  }
}
