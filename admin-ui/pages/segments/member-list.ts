import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import '../../parts/copy-button.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { base } from '../../styles/base.ts';
import { memberSheet } from './member-sheet.ts';
import { divide, looksDivided, type Parsed, parseMembers, tellParsed } from './parse-members.ts';
import { inOrder, type List } from './segment-draft.ts';
import { diffMembers } from './tell-segment.ts';

const AT_ONCE = 100;

/** The words of a list: what is asked for, and what it is to be empty. */
const WORDS: Record<List, { add: string; none: string }> = {
  included: { add: 'Add, one per line', none: 'Nobody is always in.' },
  excluded: { add: 'Keep out, one per line', none: 'Nobody is kept out.' },
};

/**
 * Members of a list that may be thousands: looked through, pasted, taken out and put back. It keeps nothing but what is
 * typed; says `change` with `{detail: string[]}`.
 */
@customElement('t-member-list')
export class MemberList extends LitElement {
  static override styles = [base, memberSheet];

  @property() list: List = 'included';
  @property({ attribute: false }) members: readonly string[] = [];
  /** What is stored: what differs from it is shown first. */
  @property({ attribute: false }) stored: readonly string[] = [];
  @property({ type: Boolean }) readonly = false;
  @state() private typed = '';
  @state() private sought = '';
  @state() private most = AT_ONCE;
  @state() private said = '';
  @query('textarea') private area!: HTMLTextAreaElement | null;
  /** Whose row gets the focus when the button that was pressed is gone; the field above where no row is left. */
  #next: string | undefined;

  override updated(changed: PropertyValues<this>): void {
    if (this.#next === undefined || !changed.has('members')) return;
    const row = [...this.renderRoot.querySelectorAll('li')].find(({ dataset }) => dataset.member === this.#next);
    this.#next = undefined;
    (row?.querySelector('button') ?? this.area)?.focus();
  }

  #change(members: Iterable<string>, said: string): void {
    this.said = said;
    this.dispatchEvent(new CustomEvent('change', { detail: inOrder(members) }));
  }

  #add({ fresh }: Parsed): void {
    if (fresh.length === 0) return;
    this.typed = '';
    this.#change([...this.members, ...fresh], `${fresh.length} added.`);
    this.area?.focus();
  }

