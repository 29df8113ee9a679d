import type { ServeAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { core } from '../../client/core.ts';
import { Following } from '../../client/store.ts';
import { base } from '../../styles/base.ts';
import { type DraftServe, type DraftSplit, turnServe } from './draft.ts';
import { planMoves, tellMoves } from './plan-moves.ts';
import './split-editor.ts';

/** What is given: one variant, a split, or what the app's own code says. Says `change` with `{detail: DraftServe}`. */
@customElement('t-serve')
export class ServeEditor extends LitElement {
  static override styles = [
    base,
    css`
      .serve {
        display: grid;
        gap: 0.6rem;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 0.75rem;
      }
      select {
        min-width: 9rem;
      }
    `,
  ];

  @property({ attribute: false }) serve!: DraftServe;
  @property({ attribute: false }) stored: ServeAnswer | undefined;
  @property({ attribute: false }) variants: readonly string[] = [];
  @property({ attribute: false }) offVariant: string | null = null;
  @property({ attribute: false }) known: readonly string[] = [];
  /** What is served by it: `everybody else`. */
  @property() label = '';
  /** Of whom the shares are. */
  @property() whom = 'users';
  @property({ type: Boolean }) readonly = false;
  /** What each kind was before another was chosen: thinking better of it costs nothing. */
  readonly #was = new Map<string, DraftServe>();

  constructor() {
    super();
    new Following(this, core);
  }

  #choose(chosen: string): void {
    this.#was.set(kindOf(this.serve), this.serve);
    if (chosen === 'split' || chosen === 'coded') {
      this.#change(this.#was.get(chosen) ?? turnServe(this.serve, chosen, this.variants));
    } else this.#change({ variant: chosen.slice('variant '.length) });
  }

  #change(serve: DraftServe): void {
    this.dispatchEvent(new CustomEvent('change', { detail: serve }));
  }

  override render() {
    const { serve } = this;
    return html`<div class="serve">
      <div class="line">
        <select
          aria-label="What ${this.label} get"
          ?disabled=${this.readonly}
          @change=${(event: Event) => {
            event.stopPropagation();
            this.#choose((event.target as HTMLSelectElement).value);
          }}
        >
          ${this.#drawOptions()}
        </select>
        ${'split' in serve ? nothing : this.#drawMoves()}
      </div>
      ${
        'split' in serve
          ? html`<t-split
              .split=${serve.split}
              .stored=${this.stored}
              .variants=${this.variants}
              .offVariant=${this.offVariant}
              .known=${this.known}
              .whom=${this.whom}
              .readonly=${this.readonly}
              @change=${({ detail }: CustomEvent<DraftSplit>) => this.#change({ split: detail })}
            ></t-split>`
          : nothing
      }
    </div>`;
  }

  #drawOptions() {
    const { serve, variants } = this;
    const isGone = 'variant' in serve && !variants.includes(serve.variant);
    return html`<optgroup label="One variant">
        ${variants.map(
          (name) => html`<option value="variant ${name}" .selected=${'variant' in serve && serve.variant === name}>
            ${name}
          </option>`,
        )}
        ${
          isGone
            ? html`<option value="variant ${serve.variant}" .selected=${true}>${serve.variant} (no variant any more)</option>`
            : nothing
        }
      </optgroup>
      <option value="split" .selected=${'split' in serve}>A split of users</option>
      <option value="coded" .selected=${'coded' in serve}>The default in the app’s code</option>`;
  }

  #drawMoves() {
    const moves = core.value && planMoves(this.stored, this.serve, core.value.reweigh);
    if (moves === undefined || moves.moved === 0) return nothing;
    return html`<span class="quiet" role="status">${tellMoves(moves, this.whom)}</span>`;
  }
}

function kindOf(serve: DraftServe): string {
  return 'variant' in serve ? 'variant' : 'split' in serve ? 'split' : 'coded';
}

declare global {
  interface HTMLElementTagNameMap {
    't-serve': ServeEditor;
  }
}
