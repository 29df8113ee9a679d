import type { ServeAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { NEW_TEST } from '../../parts/condition-tree.ts';
import { tellCondition } from '../../parts/tell-condition.ts';
import { base } from '../../styles/base.ts';
import { type DraftRule, moveRule } from './draft.ts';
import type { DraftFault } from './find-draft-faults.ts';
import type { Ground } from './ground.ts';
import { nameRule } from './name-rule.ts';
import './rule-card.ts';
import { ruleSheet } from './rule-sheet.ts';

/** Rules in their order, in which the first that holds wins. Says `change` with `{detail: DraftRule[]}`. */
@customElement('t-rules')
export class RuleList extends LitElement {
  static override styles = [base, ruleSheet];

  @property({ attribute: false }) rules: readonly DraftRule[] = [];
  @property({ attribute: false }) stored: ReadonlyMap<string, ServeAnswer> = new Map();
  @property({ attribute: false }) ground!: Ground;
  @property({ attribute: false }) faults: readonly DraftFault[] = [];
  /** Pieces that somebody else changed just now. */
  @property({ attribute: false }) arrived: readonly string[] = [];
  /** Pieces where somebody has to choose. */
  @property({ attribute: false }) disputed: readonly string[] = [];
  @property({ type: Boolean }) readonly = false;
  @state() private open: ReadonlySet<string> = new Set();
  @state() private dragged: string | undefined;
  @state() private over: { id: string; after: boolean } | undefined;
  @state() private said = '';
  #focusAt: string | undefined;

  #change(rules: readonly DraftRule[]): void {
    this.dispatchEvent(new CustomEvent('change', { detail: rules }));
  }

  #turn(id: string): void {
    const open = new Set(this.open);
    if (!open.delete(id)) open.add(id);
    this.open = open;
  }

  #add(): void {
    const rule: DraftRule = { id: nameRule(), if: NEW_TEST, serve: { variant: this.ground.variants[0] ?? '' } };
    this.open = new Set([...this.open, rule.id]);
    this.said = 'A rule was added at the end.';
    this.#focusAt = rule.id;
    this.#change([...this.rules, rule]);
  }

  #remove(at: number): void {
    this.said = `Rule ${at + 1} was taken out.`;
    this.#change(this.rules.filter((_rule, index) => index !== at));
    this.renderRoot.querySelector<HTMLElement>('.add')?.focus();
  }

  #move(from: number, to: number): void {
    const rule = this.rules[from];
    if (rule === undefined || to < 0 || to >= this.rules.length || to === from) return;
    this.said = `Rule is now ${to + 1} of ${this.rules.length}: if ${tellCondition(rule.if)}.`;
    this.#focusAt = rule.id;
    this.#change(moveRule(this.rules, from, to));
  }

  #key(event: KeyboardEvent, at: number): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (this.readonly || !event.altKey || step === undefined) return;
    event.preventDefault();
    this.#move(at, at + step);
  }

  override updated(): void {
    if (this.#focusAt === undefined) return;
    const moved = [...this.renderRoot.querySelectorAll<HTMLElement>('li')].find(
      ({ dataset }) => dataset.id === this.#focusAt,
    );
    if (moved === undefined) return;
    this.#focusAt = undefined;
    moved.focus();
  }

  override render() {
    return html`${
      this.rules.length === 0
        ? html`<p class="quiet none">No rule: everybody gets what is said below.</p>`
        : html`<ol>
            ${repeat(
              this.rules,
              ({ id }) => id,
              (rule, at) => this.#drawRule(rule, at),
            )}
          </ol>`
    }
    ${
      this.readonly
        ? nothing
        : html`<button class="add" @click=${() => this.#add()}>
            <wa-icon name="plus" aria-hidden="true"></wa-icon>Add a rule
          </button>`
    }
    <span class="sr" role="status">${this.said}</span>`;
  }

  #drawRule(rule: DraftRule, at: number) {
    const { id } = rule;
    const place = `rule ${id}`;
    const side = this.over?.id === id ? (this.over.after ? 'below' : 'above') : '';
    const marks = `${this.arrived.includes(place) ? 'flash' : ''} ${this.disputed.includes(place) ? 'disputed' : ''}`;
    return html`<li
      tabindex="-1"
      data-id=${id}
      aria-label="Rule ${at + 1} of ${this.rules.length}"
      class="${side} ${marks} ${this.dragged === id ? 'dragged' : ''}"
      @keydown=${(event: KeyboardEvent) => this.#key(event, at)}
      @dragover=${(event: DragEvent) => this.#dragOver(event, id)}
      @drop=${(event: DragEvent) => this.#drop(event, id)}
    >
      ${this.#drawPlace(rule, at)}
      <t-rule
        .rule=${rule}
        .stored=${this.stored.get(id)}
        .ground=${this.ground}
        .open=${this.open.has(id)}
        .readonly=${this.readonly}
        .fault=${this.open.has(id) ? '' : (this.faults.find((fault) => fault.place === place)?.says ?? '')}
        @turn=${() => this.#turn(id)}
        @change=${({ detail }: CustomEvent<DraftRule>) =>
          this.#change(this.rules.map((one) => (one.id === id ? detail : one)))}
      ></t-rule>
      ${this.readonly ? nothing : this.#drawActs(at)}
    </li>`;
  }

  /** The place in the order, which is also what one drags. */
  #drawPlace({ id }: DraftRule, at: number) {
    return html`<span
      class="place"
      title=${this.readonly ? id : `${id}: drag, or Alt and the arrows`}
      draggable=${!this.readonly}
      @dragstart=${(event: DragEvent) => {
        this.dragged = id;
        event.dataTransfer?.setData('text/plain', id);
      }}
      @dragend=${() => {
        this.dragged = undefined;
        this.over = undefined;
      }}
    >
      ${this.readonly ? nothing : html`<wa-icon name="grip" aria-hidden="true"></wa-icon>`}
      <span>${at + 1}</span>
    </span>`;
  }

  #drawActs(at: number) {
    const act = (label: string, icon: string, run: () => void, isOff = false) =>
      html`<button class="plain" aria-label="${label} ${at + 1}" title=${label} ?disabled=${isOff} @click=${run}>
        <wa-icon name=${icon} aria-hidden="true"></wa-icon>
      </button>`;
    return html`<span class="acts">
      ${act('Move up rule', 'arrow-up', () => this.#move(at, at - 1), at === 0)}
      ${act('Move down rule', 'arrow-down', () => this.#move(at, at + 1), at === this.rules.length - 1)}
      ${act('Take out rule', 'trash', () => this.#remove(at))}
    </span>`;
  }

  #dragOver(event: DragEvent, id: string): void {
    if (this.dragged === undefined) return;
    event.preventDefault();
    const { top, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const after = event.clientY > top + height / 2;
    if (this.over?.id !== id || this.over.after !== after) this.over = { id, after };
  }

  #drop(event: DragEvent, id: string): void {
    event.preventDefault();
    const from = this.rules.findIndex((rule) => rule.id === this.dragged);
    const target = this.rules.findIndex((rule) => rule.id === id);
    const to = target + (this.over?.after ? 1 : 0);
    this.dragged = undefined;
    this.over = undefined;
    // Taken out of its place first, everything after it is one nearer.
    if (from >= 0) this.#move(from, to > from ? to - 1 : to);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-rules': RuleList;
  }
}
