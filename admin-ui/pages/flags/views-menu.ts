import { css, html, LitElement } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keepText, readText } from '../../shell/theme.ts';
import { base } from '../../styles/base.ts';
import { parseViews, placeOfViews, type SavedView, withView } from './saved-views.ts';
import { readView, type View, writeView } from './view.ts';

/** Views that somebody named, to come back to. Says `view` with the one that was chosen. */
@customElement('t-views-menu')
export class ViewsMenu extends LitElement {
  static override styles = [
    base,
    css`
      details {
        position: relative;
      }
      summary {
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
        min-height: 2rem;
        padding: 0.2rem 0.6rem;
        border: 1px solid var(--line);
        border-radius: var(--round);
        background: var(--raised);
        font-weight: 550;
        list-style: none;
        cursor: pointer;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      .menu {
        position: absolute;
        right: 0;
        top: calc(100% + 0.35rem);
        z-index: 8;
        width: min(19rem, calc(100vw - 2rem));
        padding: 0.5rem;
        display: grid;
        gap: 0.5rem;
        background: var(--raised);
        border: 1px solid var(--line);
        border-radius: 8px;
        box-shadow: var(--shade);
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
        max-height: 16rem;
        overflow: auto;
      }
      li {
        display: flex;
        gap: 0.25rem;
      }
      li > :first-child {
        flex: 1;
        min-width: 0;
        justify-content: flex-start;
        font-weight: 500;
      }
      form {
        display: flex;
        gap: 0.4rem;
        padding-top: 0.5rem;
        border-top: 1px solid var(--line);
      }
      form input {
        flex: 1;
        min-width: 0;
      }
      .none {
        padding: 0.1rem 0.4rem;
      }
      @media (pointer: coarse) {
        summary {
          min-height: 2.5rem;
        }
      }
    `,
  ];

  @property() project = '';
  @property({ attribute: false }) view!: View;
  @state() private views: readonly SavedView[] = [];
  @query('details') private details!: HTMLDetailsElement;

  #read(): SavedView[] {
    return parseViews(readText(placeOfViews(this.project)));
  }

  #open(): void {
    if (this.details.open) this.views = this.#read();
  }

  #close(): void {
    this.details.open = false;
    this.renderRoot.querySelector('summary')?.focus();
  }

  #choose({ query: kept }: SavedView): void {
    this.#close();
    this.dispatchEvent(new CustomEvent('view', { detail: readView(kept) }));
  }

  #keep(views: readonly SavedView[]): void {
    keepText(placeOfViews(this.project), JSON.stringify(views));
    this.views = views;
  }

  #save(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const name = String(new FormData(form).get('name') ?? '').trim();
    if (name === '') return;
    const named = Object.entries(writeView(this.view)).filter(([, value]) => value !== '');
    this.#keep(withView(this.#read(), { name, query: Object.fromEntries(named) }));
    form.reset();
  }

  #remove({ name }: SavedView): void {
    this.#keep(this.#read().filter((view) => view.name !== name));
    this.renderRoot.querySelector('summary')?.focus();
  }

  override render() {
    return html`<details
      @toggle=${this.#open}
      @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && this.details.open && this.#close()}
      @focusout=${(event: FocusEvent) => {
        const to = event.relatedTarget;
        if (to instanceof Node && !this.details.contains(to)) this.details.open = false;
      }}
    >
      <summary>Views <wa-icon name="chevron-down" aria-hidden="true"></wa-icon></summary>
      <div class="menu">
        ${
          this.views.length === 0
            ? html`<p class="none quiet small">A view is what is searched, filtered and sorted. Name one to come back to it.</p>`
            : html`<ul aria-label="Saved views">
                ${this.views.map((view) => this.#draw(view))}
              </ul>`
        }
        <form @submit=${this.#save}>
          <input name="name" aria-label="Name of this view" placeholder="Name of this view" maxlength="80" required autocomplete="off" />
          <button type="submit">Save</button>
        </form>
      </div>
    </details>`;
  }

  #draw(view: SavedView) {
    return html`<li>
      <button class="plain" @click=${() => this.#choose(view)}><span class="clip">${view.name}</span></button>
      <button class="plain" aria-label="Forget the view ${view.name}" @click=${() => this.#remove(view)}>
        <wa-icon name="cross" aria-hidden="true"></wa-icon>
      </button>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-views-menu': ViewsMenu;
  }
}
