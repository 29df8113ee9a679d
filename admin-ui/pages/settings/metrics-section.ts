import type { MetricAnswer, MetricRate } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { followHere, type Here } from '../../client/here.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { deleteItem } from './delete-item.ts';
import { Listing } from './listing.ts';
import './metric-form.ts';
import { guardsNaming, METRIC_KINDS, type NamingGuard, tellMetric, tellRate } from './metric-words.ts';
import { drawItemAct, drawNamedBy, listPolicies, markOfVersion } from './named-by.ts';
import { settingsSheet } from './settings-sheet.ts';

/** What guards of policies can look at, what it comes to lately, and which guards do. */
@customElement('t-metrics-section')
export class MetricsSection extends LitElement {
  static override styles = [base, settingsSheet];
  readonly #here = followHere(this);
  readonly #metrics = new Listing<MetricAnswer>(this, {
    path: () => this.#path('metrics'),
    subjects: ['metric'],
    mark: markOfVersion,
    name: ({ key }) => key,
  });
  readonly #policies = listPolicies(this, () => this.#path('policies'));
  readonly #rates = new Listing<MetricRate>(this, {
    path: () => this.#path(`environments/${this.#here()?.environment.key}/metric-rates`),
    subjects: ['metric'],
    mark: ({ metric, rate }) => `${metric}/${rate}`,
    name: ({ metric }) => metric,
  });

  #path(list: string): string | undefined {
    const project = this.#here()?.project;
    return project && `/projects/${encodeURIComponent(project.key)}/${list}`;
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const why = whyNot(here);
    return html`<section class="group" aria-labelledby="metrics">
      <div class="head">
        <div>
          <h2 id="metrics">Metrics</h2>
          <p class="about small">
            What guards of policies look at: an event that apps track, and which way of it is worse. Units are counted once, in
            what a rollout exposes. Rates are those of ${here.environment.name} in the last seven days.
          </p>
          ${why === '' ? nothing : html`<p class="small warning">${why}</p>`}
        </div>
        <button aria-disabled=${why !== ''} title=${why} @click=${() => why === '' && void this.#make(here)}>
          <wa-icon name="plus" aria-hidden="true"></wa-icon>New metric
        </button>
      </div>
      ${this.#metrics.drawState()} ${this.#drawMetrics(here, why)}
    </section>`;
  }

  #drawMetrics(here: Here, why: string) {
    const { items } = this.#metrics;
    if (items === undefined) return nothing;
    if (items.length === 0) {
      return html`<div class="card empty">
        No metric yet. Begin with what hurts most when it breaks: the error that <code>track('checkout.error')</code> tells of.
      </div>`;
    }
    return html`<ul class="card items">
      ${repeat(
        items,
        ({ key }) => key,
        (metric) =>
          html`<li class=${this.#metrics.changed.has(metric.key) ? 'flash' : ''}>${this.#draw(here, metric, why)}</li>`,
      )}
    </ul>`;
  }

  #draw(here: Here, metric: MetricAnswer, why: string) {
    const { key, kind, source } = metric;
    const guards = guardsNaming(this.#policies.items ?? [], { metric: key });
    const rate = this.#rates.items?.find((one) => one.metric === key);
    const act = (words: string, run: () => void) => drawItemAct(words, key, why, run);
    return html`<article class="item" aria-label="Metric ${key}">
      <div class="title">
        <h3 class="name mono">${key}</h3>
        <span class="tag">${METRIC_KINDS[kind].name}</span>
        ${source === 'client' ? html`<span class="tag warn" title="It may hold or pause, and decides more only with signed contexts and where nothing is protected">from clients</span>` : nothing}
      </div>
      <div class="facts">
        <span>${spellMarks(tellMetric(metric))}</span>
        ${kind === 'rate' ? html`<span>${rate === undefined ? 'no rate measured lately' : tellRate(rate)}</span>` : nothing}
        ${drawNamedBy(here.project.key, here.environment.key, guards)}
      </div>
      <div class="actions">${act('Change', () => void this.#make(here, metric))} ${act('Delete', () => void this.#delete(metric, guards))}</div>
    </article>`;
  }

  async #make({ project }: Here, metric?: MetricAnswer): Promise<void> {
    const form = document.createElement('t-metric-form');
    const named = metric === undefined ? [] : guardsNaming(this.#policies.items ?? [], { metric: metric.key });
    Object.assign(form, {
      path: `/projects/${encodeURIComponent(project.key)}/metrics`,
      metric,
      isNamed: named.length > 0,
    });
    const stored = await form.open();
    if (stored === undefined) return;
    tell(metric === undefined ? `${stored.key} is defined.` : `${stored.key} is changed.`);
    await this.#metrics.read();
  }

  async #delete({ key, version }: MetricAnswer, guards: readonly NamingGuard[]): Promise<void> {
    const users = guards.map(({ guard, policy }) => `${guard} of ${policy}`).join(', ');
    const tried = await deleteItem({
      name: key,
      body:
        guards.length > 0
          ? html`<p>Guards go by it: ${users}. It stays until they do not any more.</p>`
          : html`<p>No policy names it. What apps track is counted on; only the name for it goes.</p>`,
      path: `${this.#path('metrics')}/${encodeURIComponent(key)}`,
      version,
    });
    if (tried) await this.#metrics.read();
  }
}

function whyNot({ project }: Here): string {
  const may = project.roles.some((role) => ['editor', 'release-manager', 'admin'].includes(role));
  return may ? '' : 'Defining metrics needs the role editor in the whole project.';
}

declare global {
  interface HTMLElementTagNameMap {
    't-metrics-section': MetricsSection;
  }
}
