import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { ChangeLog } from '../../client/change-log.ts';
import { followHere } from '../../client/here.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { Following } from '../../client/store.ts';
import type { ToldChange } from '../../parts/change-words.ts';
import '../../parts/problem-view.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import '../releases/rollback-cards.ts';
import './history-entry.ts';
import './other-revisions.ts';
import { RevisionsReading } from './revisions-reading.ts';

/** Everything that was done to a flag, in the chosen environment or in all, newest first. */
@customElement('t-flag-history')
export class FlagHistory extends LitElement {
  static override styles = [
    base,
    css`
      .page {
        display: grid;
        gap: 0.9rem;
        max-width: 60rem;
      }
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .end {
        justify-content: center;
      }
    `,
  ];

  @property() project = '';
  @property() flag = '';
  @property({ attribute: false }) environment!: MyEnvironment;
  readonly #here = followHere(this);
  readonly #log = new ChangeLog(this);
  readonly #revisions = new RevisionsReading(this);

  constructor() {
    super();
    new Following(this, route);
  }

  get #all(): boolean {
    return route.value?.query.all === '1';
  }

  override willUpdate(): void {
    const environment = this.#all ? undefined : this.environment.key;
    this.#log.show(this.project, { subject: `flag/${this.flag}`, environment });
    this.#revisions.follow(this.project, this.environment.key, this.flag);
  }

  override render() {
    const { items, refusal, isReading } = this.#log;
    return html`<div class="page">
      <div class="row">
        <label>
          <input
            type="checkbox"
            .checked=${this.#all}
            @change=${(event: Event) => setQuery({ all: (event.target as HTMLInputElement).checked ? '1' : '' })}
          />
          All environments
        </label>
        <span class="quiet small">${this.#all ? '' : `What changed ${this.flag} in ${this.environment.name}`}</span>
      </div>
      <t-rollback-cards .project=${this.project} .flag=${this.flag}></t-rollback-cards>
      <t-problem .refusal=${refusal} .retry=${() => void this.#log.read()}></t-problem>
      ${
        items.length > 0
          ? this.#drawList()
          : isReading || refusal
            ? nothing
            : html`<p class="quiet">Nothing has changed this flag here that you may see.</p>`
      }
      ${this.#drawEnd()} ${this.#drawOthers()}
    </div>`;
  }

  #drawList() {
    const project = this.#here()?.project;
    if (project === undefined) return nothing;
    const { items, fresh } = this.#log;
    const present = this.#present(items);
    return html`<ol class="card" aria-label="Changes of ${this.flag}">
      ${repeat(
        items,
        ({ id }) => id,
        (change: ToldChange) => html`<li class=${fresh.has(change.id) ? 'flash' : ''}>
          <t-history-entry
            .change=${change}
            .project=${project}
            .flag=${this.flag}
            .environment=${this.environment}
            .all=${this.#all}
            .present=${change.id === present}
            .revision=${this.#revisions.byChange.get(change.id)}
          ></t-history-entry>
        </li>`,
      )}
    </ol>`;
  }

  /** Where the flag was altered together with others since, none of its own changes is what it is now. */
  #present(items: readonly ToldChange[]): number | undefined {
    const known = [...this.#revisions.byChange.values()].find(({ present }) => present);
    return (
      known?.change ??
      items.find(({ environments }) => environments.some(({ key }) => key === this.environment.key))?.id
    );
  }

  #drawOthers() {
    const project = this.#here()?.project;
    if (project === undefined || this.#all) return nothing;
    const others = [...this.#revisions.byChange.values()].filter(({ action }) => !action.startsWith('flag.'));
    return html`<t-other-revisions
      .project=${project}
      .environment=${this.environment}
      .flag=${this.flag}
      .items=${others}
    ></t-other-revisions>`;
  }

  #drawEnd() {
    const { hasMore, isReading } = this.#log;
    return html`<div class="row end" role="status">
      ${isReading ? html`<span class="quiet">Reading …</span>` : nothing}
      ${
        hasMore && !isReading
          ? html`<button @click=${() => void this.#log.more()}>Show earlier changes</button>`
          : nothing
      }
    </div>`;
  }
}
