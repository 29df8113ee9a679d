import type { ServeAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { core, loadCore } from '../../client/core.ts';
import { Following } from '../../client/store.ts';
import '../../parts/rollout-bar.ts';
import { variantColour } from '../../parts/variant-colour.ts';
import { base } from '../../styles/base.ts';
import type { DraftSplit } from './draft.ts';
import { planMoves, tellMoves } from './plan-moves.ts';
import { splitSheet } from './split-sheet.ts';
import { evenWeights, fromPercent, setWeight, sumFault, toPercent } from './weights.ts';

/** Where nobody takes what is left over. */
const NOBODY = '';

/** Shares of users, exact to the bucket, and whom a change of them would move. Says `change` with `{detail: DraftSplit}`. */
@customElement('t-split')
export class SplitEditor extends LitElement {
  static override styles = [base, splitSheet];

  @property({ attribute: false }) split!: DraftSplit;
  /** What is served there now; undefined for a rule that is new. */
  @property({ attribute: false }) stored: ServeAnswer | undefined;
  @property({ attribute: false }) variants: readonly string[] = [];
  @property({ attribute: false }) offVariant: string | null = null;
  /** Attributes that are offered to split by. */
  @property({ attribute: false }) known: readonly string[] = [];
  /** Of whom the shares are. */
  @property() whom = 'users';
  @property({ type: Boolean }) readonly = false;
  /** As somebody chose it. */
  @state() private rest: string | undefined;
  @state() private assumed: string | undefined;
  /** What is typed and is no number yet, by variant. */
  @state() private typed: Readonly<Record<string, string>> = {};

  constructor() {
    super();
    new Following(this, core);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    loadCore().catch(() => undefined);
  }

  /** Who takes what is left over: as chosen, else somebody who has something to give. */
  get #rest(): string {
    return this.rest ?? this.assumed ?? this.#restBeside(undefined);
  }

  /** Who gives and takes while another share is set: those to whom nothing happens, else those who are most. */
  #restBeside(variant: string | undefined): string {
    const { weights } = this.split;
    const others = this.#names.filter((name) => name !== variant);
    const weightOf = (name: string) => weights[name] ?? 0;
    const off = others.find((name) => name === this.offVariant);
    if (off !== undefined && weightOf(off) > 0) return off;
    const most = others.reduce((a, b) => (weightOf(b) > weightOf(a) ? b : a), others[0] ?? NOBODY);
    return weightOf(most) > 0 ? most : (off ?? most);
  }

  /** Those of the flag, and those that are in the split though the flag has them no more. */
  get #names(): string[] {
    return [...new Set([...this.variants, ...Object.keys(this.split.weights)])];
  }

  #change(changed: Partial<DraftSplit>): void {
    this.dispatchEvent(new CustomEvent('change', { detail: { ...this.split, ...changed } }));
  }

  #setWeight(variant: string, weight: number): void {
    // Who was assumed to give stays so while one drags, and is somebody else only for their own share.
    if (this.assumed === undefined || this.assumed === variant) this.assumed = this.#restBeside(variant);
    const rest = this.rest ?? this.assumed;
    const change = { variant, weight, rest: rest === NOBODY ? undefined : rest };
    this.#change({ weights: setWeight(this.split.weights, this.split.of, change) });
  }

  #type(variant: string, text: string): void {
    const weight = fromPercent(text, this.split.of);
    this.typed = { ...this.typed, [variant]: text };
    if (weight !== undefined) this.#setWeight(variant, weight);
  }

  override render() {
    const { weights, of } = this.split;
    const fault = sumFault(weights, of);
    return html`<div class="split">
      ${this.#drawBar()}
      <div class="rows" role="group" aria-label="Shares">
        <div class="head small quiet" aria-hidden="true"><span>takes what is left over</span></div>
        ${this.#names.map((variant) => this.#drawRow(variant))}
        ${this.readonly ? nothing : this.#drawNobody()}
      </div>
      <p class="fault" role="alert">${fault ?? ''}</p>
      ${this.#drawBy()} ${this.#drawMoves()}
    </div>`;
  }

  #drawBar() {
    const { weights, of } = this.split;
    const shares = Object.entries(weights).map(([variant, weight]) => ({
      variant,
      share: weight / of,
      colour: variantColour(this.variants, variant, this.offVariant),
    }));
    return html`<t-bar .shares=${shares}></t-bar>`;
  }

  #drawRow(variant: string) {
    const { weights, of } = this.split;
    const weight = weights[variant] ?? 0;
    const text = this.typed[variant] ?? toPercent(weight, of);
    const isNumber = fromPercent(text, of) !== undefined;
    return html`<div class="share">
      <span class="name mono">
        <i style="background:${variantColour(this.variants, variant, this.offVariant)}" aria-hidden="true"></i>
        <span class="clip" title=${variant}>${variant}</span>
      </span>
      <input
        type="range"
        min="0"
        max="100"
        step="0.5"
        aria-label="Share of ${variant}"
        ?disabled=${this.readonly}
        .value=${String((weight / of) * 100)}
        @input=${(event: Event) => {
          event.stopPropagation();
          this.typed = {};
          this.#setWeight(variant, fromPercent((event.target as HTMLInputElement).value, of) ?? weight);
        }}
        @change=${(event: Event) => event.stopPropagation()}
      />
      <span class="percent">
        <input
          inputmode="decimal"
          aria-label="Per cent of ${variant}"
          autocomplete="off"
          ?disabled=${this.readonly}
          aria-invalid=${!isNumber}
          .value=${text}
          @input=${(event: Event) => this.#type(variant, (event.target as HTMLInputElement).value)}
          @change=${(event: Event) => event.stopPropagation()}
          @blur=${() => {
            this.typed = {};
          }}
        />
        %
      </span>
      ${this.readonly ? nothing : this.#drawRest(variant, `${variant} takes what is left over`)}
    </div>`;
  }

  #drawRest(value: string, label: string) {
    return html`<input
      type="radio"
      name="rest"
      aria-label=${label}
      title=${label}
      .checked=${this.#rest === value}
      @change=${(event: Event) => {
        event.stopPropagation();
        this.rest = value;
      }}
    />`;
  }

  #drawNobody() {
    return html`<div class="share nobody">
      <span class="acts">
        <button class="plain" @click=${() => this.#change({ weights: evenWeights(this.variants, this.split.of) })}>
          All alike
        </button>
      </span>
      <span class="quiet small">nobody: I set each myself</span>
      ${this.#drawRest(NOBODY, 'Nobody takes what is left over')}
    </div>`;
  }

  #drawBy() {
    const { split } = this;
    const isStored = this.stored !== undefined && 'split' in this.stored;
    return html`<div class="by">
      <label
        >Split by
        <input
          class="mono"
          list="by"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          ?disabled=${this.readonly}
          aria-invalid=${split.by === ''}
          .value=${split.by}
          @input=${(event: Event) => this.#change({ by: (event.target as HTMLInputElement).value.trim() })}
          @change=${(event: Event) => event.stopPropagation()}
      /></label>
      <datalist id="by">${[...new Set(['targetingKey', ...this.known])].map((name) => html`<option value=${name}></option>`)}</datalist>
      ${
        isStored
          ? html`<label class="anew" title="Also those move whom no change of shares would have moved">
              <input
                type="checkbox"
                ?disabled=${this.readonly}
                .checked=${split.reseed === true}
                @change=${(event: Event) => {
                  event.stopPropagation();
                  const { reseed: _was, ...rest } = split;
                  const isOn = (event.target as HTMLInputElement).checked;
                  this.dispatchEvent(new CustomEvent('change', { detail: isOn ? { ...rest, reseed: true } : rest }));
                }}
              />
              draw everybody anew
            </label>`
          : nothing
      }
    </div>`;
  }

  #drawMoves() {
    const reweigh = core.value?.reweigh;
    const moves = reweigh && planMoves(this.stored, { split: this.split }, reweigh);
    if (moves === undefined) return nothing;
    const isMany = moves.redrawn && moves.moved > 0;
    return html`<p class="moves ${isMany ? 'many' : ''}" role="status">${tellMoves(moves, this.whom)}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-split': SplitEditor;
  }
}
