import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../styles/base.ts';
import { type DiffLine, diffJson, diffLines, foldSame } from './json-diff.ts';
import { spellMarks } from './spell-marks.ts';

const MOST_LINES = 400;

/** What was altered of a JSON value, or of a text: by colour, and by sign for whoever does not see it. */
@customElement('t-diff')
export class DiffView extends LitElement {
  static override styles = [
    base,
    css`
      .lines {
        margin: 0;
        padding: 0.5rem 0;
        border: 1px solid var(--line);
        border-radius: var(--round);
        background: var(--surface);
        font-family: var(--mono);
        font-size: var(--tiny);
        line-height: 1.6;
      }
      .line {
        display: block;
        padding: 0 0.75rem 0 1.9rem;
        text-indent: -1.15rem;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        text-decoration: none;
        unicode-bidi: isolate;
      }
      ins {
        background: var(--added);
      }
      del {
        background: var(--removed);
      }
      .sign {
        display: inline-block;
        width: 1.15rem;
        text-indent: 0;
        user-select: none;
      }
      .gap {
        color: var(--quiet);
        text-indent: 0;
        padding-left: 1.9rem;
      }
      button {
        margin: 0.35rem 0 0;
      }
    `,
  ];

  @property({ attribute: false }) was: unknown;
  @property({ attribute: false }) now: unknown;
  /** Where they are texts that people wrote, as YAML is: held against one another line by line. */
  @property({ type: Boolean }) texts = false;
  /** What is said where both are the same. */
  @property() none = 'Nothing is different.';
  @state() private whole = false;

  override render() {
    const all = this.texts ? diffLines(linesOf(this.was), linesOf(this.now)) : diffJson(this.was, this.now);
    if (all.every(({ kind }) => kind === 'same')) return html`<p class="quiet">${this.none}</p>`;
    const folded = foldSame(all);
    const lines = this.whole ? all : folded.slice(0, MOST_LINES);
    const more = folded.length > lines.length || folded.some(({ kind }) => kind === 'gap');
    return html`<div class="lines" translate="no">${lines.map(drawLine)}</div>
      ${
        more || this.whole
          ? html`<button class="plain small" aria-pressed=${this.whole} @click=${this.#turn}>
              ${this.whole ? 'Only what is different' : `All ${all.length} lines`}
            </button>`
          : nothing
      }`;
  }

  #turn(): void {
    this.whole = !this.whole;
  }
}

const linesOf = (text: unknown): string[] =>
  String(text ?? '')
    .trimEnd()
    .split('\n')
    .map(spellMarks);

function drawLine(line: DiffLine) {
  if (line.kind === 'gap') return html`<span class="line gap">… ${line.count} lines the same</span>`;
  if (line.kind === 'added') return html`<ins class="line"><span class="sign">+</span>${line.text}</ins>`;
  if (line.kind === 'removed') return html`<del class="line"><span class="sign">−</span>${line.text}</del>`;
  return html`<span class="line"><span class="sign"> </span>${line.text}</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-diff': DiffView;
  }
}
