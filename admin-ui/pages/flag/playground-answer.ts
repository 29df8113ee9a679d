import type { Evaluation, Explanation } from '@turnout/core';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { printJson } from '../../parts/json-diff.ts';
import { variantColour } from '../../parts/variant-colour.ts';
import { base } from '../../styles/base.ts';
import { readTrail, type TrailNode } from './playground-trail.ts';

/** Why, in a sentence. */
function tellReason({ reason, errorCode, ruleId, disabledBy }: Evaluation): string {
  if (errorCode !== undefined) return `An error: ${errorCode}. The app’s own default holds.`;
  if (disabledBy !== undefined) {
    return typeof disabledBy === 'string'
      ? `The flag is ${disabledBy}.`
      : `The flag ${disabledBy.prerequisite}, which it needs, does not give what it must.`;
  }
  if (ruleId !== undefined) return reason === 'SPLIT' ? `Rule ${ruleId} holds, and splits.` : `Rule ${ruleId} holds.`;
  if (reason === 'SPLIT') return 'No rule holds: the split for everybody else.';
  return reason === 'STATIC' ? 'There are no rules: everybody gets this.' : 'No rule holds: what everybody else gets.';
}

/** What a context gets of a flag, why, and every step that led there. */
@customElement('t-playground-answer')
export class PlaygroundAnswer extends LitElement {
  static override styles = [
    base,
    css`
      .card {
        padding: 0.9rem 1rem;
        display: grid;
        gap: 0.75rem;
        min-width: 0;
      }
      .card > * {
        min-width: 0;
      }
      .variant {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        font-size: 1.05rem;
        font-weight: 620;
        overflow-wrap: anywhere;
      }
      .dot {
        flex: none;
        width: 0.8rem;
        height: 0.8rem;
        border-radius: 3px;
      }
      pre {
        margin: 0;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        max-height: 14rem;
        overflow: auto;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      ul ul {
        margin-left: 0.45rem;
        padding-left: 0.9rem;
        border-left: 1px solid var(--line);
      }
      li > span {
        display: grid;
        grid-template-columns: 1.2rem minmax(0, 1fr);
        padding: 0.1rem 0;
        overflow-wrap: anywhere;
      }
      .yes {
        color: var(--on);
      }
      .no {
        color: var(--quiet);
      }
    `,
  ];

  @property() heading = '';
  @property({ attribute: false }) explanation: Explanation | undefined;
  /** Names of the flag's variants, for their colours. */
  @property({ attribute: false }) variants: readonly string[] = [];
  @property() offVariant: string | null = null;
  /** What has to be known before it is believed. */
  @property() hint = '';

  override render() {
    if (this.explanation === undefined) return nothing;
    const { evaluation, trail } = this.explanation;
    const { variant } = evaluation;
    const colour = variant === undefined ? 'var(--slice-none)' : variantColour(this.variants, variant, this.offVariant);
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">${this.heading}</h2>
      <div role="status" class="stack">
        <div class="variant"><span class="dot" style="background:${colour}"></span>${variant ?? 'the app’s coded default'}</div>
        ${drawValue(evaluation)}
        <p>${tellReason(evaluation)} <span class="quiet mono small">${evaluation.reason}</span></p>
        ${this.hint === '' ? nothing : html`<p class="fault">${this.hint}</p>`}
      </div>
      <div>
        <h3>How it came about</h3>
        ${drawNodes(readTrail(trail))}
      </div>
    </section>`;
  }
}

function drawValue({ value }: Evaluation) {
  if (value === undefined) return nothing;
  return html`<pre tabindex="0" aria-label="Value"><code>${printJson(value).join('\n') || 'null'}</code></pre>`;
}

function drawNodes(nodes: readonly TrailNode[]): TemplateResult {
  return html`<ul>
    ${nodes.map(
      ({ text, holds, inner }) => html`<li>
        <span class=${holds === false ? 'no' : ''}>${drawMark(holds)}<span>${text}</span></span>
        ${inner.length > 0 ? drawNodes(inner) : nothing}
      </li>`,
    )}
  </ul>`;
}

function drawMark(holds: boolean | undefined) {
  if (holds === undefined) return html`<span aria-hidden="true">→</span>`;
  return holds
    ? html`<span class="yes"><span aria-hidden="true">✓</span><span class="sr">holds: </span></span>`
    : html`<span><span aria-hidden="true">✗</span><span class="sr">does not hold: </span></span>`;
}
