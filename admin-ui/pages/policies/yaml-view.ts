import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import '../../parts/copy-button.ts';
import type { Fault } from './findings.ts';

/** A policy as text, with its lines numbered and those marked that somebody has something against. Says `write`. */
@customElement('t-policy-yaml')
export class YamlView extends LitElement {
  static override styles = [
    base,
    css`
      .head {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        margin-bottom: 0.35rem;
      }
      .text {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        height: var(--text-height, clamp(15rem, 46dvh, 44rem));
        border: 1px solid var(--line-strong);
        border-radius: var(--round);
        background: var(--surface);
        overflow: hidden;
        font-family: var(--mono);
        font-size: var(--tiny);
        line-height: 1.6;
        font-variant-ligatures: none;
      }
      .text:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }
      .lines {
        overflow: hidden;
        padding: 0.5rem 0.4rem 2rem 0.5rem;
        margin: 0;
        text-align: right;
        color: var(--quiet);
        background: var(--sunken);
        user-select: none;
        font-variant-numeric: tabular-nums;
      }
      .lines span {
        display: block;
        padding: 0 0.2rem;
        border-radius: 3px;
      }
      .lines .wrong {
        background: var(--warn-soft);
        color: var(--warn);
        font-weight: 650;
      }
      textarea {
        font: inherit;
        border: 0;
        border-radius: 0;
        padding: 0.5rem 0.6rem;
        resize: none;
        white-space: pre;
        overflow: auto;
        background: transparent;
        tab-size: 2;
      }
      textarea:focus-visible {
        outline: none;
      }
    `,
  ];

  @property() text = '';
  @property({ attribute: false }) faults: readonly Fault[] = [];
  @property({ type: Boolean }) readonly = false;
  @query('textarea') private area!: HTMLTextAreaElement;
  @query('.lines') private gutter!: HTMLElement;

  /** Goes to a place in the text, as from a fault that names it. */
  show(line: number, column = 1): void {
    const lines = this.text.split('\n');
    const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const end = at + (lines[line - 1]?.length ?? 0);
    this.area.focus();
    this.area.setSelectionRange(Math.min(at + column - 1, end), end);
    const height = this.area.scrollHeight / Math.max(1, lines.length);
    this.area.scrollTop = Math.max(0, (line - 4) * height);
  }

  #indent(event: KeyboardEvent): void {
    // Enter keeps the indent of the line, for YAML means something by it; Tab stays the way out.
    if (event.key !== 'Enter' || this.readonly || event.isComposing) return;
    const { value, selectionStart } = this.area;
    const line = value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);
    const indent = /^ */.exec(line)?.[0] ?? '';
    if (indent === '') return;
    event.preventDefault();
    this.area.setRangeText(`\n${indent}`, selectionStart, this.area.selectionEnd, 'end');
    this.#write();
  }

  #write(): void {
    this.dispatchEvent(new CustomEvent('write', { detail: this.area.value }));
  }

  override render() {
    const wrong = new Set(this.faults.map(({ line }) => line));
    const count = this.text.split('\n').length;
    return html`<div class="head">
        <h2 id="title">YAML</h2>
        <slot></slot>
        <span class="spread"></span>
        <t-copy .text=${this.text} what="the YAML"></t-copy>
      </div>
      <div class="text">
        <div class="lines" aria-hidden="true">
          ${Array.from({ length: count }, (_line, at) => html`<span class=${wrong.has(at + 1) ? 'wrong' : ''}>${at + 1}</span>`)}
        </div>
        <textarea
          aria-label="YAML"
          wrap="off"
          spellcheck="false"
          autocapitalize="off"
          autocomplete="off"
          ?readonly=${this.readonly}
          .value=${this.text}
          @input=${() => this.#write()}
          @keydown=${(event: KeyboardEvent) => this.#indent(event)}
          @scroll=${() => {
            this.gutter.scrollTop = this.area.scrollTop;
          }}
        ></textarea>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-yaml': YamlView;
  }
}
