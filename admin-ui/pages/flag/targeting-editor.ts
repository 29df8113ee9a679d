import type { Prerequisite } from '@turnout/core';
import type { ConfigurationAnswer, FlagAnswer, ServeAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from '../../client/live.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { attributesIn } from '../../parts/condition-tree.ts';
import '../../parts/problem-view.ts';
import { base } from '../../styles/base.ts';
import type { Draft, DraftRule, DraftServe } from './draft.ts';
import type { DraftFault } from './find-draft-faults.ts';
import type { Ground } from './ground.ts';
import './more-settings.ts';
import './prerequisites-editor.ts';
import { type KnownSegment, readSegments } from './read-segments.ts';
import './rule-list.ts';
import { sectionSheet } from './section-sheet.ts';
import './serve-editor.ts';

/** Who gets what of a flag in one environment. Says `draft` with `{detail: Draft}`; its owner keeps it. */
@customElement('t-flag-targeting')
export class TargetingEditor extends LitElement {
  static override styles = [base, sectionSheet];

  @property() project = '';
  @property({ attribute: false }) environment!: MyEnvironment;
  @property({ attribute: false }) flag!: FlagAnswer;
  @property({ attribute: false }) stored!: ConfigurationAnswer;
  @property({ attribute: false }) draft!: Draft;
  @property({ attribute: false }) faults: readonly DraftFault[] = [];
  @property({ attribute: false }) arrived: readonly string[] = [];
  @property({ attribute: false }) disputed: readonly string[] = [];
  @property({ type: Boolean }) readonly = false;
  @state() private segments: readonly KnownSegment[] = [];
  @state() private refusal: Refusal | undefined;
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [
      live.on('change', ({ subject }) => subject.startsWith('segment/') && void this.#readSegments()),
      live.on('reset', () => void this.#readSegments()),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const isElsewhere = changed.get('environment')?.key !== this.environment.key;
    if (changed.has('project') || (changed.has('environment') && isElsewhere)) void this.#readSegments();
  }

  async #readSegments(): Promise<void> {
    const { project, environment } = this;
    try {
      const segments = await readSegments(project, environment.key);
      if (environment.key !== this.environment.key) return;
      this.segments = segments;
      this.refusal = undefined;
    } catch (error) {
      this.refusal = asRefusal(error);
    }
  }

  get #ground(): Ground {
    const conditions = [
      ...this.draft.rules.map((rule) => rule.if),
      ...this.segments.flatMap((segment) => segment.if ?? []),
    ];
    const known = new Set([...conditions.flatMap(attributesIn), ...this.segments.map(({ by }) => by)]);
    known.delete('');
    return {
      variants: Object.keys(this.flag.variants),
      offVariant: this.draft.offVariant,
      segments: this.segments,
      known: [...known].sort(),
    };
  }

  get #storedServes(): ReadonlyMap<string, ServeAnswer> {
    return new Map(this.stored.rules.map(({ id, serve }) => [id, serve]));
  }

  #change(changed: Partial<Draft>): void {
    this.dispatchEvent(new CustomEvent('draft', { detail: { ...this.draft, ...changed } }));
  }

  override render() {
    const ground = this.#ground;
    return html`${
      this.refusal === undefined
        ? nothing
        : html`<t-problem .refusal=${this.refusal} .retry=${() => void this.#readSegments()}></t-problem>`
    }
      ${this.#section(
        'prerequisites',
        'Needs',
        'Where one of these does not give what is asked, everybody gets the off variant.',
        html`<t-prerequisites
          .prerequisites=${this.draft.prerequisites}
          .flag=${this.flag.key}
          .readonly=${this.readonly}
          @change=${({ detail }: CustomEvent<Prerequisite[]>) => this.#change({ prerequisites: detail })}
        ></t-prerequisites>`,
      )}
      ${this.#section(
        'rules',
        'Rules',
        'The first one that holds decides.',
        html`<t-rules
          .rules=${this.draft.rules}
          .stored=${this.#storedServes}
          .ground=${ground}
          .faults=${this.faults}
          .arrived=${this.arrived}
          .disputed=${this.disputed}
          .readonly=${this.readonly}
          @change=${({ detail }: CustomEvent<DraftRule[]>) => this.#change({ rules: detail })}
        ></t-rules>`,
      )}
      ${this.#drawFallthrough(ground)} ${this.#drawOffVariant(ground)}
      <div class="section">
        <t-more
          .draft=${this.draft}
          .readonly=${this.readonly}
          @change=${({ detail }: CustomEvent<Partial<Draft>>) => this.#change(detail)}
        ></t-more>
      </div>`;
  }

  #drawFallthrough(ground: Ground) {
    return this.#section(
      'fallthrough',
      'Everybody else',
      'What they get whom no rule catches.',
      html`<t-serve
        .serve=${this.draft.fallthrough}
        .stored=${this.stored.fallthrough}
        .variants=${ground.variants}
        .offVariant=${ground.offVariant}
        .known=${ground.known}
        .readonly=${this.readonly}
        label="everybody else"
        @change=${({ detail }: CustomEvent<DraftServe>) => this.#change({ fallthrough: detail })}
      ></t-serve>`,
    );
  }

  #drawOffVariant({ variants }: Ground) {
    const { offVariant } = this.draft;
    const isGone = offVariant !== null && !variants.includes(offVariant);
    return this.#section(
      'offVariant',
      'Off variant',
      'What everybody gets when it is off, killed or shed, or lacks what it needs.',
      html`<select
        aria-label="Off variant"
        ?disabled=${this.readonly}
        @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement;
          this.#change({ offVariant: value === '' ? null : value });
        }}
      >
        ${variants.map((name) => html`<option value=${name} .selected=${name === offVariant}>${name}</option>`)}
        ${isGone ? html`<option value=${offVariant} .selected=${true}>${offVariant} (no variant any more)</option>` : nothing}
        <option value="" .selected=${offVariant === null}>The default in the app’s code</option>
      </select>`,
    );
  }

  #section(place: string, title: string, about: string, body: TemplateResult) {
    const isOf = (one: string) => one === place || (place === 'rules' && one === 'order');
    const mine = this.faults.filter((fault) => fault.place === place);
    const isDisputed = this.disputed.some(isOf);
    return html`<section
      class="section ${this.arrived.some(isOf) ? 'flash' : ''} ${isDisputed ? 'disputed' : ''}"
      aria-labelledby="title-${place}"
    >
      <div class="about">
        <h3 id="title-${place}">${title}</h3>
        <p class="quiet small">${about}</p>
      </div>
      <div class="body">${body} ${mine.map(({ says }) => html`<p class="fault">${says}</p>`)}</div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-flag-targeting': TargetingEditor;
  }
}
