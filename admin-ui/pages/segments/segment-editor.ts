import type { Condition } from '@turnout/core';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { attributesIn, NEW_TEST } from '../../parts/condition-tree.ts';
import '../../parts/condition-editor.ts';
import { base } from '../../styles/base.ts';
import type { KnownSegment } from '../flag/read-segments.ts';
import { sectionSheet } from '../flag/section-sheet.ts';
import './member-list.ts';
import { inBoth, LISTS, type List, listOf, type SegmentDraft } from './segment-draft.ts';
import { nameSome, titleOfSegment } from './tell-segment.ts';

const ABOUT: Record<List, string> = {
  included: 'Whatever the rule says.',
  excluded: 'Wins over everything else.',
};

/** Who is in a segment, and what it is called. Says `draft` with `{detail: SegmentDraft}`; its owner keeps it. */
@customElement('t-segment-editor')
export class SegmentEditor extends LitElement {
  static override styles = [
    base,
    sectionSheet,
    css`
      .title {
        font-size: var(--text);
        font-weight: 600;
      }
      .body {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        align-content: start;
        gap: 0.4rem;
        justify-items: start;
      }
      .body > :not(input, p) {
        justify-self: stretch;
      }
    `,
  ];

  @property({ attribute: false }) draft!: SegmentDraft;
  @property({ attribute: false }) stored!: SegmentDraft;
  /** The other segments of the environment. */
  @property({ attribute: false }) segments: readonly KnownSegment[] = [];
  @property({ attribute: false }) arrived: readonly string[] = [];
  @property({ attribute: false }) disputed: readonly string[] = [];
  @property({ type: Boolean }) readonly = false;

  /** The button that was pressed is gone: what came in its place gets the focus. */
  #focusRule = false;

  override updated(): void {
    if (!this.#focusRule) return;
    this.#focusRule = false;
    const next = this.renderRoot.querySelector<HTMLElement>('t-condition, #add-rule');
    if (next instanceof LitElement) {
      void next.updateComplete.then(() => next.renderRoot.querySelector<HTMLElement>('[data-at]')?.focus());
    } else next?.focus();
  }

  #setRule(rule: Condition | null): void {
    this.#focusRule = true;
    this.#change({ if: rule });
  }

  #change(changed: Partial<SegmentDraft>): void {
    this.dispatchEvent(new CustomEvent('draft', { detail: { ...this.draft, ...changed } }));
  }

  override render() {
    return html`${LISTS.map((list) => this.#drawList(list))} ${this.#drawRule()} ${this.#drawLookup()}
    ${this.#drawTexts()}`;
  }

  #drawList(list: List) {
    const both = list === 'excluded' ? inBoth(this.draft) : [];
    return this.#section(
      [list],
      titleOfSegment(list),
      ABOUT[list],
      html`<t-member-list
          .list=${list}
          .members=${this.draft[list]}
          .stored=${this.stored[list]}
          .readonly=${this.readonly}
          @change=${({ detail }: CustomEvent<string[]>) => this.#change({ [list]: detail })}
        ></t-member-list>
        ${
          both.length === 0
            ? nothing
            : html`<p class="fault">
                In both lists, and so never in: ${nameSome(both)}.
              </p>`
        }`,
    );
  }

  #drawRule() {
    const rule = this.draft.if;
    return this.#section(
      ['if'],
      'Rule',
      'In, too, is whoever it holds for.',
      rule === null
        ? html`<div class="row">
            <span class="quiet">There is none: only who is listed is in.</span>
            ${this.readonly ? nothing : html`<button id="add-rule" @click=${() => this.#setRule(NEW_TEST)}>Add a rule</button>`}
          </div>`
        : html`<t-condition
              .condition=${rule}
              .segments=${this.segments}
              .known=${this.#known}
              .readonly=${this.readonly}
              @change=${({ detail }: CustomEvent<Condition>) => this.#change({ if: detail })}
            ></t-condition>
            ${
              this.readonly
                ? nothing
                : html`<p><button class="plain small" @click=${() => this.#setRule(null)}>Take the rule out</button></p>`
            }`,
    );
  }

  get #known(): string[] {
    const known = this.segments.flatMap(({ by, if: rule }) => [by, ...(rule === null ? [] : attributesIn(rule))]);
    return [...new Set([...known, this.draft.by])].filter((one) => one !== '').sort();
  }

  #drawLookup() {
    return this.#section(
      ['by'],
      'What is looked up',
      'The attribute that holds what the lists hold.',
      html`<input
          aria-label="The attribute that is looked up in the lists"
          class="mono"
          list="known"
          maxlength="256"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          aria-invalid=${this.draft.by === ''}
          ?readonly=${this.readonly}
          .value=${this.draft.by}
          @input=${(event: Event) => this.#change({ by: (event.target as HTMLInputElement).value })}
        />
        <datalist id="known">${['targetingKey', ...this.#known].map((one) => html`<option value=${one}></option>`)}</datalist>
        ${this.draft.by === '' ? html`<p class="fault">Say which one; usually it is targetingKey.</p>` : nothing}`,
    );
  }

  #drawTexts() {
    const { name, description } = this.draft;
    return this.#section(
      ['name', 'description'],
      'For people',
      'What it is called, and what it is for.',
      html`<div class="stack">
        <div class="field">
          <label for="name">Name</label>
          <input
            id="name"
            maxlength="200"
            autocomplete="off"
            ?readonly=${this.readonly}
            .value=${name}
            @input=${(event: Event) => this.#change({ name: (event.target as HTMLInputElement).value })}
          />
        </div>
        <div class="field">
          <label for="description">Description</label>
          <textarea
            id="description"
            rows="2"
            maxlength="5000"
            ?readonly=${this.readonly}
            .value=${description}
            @input=${(event: Event) => this.#change({ description: (event.target as HTMLTextAreaElement).value })}
          ></textarea>
        </div>
      </div>`,
    );
  }

  #section(places: readonly string[], title: string, about: string, body: TemplateResult) {
    const isOf = (place: string) => places.includes(listOf(place) ?? place);
    const [first = ''] = places;
    return html`<section
      class="section ${this.arrived.some(isOf) ? 'flash' : ''} ${this.disputed.some(isOf) ? 'disputed' : ''}"
      aria-labelledby="title-${first}"
    >
      <div class="about">
        <h2 class="title" id="title-${first}">${title}</h2>
        <p class="quiet small">${about}</p>
      </div>
      <div class="body">${body}</div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-segment-editor': SegmentEditor;
  }
}
