import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import type { Draft } from './draft.ts';

const SHED = { 1: 'from level 1: first of all', 2: 'from level 2', 3: 'from level 3: last of all' } as const;

/** What is rarely touched: load that is shed, and rulesets that grow old. Says `change` with `{detail: Partial<Draft>}`. */
@customElement('t-more')
export class MoreSettings extends LitElement {
  static override styles = [
    base,
    css`
      summary {
        min-height: 2rem;
        padding: 0.3rem 0;
        cursor: pointer;
        font-weight: 550;
      }
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
        gap: 0.9rem 1.5rem;
        padding-top: 0.5rem;
      }
      .field {
        align-content: start;
      }
    `,
  ];

  @property({ attribute: false }) draft!: Draft;
  @property({ type: Boolean }) readonly = false;

  #change(changed: Partial<Draft>): void {
    this.dispatchEvent(new CustomEvent('change', { detail: changed }));
  }

  override render() {
    const { shedAt, maxStalenessMs, whenStale } = this.draft;
    const isSet = shedAt !== null || maxStalenessMs !== null || whenStale !== null;
    return html`<details ?open=${isSet}>
      <summary>More: under load, and when out of touch</summary>
      <div class="fields">${this.#drawShed()} ${this.#drawStaleness()} ${this.#drawWhenStale()}</div>
    </details>`;
  }

  #drawShed() {
    return html`<div class="field">
      <label for="shed">When load is shed</label>
      <select
        id="shed"
        ?disabled=${this.readonly}
        @change=${(event: Event) => {
          event.stopPropagation();
          const level = Number((event.target as HTMLSelectElement).value);
          this.#change({ shedAt: level === 1 || level === 2 || level === 3 ? level : null });
        }}
      >
        <option value="" .selected=${this.draft.shedAt === null}>stays as it is</option>
        ${([1, 2, 3] as const).map(
          (level) => html`<option value=${level} .selected=${this.draft.shedAt === level}>${SHED[level]}</option>`,
        )}
      </select>
      <span class="hint">It then gives its off variant, so that what it switches costs nothing.</span>
    </div>`;
  }

  #drawStaleness() {
    const { maxStalenessMs } = this.draft;
    return html`<div class="field">
      <label for="staleness">Longest staleness, in seconds</label>
      <input
        id="staleness"
        type="number"
        min="0.001"
        step="any"
        placeholder="as the client says"
        ?disabled=${this.readonly}
        .value=${maxStalenessMs === null ? '' : String(maxStalenessMs / 1_000)}
        @input=${(event: Event) => {
          const ms = Math.round((event.target as HTMLInputElement).valueAsNumber * 1_000);
          this.#change({ maxStalenessMs: Number.isSafeInteger(ms) && ms > 0 ? ms : null });
        }}
        @change=${(event: Event) => event.stopPropagation()}
      />
      <span class="hint">How long an app believes what it has once it hears nothing more.</span>
    </div>`;
  }

  #drawWhenStale() {
    const { whenStale } = this.draft;
    return html`<div class="field">
      <label for="stale">After that</label>
      <select
        id="stale"
        ?disabled=${this.readonly}
        @change=${(event: Event) => {
          event.stopPropagation();
          const { value } = event.target as HTMLSelectElement;
          this.#change({ whenStale: value === 'keep' || value === 'off' ? value : null });
        }}
      >
        <option value="" .selected=${whenStale === null}>as the client says</option>
        <option value="keep" .selected=${whenStale === 'keep'}>keep the value</option>
        <option value="off" .selected=${whenStale === 'off'}>be off</option>
      </select>
      <span class="hint">For what must not run without somebody who could stop it: off.</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-more': MoreSettings;
  }
}
