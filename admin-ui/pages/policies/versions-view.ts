import type { PolicyAnswer, PolicyWithVersions } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { Following } from '../../client/store.ts';
import '../../parts/diff-view.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { tellSaver } from './tell-policy.ts';

/** Every version of a policy, and what is different between two of them. */
@customElement('t-policy-versions')
export class VersionsView extends LitElement {
  static override styles = [
    base,
    css`
      .sides {
        display: grid;
        grid-template-columns: minmax(15rem, 22rem) minmax(0, 1fr);
        gap: 1.5rem;
        align-items: start;
      }
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: grid;
        gap: 0.1rem;
        padding: 0.6rem 1rem;
        overflow-wrap: anywhere;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .diff {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      summary {
        min-height: 2rem;
        cursor: pointer;
        color: var(--quiet);
      }
      @media (max-width: 900px) {
        .sides {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property() path = '';
  @property({ attribute: false }) policy!: PolicyWithVersions;
  /** Why nobody may write here; empty where one may. */
  @property() why = '';
  @state() private read: ReadonlyMap<number, PolicyAnswer> = new Map();
  @state() private refusal: Refusal | undefined;
  #asked = new Set<number>();

  constructor() {
    super();
    new Following(this, route);
  }

  /** The two versions that are held against one another: those in the address, else the newest and the one before. */
  get #pair(): [number, number] {
    const { newest } = this.policy;
    const known = (text: string | undefined, otherwise: number) => {
      const asked = Number(text);
      return this.policy.versions.some(({ version }) => version === asked) ? asked : otherwise;
    };
    const to = known(route.value?.query.to, newest);
    return [known(route.value?.query.from, Math.max(1, to - 1)), to];
  }

  override willUpdate(): void {
    for (const version of this.#pair) if (!this.#asked.has(version)) void this.#fetch(version);
  }

  async #fetch(version: number): Promise<void> {
    this.#asked.add(version);
    try {
      const path = `${this.path}/policies/${encodeURIComponent(this.policy.key)}/versions/${version}`;
      const found = await send<PolicyAnswer>(path);
      this.read = new Map([...this.read, [version, found]]);
      this.refusal = undefined;
    } catch (error) {
      this.#asked.delete(version);
      this.refusal = asRefusal(error);
    }
  }

  override render() {
    const [from, to] = this.#pair;
    const versions = [...this.policy.versions].sort((a, b) => b.version - a.version);
    return html`<div class="sides">
      <section aria-labelledby="all">
        <h2 id="all" class="sr">All versions</h2>
        <ol class="card">
          ${repeat(
            versions,
            ({ version }) => version,
            (one) => html`<li>
              <span class="row">
                <strong>Version ${one.version}</strong>
                ${one.version === this.policy.newest ? html`<span class="tag on">newest</span>` : nothing}
                <span class="spread small quiet"><t-ago .at=${one.savedAt}></t-ago></span>
              </span>
              <span class="small quiet">by ${tellSaver(one)}</span>
              ${one.reason === null ? nothing : html`<span class="small">${spellMarks(one.reason)}</span>`}
            </li>`,
          )}
        </ol>
      </section>
      <section class="diff" aria-labelledby="diff">
        <div class="row">
          <h2 id="diff">What is different</h2>
          ${versions.length < 2 ? nothing : html`${this.#drawChoice('from', 'from', from)} ${this.#drawChoice('to', 'to', to)}`}
        </div>
        ${this.#drawAgain(from)}
        <t-problem .refusal=${this.refusal} .retry=${() => this.requestUpdate()}></t-problem>
        ${this.#drawDiff(from, to)}
      </section>
    </div>`;
  }

  #drawChoice(name: 'from' | 'to', words: string, chosen: number) {
    return html`<label class="row small"
      >${words}
      <select @change=${(event: Event) => setQuery({ [name]: (event.target as HTMLSelectElement).value })}>
        ${this.policy.versions.map(
          ({ version }) => html`<option value=${version} .selected=${version === chosen}>version ${version}</option>`,
        )}
      </select></label
    >`;
  }

  /** An older version is not put back: it is where the next one begins. */
  #drawAgain(from: number) {
    const begun = this.read.get(from);
    if (from === this.policy.newest || begun === undefined) return nothing;
    return html`<div>
      <button
        aria-disabled=${this.why !== ''}
        title=${this.why}
        @click=${() => this.why === '' && this.dispatchEvent(new CustomEvent('begin', { detail: begun.yaml }))}
      >
        <wa-icon name="undo" aria-hidden="true"></wa-icon>Begin the next version from version ${from}
      </button>
    </div>`;
  }

  #drawDiff(from: number, to: number) {
    if (this.policy.versions.length < 2) return html`<p class="quiet">There is one version: the first.</p>`;
    const [before, after] = [this.read.get(from), this.read.get(to)];
    if (before === undefined || after === undefined) return html`<p class="quiet" role="status">Loading …</p>`;
    return html`<t-diff texts .was=${before.yaml} .now=${after.yaml}></t-diff>
      <details>
        <summary>As data, with every default</summary>
        <t-diff
          .was=${before.document}
          .now=${after.document}
          none=${before.yaml === after.yaml ? 'Nothing is different.' : 'The rules are the same; only the text is another.'}
        ></t-diff>
      </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-versions': VersionsView;
  }
}
