import type { EvaluationSummaryAnswer, FlagAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Verb } from '../../client/flip.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { base } from '../../styles/base.ts';
import { cards } from './cards-sheet.ts';
import { drawRow, type RowsContext } from './flag-rows.ts';
import { type Room, roomFor } from './row-room.ts';
import { type RowWindow, rangeOf, rowByKey, windowOf } from './row-window.ts';
import { drawHead } from './table-head.ts';
import { tableSheet } from './table-sheet.ts';

/** A switch was pressed. */
export interface Flip {
  key: string;
  environment: MyEnvironment;
  verb: Verb;
  blocked: string;
}

/** Here flags are cards, and the whole page scrolls. */
const NARROW = '(max-width: 720px)';

/**
 * Thousands of flags, of which the page holds those that can be seen and a few more. The grid itself has the focus and
 * says which row is meant, so that nothing is lost when the row's elements go; Tab leads into that row's controls.
 *
 * Says `pick` with the keys that are now selected, `sort` with a column, `open` with a key, and `flip`.
 */
@customElement('t-flag-table')
export class FlagTable extends LitElement {
  static override styles = [base, tableSheet, cards];

  @property() project = '';
  @property({ attribute: false }) flags: readonly FlagAnswer[] = [];
  @property({ attribute: false }) environments: readonly MyEnvironment[] = [];
  @property() chosen = '';
  @property() sort = '';
  @property({ attribute: false }) evaluations: ReadonlyMap<string, EvaluationSummaryAnswer> = new Map();
  @property({ attribute: false }) selected: ReadonlySet<string> = new Set();
  @property({ attribute: false }) flashing: ReadonlySet<string> = new Set();
  @property({ attribute: false }) busy: ReadonlySet<string> = new Set();

