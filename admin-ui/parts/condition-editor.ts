import type { Condition, Test } from '@turnout/core';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { core, loadCore } from '../client/core.ts';
import { Following } from '../client/store.ts';
import { base } from '../styles/base.ts';
import { conditionSheet } from './condition-sheet.ts';
import type { ConditionFault } from './condition-test.ts';
import './condition-test.ts';
import {
  addTo,
  type ConditionPath,
  canUnwrap,
  type Group,
  NEW_TEST,
  type Node,
  nodeOf,
  partAt,
  pointerOf,
  removeAt,
  replaceAt,
  setGroup,
  unwrapAt,
  wrapAt,
} from './condition-tree.ts';
import { tellCondition, tellForeign } from './tell-condition.ts';

/** Attributes that most apps send. */
const USUAL = ['targetingKey', 'country', 'email', 'plan', 'appVersion'];

const GROUP_WORDS: Record<Group, string> = { all: 'All of these hold', any: 'Any of these holds' };

/**
 * A condition of all, any and not, as deep as one likes. It shows `.condition`, and says `change` with
 * `{detail: Condition}` for the next one, which its owner gives back. What an evaluator would not understand is shown at
 * its place; `faults` tells whether there is any. What flagd compares in its own way can be taken out, not edited.
 *
 * Properties: `.condition` (Condition), `.segments` ({key, name}[]), `.known` (string[]: attributes offered beside the usual),
 * `.readonly` (boolean: the condition in words).
 */
@customElement('t-condition')
export class ConditionEditor extends LitElement {
  static override styles = [base, conditionSheet];

  @property({ attribute: false }) condition: Condition = NEW_TEST;
  @property({ attribute: false }) segments: readonly { key: string; name: string }[] = [];
  @property({ attribute: false }) known: readonly string[] = [];
  @property({ type: Boolean }) readonly = false;
  @state() private said = '';
  #focusAt: string | undefined;

  constructor() {
    super();
    new Following(this, core);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Without it nothing is checked here, and the server still checks everything.
    loadCore().catch(() => undefined);
  }

  /** What an evaluator would not understand; empty while the evaluator itself is not there. */
  get faults(): readonly ConditionFault[] {
    return core.value?.conditionFaults(this.condition, '') ?? [];
  }

  override updated(): void {
    if (this.#focusAt === undefined) return;
    const target = [...this.renderRoot.querySelectorAll<HTMLElement>('[data-at]')].find(
      ({ dataset }) => dataset.at === this.#focusAt,
    );
    this.#focusAt = undefined;
    target?.focus();
  }

  #change(next: Condition, said: string, focusAt?: ConditionPath): void {
    this.said = said;
    this.#focusAt = focusAt && pointerOf(focusAt);
    // What was typed last is stored by leaving the field, in the very click that changes something else here.
    this.condition = next;
    this.dispatchEvent(new CustomEvent('change', { detail: next }));
  }