  /** One row is done with: the next one is at hand. */
  #leave(event: Event): void {
    const row = (event.currentTarget as HTMLElement).closest('li');
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    this.#next = (next as HTMLElement | null)?.dataset.member ?? '';
  }

  #take(gone: readonly string[]): void {
    const out = new Set(gone);
    const said = gone.length === 1 ? `${gone[0]} is taken out.` : `${gone.length} are taken out.`;
    this.#change(
      this.members.filter((one) => !out.has(one)),
      said,
    );
  }

  override render() {
    return html`${this.readonly ? nothing : this.#drawAdd()} ${this.#drawMembers()}
      <span class="sr" role="status">${this.said}</span>`;
  }

  #drawAdd() {
    const parsed = parseMembers(this.typed, this.members);
    const { fresh } = parsed;
    return html`<div class="add">
      <label class="sr" for="add">${WORDS[this.list].add}</label>
      <textarea
        id="add"
        class="mono"
        rows=${Math.min(8, Math.max(1, this.typed.split('\n').length))}
        placeholder=${WORDS[this.list].add}
        spellcheck="false"
        autocapitalize="off"
        aria-describedby="parsed"
        .value=${this.typed}
        @input=${(event: Event) => {
          this.typed = (event.target as HTMLTextAreaElement).value;
        }}
        @change=${(event: Event) => event.stopPropagation()}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.#add(parsed);
        }}
      ></textarea>
      <button aria-disabled=${fresh.length === 0} title="Ctrl+Enter" @click=${() => this.#add(parsed)}>
        Add${fresh.length > 1 ? ` ${fresh.length}` : ''}
      </button>
      <p id="parsed" class="small quiet" role="status">
        ${tellParsed(parsed)}
        ${
          looksDivided(this.typed)
            ? html`This is one line, and one member.
                <button class="plain small" @click=${this.#divide}>Make lines of it</button>`
            : nothing
        }
      </p>
    </div>`;
  }

  readonly #divide = () => {
    this.typed = divide(this.typed);
    this.area?.focus();
  };

  #drawMembers() {
    const { added, gone } = diffMembers(this.stored, this.members);
    if (this.members.length + gone.length === 0) return html`<p class="quiet">${WORDS[this.list].none}</p>`;
    const isNew = new Set(added);
    const isSought = (one: string) => one.toLowerCase().includes(this.sought.trim().toLowerCase());
    const all = [...added, ...this.members.filter((one) => !isNew.has(one))].filter(isSought);
    const out = gone.filter(isSought);
    const rows = [...out, ...all].slice(0, this.most);
    const isOut = new Set(out);
    return html`${this.#drawTools(all, gone.length)}
      ${rows.length === 0 ? html`<p class="quiet">None of them has “${this.sought}” in it.</p>` : nothing}
      <ul class="members" aria-label=${this.list === 'included' ? 'Always in' : 'Never in'} ?hidden=${rows.length === 0}>
        ${repeat(
          rows,
          (one) => one,
          (one) => (isOut.has(one) ? this.#drawOut(one) : this.#drawMember(one, isNew.has(one))),
        )}
      </ul>
      ${this.#drawMore(out.length + all.length)}`;
  }

  #drawTools(shown: readonly string[], gone: number) {
    const count = this.members.length;
    const isNarrow = this.sought.trim() !== '';
    return html`<div class="tools">
      <strong class="count">${count}</strong>
      ${gone > 0 ? html`<span class="quiet small">${gone} taken out</span>` : nothing}
      ${isNarrow ? html`<span class="quiet small" role="status">${shown.length} found</span>` : nothing}
      <input
        type="search"
        aria-label="Search ${this.list === 'included' ? 'who is always in' : 'who is never in'}"
        placeholder="Search"
        maxlength="200"
        .value=${this.sought}
        @input=${(event: Event) => {
          this.sought = (event.target as HTMLInputElement).value;
          this.most = AT_ONCE;
        }}
        @change=${(event: Event) => event.stopPropagation()}
      />
      <t-copy .text=${shown.join('\n')} what="the list"></t-copy>
      ${
        this.readonly || shown.length === 0
          ? nothing
          : html`<button class="plain small" @click=${() => this.#take(shown)}>
              Take out ${isNarrow ? `the ${shown.length} found` : 'all'}
            </button>`
      }
    </div>`;
  }

  #drawMember(member: string, isNew: boolean) {
    return html`<li class=${isNew ? 'new' : ''} data-member=${member}>
      ${isNew ? html`<span class="sign" aria-hidden="true">+</span><span class="sr">new: </span>` : nothing}
      <span class="member">${spellMarks(member)}</span>
      ${
        this.readonly
          ? nothing
          : html`<button class="plain" aria-label="Take out ${member}" title="Take out" @click=${(event: Event) => {
              this.#leave(event);
              this.#take([member]);
            }}>
              <wa-icon name="cross" aria-hidden="true"></wa-icon>
            </button>`
      }
    </li>`;
  }

  #drawOut(member: string) {
    return html`<li class="out" data-member=${member}>
      <span class="sign" aria-hidden="true">−</span><span class="sr">taken out: </span>
      <span class="member">${spellMarks(member)}</span>
      <button
        class="plain"
        aria-label="Put back ${member}"
        title="Put back"
        @click=${(event: Event) => {
          this.#leave(event);
          this.#change([...this.members, member], `${member} is back.`);
        }}
      >
        <wa-icon name="undo" aria-hidden="true"></wa-icon>
      </button>
    </li>`;
  }

  #drawMore(count: number) {
    if (count <= this.most) return nothing;
    return html`<p class="tools">
      <span class="quiet small">${this.most} of ${count} are shown.</span>
      <button
        class="small"
        @click=${() => {
          this.most += AT_ONCE * 4;
        }}
      >
        Show more
      </button>
    </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-member-list': MemberList;
  }
}
