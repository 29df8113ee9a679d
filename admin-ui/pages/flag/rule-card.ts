import type { Condition } from '@turnout/core';
import type { ServeAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../../parts/condition-editor.ts';
import '../../parts/rollout-bar.ts';
import { tellCondition } from '../../parts/tell-condition.ts';
import { variantColour } from '../../parts/variant-colour.ts';
import { base } from '../../styles/base.ts';
import type { DraftRule, DraftServe } from './draft.ts';
import type { Ground } from './ground.ts';
import './serve-editor.ts';
import { tellServe } from './tell-draft.ts';

/** One rule: in words, and opened, to be edited. Says `change` with `{detail: DraftRule}`, and `turn` to be opened. */
@customElement('t-rule')
export class RuleCard extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        min-width: 0;
      }
      button.summary {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.1rem 0.5rem;
        width: 100%;
        padding: 0.45rem 0.5rem;
        border-color: transparent;
        background: transparent;
        font-weight: 400;
        text-align: left;
        justify-content: start;
      }
      button.summary:hover {
        background: var(--sunken);
      }
      .says {
        overflow-wrap: anywhere;
      }
      .gives {
        grid-column: 2;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.6rem;
      }
      t-bar {
        width: 6rem;
      }
      .edit {
        display: grid;
        gap: 0.75rem;
        padding: 0.25rem 0.5rem 0.75rem;
      }
      h4 {
        margin: 0 0 0.3rem;
        font-size: var(--small);
        font-weight: 550;
        color: var(--quiet);
      }
      .fault {
        padding: 0 0.5rem;
      }
    `,
  ];

  @property({ attribute: false }) rule!: DraftRule;
  @property({ attribute: false }) stored: ServeAnswer | undefined;
  @property({ attribute: false }) ground!: Ground;
  @property({ type: Boolean }) open = false;
  @property({ type: Boolean }) readonly = false;
  /** What is wrong with it, as a sentence; shown while it is closed, for opened it shows it at its place. */
  @property() fault = '';

  #change(changed: Partial<DraftRule>): void {
    this.dispatchEvent(new CustomEvent('change', { detail: { ...this.rule, ...changed } }));
  }

  override render() {
    const { rule } = this;
    return html`<button
        class="summary"
        aria-expanded=${this.open}
        @click=${() => this.dispatchEvent(new CustomEvent('turn'))}
      >
        <wa-icon name=${this.open ? 'chevron-down' : 'chevron-right'} aria-hidden="true"></wa-icon>
        <span class="says"><span class="quiet">If</span> ${tellCondition(rule.if)}</span>
        <span class="gives">${this.#drawBar()}<span><span class="quiet">gets</span> <strong>${tellServe(rule.serve)}</strong></span></span>
      </button>
      ${this.fault === '' ? nothing : html`<p class="fault">${this.fault}</p>`}
      ${this.open ? this.#drawEditor() : nothing}`;
  }

  #drawBar() {
    const { serve } = this.rule;
    if (!('split' in serve)) return nothing;
    const { variants, offVariant } = this.ground;
    const shares = Object.entries(serve.split.weights).map(([variant, weight]) => ({
      ...{ variant, share: weight / serve.split.of },
      colour: variantColour(variants, variant, offVariant),
    }));
    return html`<t-bar .shares=${shares}></t-bar>`;
  }

  #drawEditor() {
    const { rule, ground } = this;
    return html`<div class="edit">
      <div>
        <h4>Who</h4>
        <t-condition
          .condition=${rule.if}
          .segments=${ground.segments}
          .known=${ground.known}
          .readonly=${this.readonly}
          @change=${({ detail }: CustomEvent<Condition>) => this.#change({ if: detail })}
        ></t-condition>
      </div>
      <div>
        <h4>What they get</h4>
        <t-serve
          .serve=${rule.serve}
          .stored=${this.stored}
          .variants=${ground.variants}
          .offVariant=${ground.offVariant}
          .known=${ground.known}
          .readonly=${this.readonly}
          whom="its users"
          label="users of rule ${rule.id}"
          @change=${({ detail }: CustomEvent<DraftServe>) => this.#change({ serve: detail })}
        ></t-serve>
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-rule': RuleCard;
  }
}