  #replace(path: ConditionPath, part: Condition): void {
    this.#change(replaceAt(this.condition, path, part), '');
  }

  /** Adds to the group at a path, and goes to what was added. */
  #add(path: ConditionPath, part: Condition, kind: Group = 'all'): void {
    const next = addTo(this.condition, path, part, kind);
    const group = partAt(next, path);
    const node = group && nodeOf(group);
    if (node?.kind !== 'all' && node?.kind !== 'any') return;
    const added = [...path, node.kind, node.parts.length - 1];
    this.#change(next, 'Added.', 'all' in part ? [...added, 'all', 0] : added);
  }

  #remove(path: ConditionPath): void {
    this.#change(removeAt(this.condition, path), 'Removed.', path.slice(0, -2));
  }

  override render() {
    if (this.readonly) return html`<p>${tellCondition(this.condition)}</p>`;
    const node = nodeOf(this.condition);
    const isGroup = node.kind === 'all' || node.kind === 'any';
    return html`${this.#draw(this.condition, [])}
      ${
        isGroup
          ? nothing
          : html`<div class="add">
              <button class="plain" @click=${() => this.#add([], NEW_TEST, 'all')}>and …</button>
              <button class="plain" @click=${() => this.#add([], NEW_TEST, 'any')}>or …</button>
              ${this.segments.length > 0 ? this.#drawAddSegment([], 'and in segment …') : nothing}
            </div>`
      }
      <span class="sr" role="status">${this.said}</span>`;
  }

  #draw(condition: Condition, path: ConditionPath): TemplateResult {
    const node = nodeOf(condition);
    if (node.kind === 'all' || node.kind === 'any') return this.#drawGroup(node.kind, node.parts, path);
    if (node.kind === 'not') {
      return html`<div class="group not" role="group" aria-label="Not">
        <div class="head"><strong>Not</strong>${this.#drawActs(path)}</div>
        ${this.#draw(node.inner, [...path, 'not'])}
      </div>`;
    }
    return html`<div class="part">${this.#drawLeaf(node, path)} ${this.#drawActs(path)}</div>`;
  }

  #drawLeaf(node: Exclude<Node, { kind: Group | 'not' }>, path: ConditionPath): TemplateResult {
    const at = pointerOf(path);
    if (node.kind === 'segment') return this.#drawSegment(node.key, path);
    if (node.kind === 'flagd') {
      return html`<span class="foreign" data-at=${at} tabindex="-1">
        <code>${tellForeign(node.test)}</code> <span class="tag">imported, read only</span>
      </span>`;
    }
    return html`<t-condition-test
      data-at=${at}
      .test=${node.test}
      .known=${[...new Set([...this.known, ...USUAL])]}
      .faults=${this.faults
        .filter(({ path: place }) => place.startsWith(`${at}/`))
        .map((fault) => ({ ...fault, path: fault.path.slice(at.length) }))}
      @change=${({ detail }: CustomEvent<Test>) => this.#replace(path, detail)}
    ></t-condition-test>`;
  }

  #drawSegment(key: string, path: ConditionPath) {
    const isKnown = this.segments.some((segment) => segment.key === key);
    return html`<label class="segment">
      <span>is in segment</span>
      <select
        data-at=${pointerOf(path)}
        aria-invalid=${!isKnown}
        @change=${(event: Event) => {
          event.stopPropagation();
          this.#replace(path, { segment: (event.target as HTMLSelectElement).value });
        }}
      >
        ${isKnown ? nothing : html`<option value=${key} .selected=${true}>${key} (not in this environment)</option>`}
        ${this.segments.map(
          (one) => html`<option value=${one.key} .selected=${one.key === key}>${one.name || one.key}</option>`,
        )}
      </select>
    </label>`;
  }

  #drawGroup(kind: Group, parts: readonly Condition[], path: ConditionPath): TemplateResult {
    return html`<div class="group ${kind}" role="group" aria-label=${GROUP_WORDS[kind]}>
      <div class="head">
        <select
          data-at=${pointerOf(path)}
          aria-label="How these belong together"
          @change=${(event: Event) => {
            event.stopPropagation();
            const chosen = (event.target as HTMLSelectElement).value as Group;
            this.#change(setGroup(this.condition, path, chosen), GROUP_WORDS[chosen]);
          }}
        >
          ${(Object.keys(GROUP_WORDS) as Group[]).map(
            (one) => html`<option value=${one} .selected=${one === kind}>${GROUP_WORDS[one]}</option>`,
          )}
        </select>
        ${this.#drawActs(path)}
      </div>
      ${parts.length === 0 ? drawEmpty(kind) : parts.map((part, at) => this.#draw(part, [...path, kind, at]))}
      <div class="add">
        <button class="plain" @click=${() => this.#add(path, NEW_TEST)}>
          <wa-icon name="plus" aria-hidden="true"></wa-icon>Condition
        </button>
        ${this.segments.length > 0 ? this.#drawAddSegment(path, 'Segment') : nothing}
        <button class="plain" @click=${() => this.#add(path, { [kind === 'all' ? 'any' : 'all']: [NEW_TEST] } as Condition)}>
          <wa-icon name="plus" aria-hidden="true"></wa-icon>Group
        </button>
      </div>
    </div>`;
  }

  #drawAddSegment(path: ConditionPath, words: string) {
    const [first] = this.segments;
    return html`<button class="plain" @click=${() => this.#add(path, { segment: first?.key ?? '' })}>
      <wa-icon name="plus" aria-hidden="true"></wa-icon>${words}
    </button>`;
  }

  /** What can be done with a part: deny it, group it, take away what is around its parts, take it out. */
  #drawActs(path: ConditionPath) {
    const part = partAt(this.condition, path);
    const node = part && nodeOf(part);
    const isNot = node?.kind === 'not';
    const { condition } = this;
    return html`<span class="acts">
      ${
        isNot
          ? nothing
          : html`<button
              class="plain"
              title="Holds where this does not"
              @click=${() => this.#change(wrapAt(condition, path, 'not'), 'Denied.', [...path, 'not'])}
            >
              not
            </button>`
      }
      ${
        canUnwrap(condition, path)
          ? html`<button class="plain" @click=${() => this.#change(unwrapAt(condition, path), 'Taken away.', path)}>
              ${isNot ? 'without not' : 'ungroup'}
            </button>`
          : nothing
      }
      ${
        path.length === 0
          ? nothing
          : html`<button class="plain" aria-label="Remove ${part ? tellCondition(part) : ''}" @click=${() => this.#remove(path)}>
              <wa-icon name="cross" aria-hidden="true"></wa-icon>
            </button>`
      }
    </span>`;
  }
}

function drawEmpty(kind: Group) {
  return html`<p class="quiet small">
    ${kind === 'all' ? 'Nothing is asked: it holds for everybody.' : 'Nothing can hold: it holds for nobody.'}
  </p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-condition': ConditionEditor;
  }
}
