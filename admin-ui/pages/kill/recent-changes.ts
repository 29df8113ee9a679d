import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { ChangeLog } from '../../client/change-log.ts';
import type { Here } from '../../client/here.ts';
import { isProduction } from '../../client/me.ts';
import '../../parts/change-row.ts';
import '../../parts/problem-view.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { keepRecent } from './find-killed.ts';

const SPAN_MS = 30 * 60_000;
const TICK_MS = 30_000;

/** Everything that was changed in production in the last half hour: what broke is likely among it. */
@customElement('t-recent-changes')
export class RecentChanges extends LitElement {
  static override styles = [
    base,
    css`
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .empty {
        padding: 0.9rem;
      }
      h2,
      .foot {
        margin: 0.5rem 0;
      }
    `,
  ];
  @property({ attribute: false }) here!: Here;
  readonly #log = new ChangeLog(this);
  #since = '';
  #clock: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#since = new Date(Date.now() - SPAN_MS).toISOString();
    // What is older than half an hour goes by itself.
    this.#clock = setInterval(() => this.requestUpdate(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  /** Where it burns: what is like production; where nothing is, what one looks at. */
  get #places() {
    const { project, environment } = this.here;
    const places = project.environments.filter(isProduction);
    return places.length === 0 ? [environment] : places;
  }

  override willUpdate(): void {
    const [place, ...others] = this.#places;
    const environment = others.length === 0 ? place?.key : undefined;
    this.#log.show(this.here.project.key, { environment, since: this.#since });
  }

  override render() {
    const places = this.#places;
    const keys = places.map(({ key }) => key);
    const changes = keepRecent(this.#log.items, keys, Date.now() - SPAN_MS);
    const names = places.map(({ name }) => name).join(', ');
    const { isReading, refusal, hasMore } = this.#log;
    return html`<h2>Changed in ${names} in the last 30 minutes</h2>
      <t-problem .refusal=${refusal} .retry=${() => void this.#log.read()}></t-problem>
      ${changes.length === 0 ? this.#drawEmpty(isReading, refusal !== undefined) : this.#drawList(changes)}
      <p class="row foot">
        ${hasMore ? html`<button @click=${() => void this.#log.more()}>Show more</button>` : nothing}
        <a href=${writeRoute('activity', { project: this.here.project.key }, { env: this.here.environment.key })}
          >Everything, in Activity</a
        >
      </p>`;
  }

  #drawEmpty(isReading: boolean, isRefused: boolean) {
    if (isRefused) return nothing;
    const words = isReading ? 'Reading …' : 'Nobody changed anything here in the last half hour.';
    return html`<div class="card empty quiet">${words}</div>`;
  }

  #drawList(changes: ReturnType<typeof keepRecent<ChangeLog['items'][number]>>) {
    return html`<ol class="card">
      ${repeat(
        changes,
        ({ id }) => id,
        (change) => html`<li class=${this.#log.fresh.has(change.id) ? 'flash' : ''}>
          <t-change-row .change=${change} .project=${this.here.project}></t-change-row>
        </li>`,
      )}
    </ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-recent-changes': RecentChanges;
  }
}