  @state() private window: RowWindow = { first: 0, count: 0, ring: 1 };
  @state() private active = '';
  @state() private room: Room = 'wide';
  @query('.grid') private grid!: HTMLElement;
  @query('.body') private body!: HTMLElement;
  #keys: readonly string[] = [];
  /** Where the active row is, or was before it went. */
  #at = 0;
  /** The row from which a range is selected. */
  #anchor = '';
  #rowHeight = 44;
  #measured = false;
  /** The row on which a pointer went down: a click that lands on another one, for rows moved, means nobody. */
  #pressed: string | undefined;
  #seen = { from: 0, height: 900 };
  #resized = new ResizeObserver(() => this.#look());
  #look = () => this.#lookAgain();

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('scroll', this.#look, { passive: true });
    addEventListener('resize', this.#look);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('scroll', this.#look);
    removeEventListener('resize', this.#look);
    this.#resized.disconnect();
  }

  protected override firstUpdated(): void {
    this.#resized.observe(this.grid);
  }

  /** Back to the first row, for what is shown is another list. */
  toTop(): void {
    this.grid.scrollTop = 0;
    if (matchMedia(NARROW).matches) return;
    this.#lookAgain();
  }

  override focus(): void {
    this.grid.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('flags')) {
      this.#keys = this.flags.map(({ key }) => key);
      const at = this.#keys.indexOf(this.active);
      if (at !== -1) this.#at = at;
      else this.#goTo(Math.min(this.#at, this.#keys.length - 1));
    }
    this.window = windowOf({ total: this.flags.length, rowHeight: this.#rowHeight, ...this.#seen });
  }

  protected override update(changed: PropertyValues<this>): void {
    const focused = this.#focusedRow();
    super.update(changed);
    // What had the focus is another flag's now, or gone: the grid goes on from there.
    if (focused !== undefined && this.#focusedRow() !== focused) this.grid.focus({ preventScroll: true });
  }

  /** Scrolling and another size are heard of; all else would only make the browser lay the rows out twice. */
  protected override updated(changed: PropertyValues<this>): void {
    if (!this.#measured || changed.has('environments') || changed.has('chosen')) this.#lookAgain();
  }

  #focusedRow(): string | undefined {
    const root = this.renderRoot as ShadowRoot;
    return (root.activeElement?.closest('.flag-row') as HTMLElement | null)?.dataset.key;
  }

  /** Measures what can be seen, and draws again where that is another part. */
  #lookAgain(): void {
    if (!this.isConnected || !this.body) return;
    const row = this.body.querySelector<HTMLElement>('.flag-row');
    const rowHeight = row?.getBoundingClientRect().height || this.#rowHeight;
    this.#measured ||= row !== null;
    const { top, bottom } = this.#view();
    this.#seen = { from: top - this.body.getBoundingClientRect().top, height: bottom - top };
    const next = windowOf({ total: this.flags.length, rowHeight, ...this.#seen });
    const same = next.first === this.window.first && next.count === this.window.count;
    this.room = this.#measureRoom();
    if (same && rowHeight === this.#rowHeight) return;
    this.#rowHeight = rowHeight;
    this.requestUpdate();
  }

  #measureRoom(): Room {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    return roomFor(this.grid.clientWidth / rem, this.environments.length);
  }

  /** The part of the window in which rows are seen, from its top. */
  #view(): { top: number; bottom: number } {
    const box = this.grid.getBoundingClientRect();
    const head = this.renderRoot.querySelector<HTMLElement>('.head')?.offsetHeight ?? 0;
    return { top: Math.max(0, box.top + head), bottom: Math.min(innerHeight, box.bottom) };
  }

  /** Makes a row the active one; where the page should follow, it comes into sight. */
  #goTo(at: number): void {
    this.#at = Math.max(0, at);
    this.active = this.#keys[this.#at] ?? '';
  }

  #show(at: number): void {
    const narrow = matchMedia(NARROW).matches;
    const { top, bottom } = this.#view();
    // On a narrow screen the whole page scrolls, under bars at its top and its foot.
    const from = narrow ? Math.max(top, 110) : top;
    const to = narrow ? Math.min(bottom, innerHeight - 70) : bottom;
    const rowTop = this.body.getBoundingClientRect().top + at * this.#rowHeight;
    const up = rowTop - from;
    const down = rowTop + this.#rowHeight - to;
    const by = up < 0 ? up : Math.max(0, down);
    if (by === 0) return;
    if (narrow) scrollBy({ top: by, behavior: 'instant' });
    else this.grid.scrollTop += by;
  }

  #press(event: KeyboardEvent): void {
    this.#pressed = undefined;
    if (event.altKey || event.metaKey) return;
    const inside = event.composedPath()[0] !== this.grid;
    const page = Math.max(1, Math.floor(this.#seen.height / this.#rowHeight) - 1);
    const target = rowByKey(event.key, { at: this.#at, total: this.flags.length, page });
    if (target !== undefined && !event.ctrlKey) {
      event.preventDefault();
      this.#goTo(target);
      this.#show(target);
      this.grid.focus({ preventScroll: true });
    } else if (!inside) this.#act(event);
  }

  /** Keys that mean the active row; on a link, a box or a switch they mean that. */
  #act(event: KeyboardEvent): void {
    if (event.key === 'a' && event.ctrlKey) this.#pickAll(true);
    else if (event.ctrlKey) return;
    else if (event.key === 'Enter' && this.active !== '') this.#say('open', this.active);
    else if (event.key === ' ' && this.active !== '') this.#pick(this.active, event.shiftKey);
    else return;
    event.preventDefault();
  }

  #pick(key: string, range: boolean): void {
    const on = !this.selected.has(key);
    const keys = range ? rangeOf(this.#keys, this.#anchor, key) : [key];
    const selected = new Set(this.selected);
    for (const one of keys) {
      if (range || on) selected.add(one);
      else selected.delete(one);
    }
    this.#anchor = key;
    this.#say('pick', selected);
  }

  #pickAll(on: boolean): void {
    const selected = new Set(this.selected);
    for (const key of this.#keys) {
      if (on) selected.add(key);
      else selected.delete(key);
    }
    this.#say('pick', selected);
  }

  #say(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Whatever is pressed or focused in a row makes it the active one. */
  #touch(event: Event): void {
    const row = (event.target as Element).closest<HTMLElement>('.flag-row');
    const key = row?.dataset.key ?? '';
    if (event.type === 'pointerdown') this.#pressed = key;
    const at = this.#keys.indexOf(key);
    if (at !== -1) this.#goTo(at);
  }

  #isMeant(key: string): boolean {
    return this.#pressed === undefined || this.#pressed === key;
  }

  get #context(): RowsContext {
    const { project, environments, chosen, evaluations, selected, flashing, busy, active } = this;
    return {
      ...{ project, environments, chosen, evaluations, selected, flashing, busy, active },
      pick: (event, key) => this.#isMeant(key) && this.#pick(key, event.shiftKey),
      flip: (key, environment, verb, blocked) => {
        if (this.#isMeant(key)) this.#say('flip', { key, environment, verb, blocked } satisfies Flip);
      },
    };
  }

  override render() {
    const { flags, environments, chosen, sort, selected } = this;
    const { first, count, ring } = this.window;
    const shown = flags.slice(first, first + count);
    const context = this.#context;
    const drawn = shown.some(({ key }) => key === this.active);
    const widths = environments.map(({ key }) => (key === chosen ? '14rem' : '7rem')).join(' ');
    return html`<div
      class="grid card ${this.room} ${drawn ? 'has-active' : ''}"
      role="grid"
      tabindex="0"
      aria-label="Flags"
      aria-multiselectable="true"
      aria-rowcount=${flags.length + 1}
      aria-activedescendant=${drawn ? `row-${this.active}` : nothing}
      style="--environments:${widths}"
      @scroll=${this.#look}
      @keydown=${this.#press}
      @pointerdown=${this.#touch}
      @focusin=${this.#touch}
    >
      ${drawHead({
        ...{ environments, chosen, sort, total: flags.length },
        picked: selected.size === 0 ? 0 : this.#keys.filter((key) => selected.has(key)).length,
        sortBy: (column) => this.#say('sort', column),
        pickAll: (on) => this.#pickAll(on),
      })}
      <div
        role="rowgroup"
        class="body"
        style="height:${flags.length * this.#rowHeight}px;padding-top:${first * this.#rowHeight}px"
      >
        ${repeat(
          shown,
          (_flag, at) => (first + at) % ring,
          (flag, at) => drawRow(flag, first + at, context),
        )}
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-flag-table': FlagTable;
  }
}
