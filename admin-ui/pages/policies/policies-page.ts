import type { ListedPolicy } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { goTo, route, setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { listPage } from '../../styles/list-page.ts';
import './floor-view.ts';
import { mayWrite } from './may-write.ts';
import { PoliciesReading } from './policies-reading.ts';
import './policy-table.ts';

/** The policies of a project: by what rules something is rolled out. */
@customElement('t-policies-page')
export class PoliciesPage extends LitElement {
  static override styles = [
    base,
    listPage,
    css`
      .page {
        max-width: 84rem;
      }
    `,
  ];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #reading = new PoliciesReading(this);

  constructor() {
    super();
    new Following(this, route);
  }

  override willUpdate(): void {
    const here = this.#here();
    if (here !== undefined) this.#reading.follow(here.project.key);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { policies, floor, refusal } = this.#reading;
    const may = mayWrite(here.project, []);
    return html`<div class="page">
      <div class="row">
        <h1>Policies</h1>
        <span class="quiet">by what rules something is rolled out, and taken back</span>
        <span class="spread"></span>
        <button
          class="primary"
          aria-disabled=${!may.yes}
          title=${may.why ?? ''}
          @click=${() => may.yes && goTo('new-policy', { project: this.project }, { env: here.environment.key })}
        >
          <wa-icon name="plus" aria-hidden="true"></wa-icon>New policy
        </button>
      </div>
      ${may.yes ? nothing : html`<p class="quiet small">${may.why}</p>`}
      <t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>
      ${
        policies === undefined
          ? refusal === undefined
            ? html`<p class="quiet" role="status">Loading …</p>`
            : nothing
          : this.#drawPolicies(here, policies)
      }
      <t-policy-floor
        .project=${this.project}
        .environment=${here.environment.key}
        .floor=${floor}
        .admin=${here.project.rights.includes('admin')}
        @saved=${() => void this.#reading.read()}
      ></t-policy-floor>
    </div>`;
  }

  #drawPolicies(here: Here, all: readonly ListedPolicy[]) {
    if (all.length === 0) return EMPTY;
    const { q = '', archived = '' } = route.value?.query ?? {};
    const put = all.filter((one) => one.archived).length;
    const shown = all.filter((one) => fits(one, q) && (archived === 'yes' || !one.archived));
    return html`<div class="row">
        <input
          type="search"
          aria-label="Search policies"
          placeholder="Key, environment, metric or what it is for"
          maxlength="200"
          .value=${q}
          @input=${(event: Event) => setQuery({ q: (event.target as HTMLInputElement).value })}
        />
        ${
          put === 0
            ? nothing
            : html`<button aria-pressed=${archived === 'yes'} @click=${() => setQuery({ archived: archived === 'yes' ? '' : 'yes' })}>
                Archived ${put}
              </button>`
        }
        <span class="quiet small" role="status">${shown.length} of ${all.length} ${all.length === 1 ? 'policy' : 'policies'}</span>
      </div>
      ${
        shown.length === 0
          ? html`<p class="quiet">No policy fits.</p>`
          : html`<t-policy-table
              .project=${here.project.key}
              .environment=${here.environment.key}
              .policies=${shown}
              .rollouts=${this.#reading.rollouts}
              .changed=${this.#reading.changed}
            ></t-policy-table>`
      }`;
  }
}

function fits({ key, path, watches, attachments }: ListedPolicy, q: string): boolean {
  const told = [
    key,
    ...path.map(({ environment }) => environment),
    ...watches.flatMap(({ guard, metric = '', source = '' }) => [guard, metric, source]),
    ...attachments.map(({ value }) => value),
  ];
  return told.join(' ').toLowerCase().includes(q.trim().toLowerCase());
}

const EMPTY = html`<div class="card empty">
  <h2>No policy yet</h2>
  <p>
    A policy is written while heads are calm: through which environments something goes and in which steps, what makes it go on,
    and what makes it go back by itself. A rollout then walks it, and nobody has to decide at night.
  </p>
  <p class="quiet">
    Guards look at metrics: define those first under Settings, Metrics. A new policy begins with a sample that uses what is there.
  </p>
</div>`;

declare global {
  interface HTMLElementTagNameMap {
    't-policies-page': PoliciesPage;
  }
}
