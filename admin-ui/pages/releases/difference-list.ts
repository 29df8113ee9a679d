import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import '../../parts/diff-view.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { base } from '../../styles/base.ts';

/** A flag or a segment that is another one on the other side. */
export interface Difference {
  key: string;
  before: unknown;
  after: unknown;
  /** Which way it goes, as a sign and in a sentence. */
  way?: { sign: string; why: string } | undefined;
  because?: string | null;
}

const MOST = 100;

/** What is different, by its keys: each opens to its lines, and few are open from the beginning. */
@customElement('t-differences')
export class DifferenceList extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        padding: 0.3rem 0.6rem;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.1rem 0.6rem;
      }
      .head button {
        padding-left: 0.25rem;
        font-family: var(--mono);
        overflow-wrap: anywhere;
        text-align: left;
      }
      .head > span {
        min-width: 0;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .sign {
        font-weight: 700;
      }
      t-diff {
        margin: 0.15rem 0 0.4rem;
      }
      .more {
        padding: 0.3rem 0.6rem;
      }
    `,
  ];

  @property({ attribute: false }) items: readonly Difference[] = [];
  @property() label = '';
  /** So few are shown with all that is different at once. */
  @property({ type: Number }) few = 3;
  /** Opened or closed by hand; all others are as few or many they are. */
  @state() private turned: ReadonlyMap<string, boolean> = new Map();
  @state() private all = false;

  override render() {
    const { items, all } = this;
    return html`<ul class="card" aria-label=${this.label}>
        ${repeat(
          all ? items : items.slice(0, MOST),
          ({ key }) => key,
          (item) => this.#draw(item),
        )}
      </ul>
      ${items.length <= MOST || all ? nothing : html`<p class="more"><button @click=${() => this.#showAll()}>Show all ${items.length}</button></p>`}`;
  }

  #showAll(): void {
    this.all = true;
  }

  #draw(item: Difference) {
    const { key, before, after, way, because = null } = item;
    const open = this.turned.get(key) ?? this.items.length <= this.few;
    return html`<li>
      <div class="head">
        <button type="button" class="plain" aria-expanded=${open} @click=${() => this.#turn(key, !open)}>
          <wa-icon name=${open ? 'chevron-down' : 'chevron-right'} aria-hidden="true"></wa-icon>${key}
        </button>
        ${way === undefined ? tellSides(item) : html`<span class="tag" title=${way.why}><span class="sign" aria-hidden="true">${way.sign}</span>${way.why === '' ? nothing : html`<span class="sr">${way.why}</span>`}</span>`}
        ${because === null ? nothing : html`<span class="quiet small">${spellMarks(because)}</span>`}
      </div>
      ${open ? html`<t-diff .was=${before} .now=${after}></t-diff>` : nothing}
    </li>`;
  }

  #turn(key: string, open: boolean): void {
    this.turned = new Map(this.turned).set(key, open);
  }
}

/** Where it is on one side only. */
function tellSides({ before, after }: Difference) {
  if (before === null) return html`<span class="tag">only there after</span>`;
  if (after === null) return html`<span class="tag">not there any more</span>`;
  return nothing;
}

declare global {
  interface HTMLElementTagNameMap {
    't-differences': DifferenceList;
  }
}
