import type { ReleaseDiffAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { listPage } from '../../styles/list-page.ts';
import './difference-list.ts';
import { DiffReading } from './release-reading.ts';

const NOW = 'now';

/** What differs between two releases of an environment, or between one and now. */
@customElement('t-compare-page')
export class ComparePage extends LitElement {
  static override styles = [
    base,
    listPage,
    css`
      .page {
        max-width: 64rem;
      }
      h2 {
        margin-bottom: 0.4rem;
      }
      .sides {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.75rem;
      }
      .field {
        min-width: 0;
      }
    `,
  ];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #diff = new DiffReading(this);

  constructor() {
    super();
    new Following(this, route);
  }

  get #sides(): { from: string; to: string } {
    const { from = '', to = '' } = route.value?.query ?? {};
    return { from, to };
  }

  override willUpdate(): void {
    const here = this.#here();
    if (here !== undefined) this.#diff.follow(this.project, here.environment.key, this.#sides);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { refusal, diff, releases } = this.#diff;
    const env = here.environment.key;
    return html`<div class="page">
      <p class="small"><a href=${writeRoute('releases', { project: this.project }, { env })}>Releases</a></p>
      <div class="row">
        <h1>Compare releases</h1>
        <span class="quiet">of ${here.environment.name}</span>
      </div>
      ${releases.length === 0 ? nothing : this.#drawSides()}
      <t-problem .refusal=${refusal} .retry=${() => void this.#diff.read()}></t-problem>
      ${diff === undefined ? this.#drawNone(here) : drawDiff(diff)}
    </div>`;
  }

  #drawNone({ environment }: Here) {
    const { refusal, releases, isRead } = this.#diff;
    if (refusal !== undefined) return nothing;
    if (isRead && releases.length === 0)
      return html`<p class="quiet">There is no release of ${environment.name} yet to compare with.</p>`;
    return html`<p class="quiet" role="status">Loading …</p>`;
  }

  #drawSides() {
    const { releases, diff } = this.#diff;
    const from = this.#sides.from || diff?.from || releases[0]?.tag || NOW;
    const to = this.#sides.to || diff?.to || NOW;
    return html`<div class="sides">
      ${this.#drawSide('from', 'From', from)} ${this.#drawSide('to', 'To', to)}
      <button @click=${() => setQuery({ from: to, to: from })}>The other way round</button>
    </div>`;
  }

  #drawSide(name: 'from' | 'to', label: string, chosen: string) {
    const known = this.#diff.releases.map(({ tag }) => tag);
    // An older one than the list has is named by the address.
    const tags = chosen === NOW || known.includes(chosen) ? known : [chosen, ...known];
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <select id=${name} @change=${(event: Event) => setQuery({ [name]: (event.target as HTMLSelectElement).value })}>
        <option value=${NOW} ?selected=${chosen === NOW}>now</option>
        ${tags.map((tag) => html`<option value=${tag} ?selected=${tag === chosen}>${tag}</option>`)}
      </select>
    </div>`;
  }
}

function drawDiff({ flags, segments, same }: ReleaseDiffAnswer) {
  const alike = same === 1 ? 'one flag is the same' : `${same} flags are the same`;
  if (flags.length === 0 && segments.length === 0) return html`<p role="status">Nothing is different: ${alike}.</p>`;
  const much = flags.length === 1 ? 'One flag is different' : `${flags.length} flags are different`;
  return html`<p role="status">${much}; ${alike}.</p>
    ${flags.length === 0 ? nothing : html`<section><h2>Flags</h2><t-differences label="Flags that differ" .items=${flags}></t-differences></section>`}
    ${segments.length === 0 ? nothing : html`<section><h2>Segments</h2><t-differences label="Segments that differ" .items=${segments}></t-differences></section>`}`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-compare-page': ComparePage;
  }
}
