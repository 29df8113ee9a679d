import type { Dependent } from '@turnout/server/contracts';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ChangeNews, live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/problem-view.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';

/** Who names a segment in their rules, and who is reached over those. */
@customElement('t-segment-users')
export class SegmentUsers extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        margin: 0.35rem 0 0;
        padding: 0;
        list-style: none;
        display: grid;
        gap: 0.3rem;
      }
      li {
        overflow-wrap: anywhere;
      }
      a {
        font-family: var(--mono);
        font-size: 0.93em;
      }
      .over {
        margin-top: 0.75rem;
      }
    `,
  ];

  @property() project = '';
  @property() environment = '';
  @property() segment = '';
  @state() private dependents: readonly Dependent[] | undefined;
  @state() private refusal: Refusal | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [live.on('change', (news) => this.#hear(news)), live.on('reset', () => void this.#read())];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('project') || changed.has('environment') || changed.has('segment')) {
      this.dependents = undefined;
      void this.#read();
    }
  }

  #hear({ subject, environments }: ChangeNews): void {
    const isHere = environments.length === 0 || environments.some(({ key }) => key === this.environment);
    if (!isHere || !/^(flag|segment|import)\//.test(subject)) return;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => void this.#read(), 250);
  }

  async #read(): Promise<void> {
    const { project, environment, segment } = this;
    const place = `/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}`;
    try {
      const path = `${place}/segments/${encodeURIComponent(segment)}/dependents`;
      const answer = await send<{ dependents: Dependent[] }>(path);
      if (segment !== this.segment || environment !== this.environment) return;
      this.dependents = answer.dependents;
      this.refusal = undefined;
    } catch (error) {
      this.refusal = asRefusal(error);
    }
  }

  override render() {
    const { dependents, refusal } = this;
    if (refusal !== undefined)
      return html`<t-problem .refusal=${refusal} .retry=${() => void this.#read()}></t-problem>`;
    if (dependents === undefined) return html`<p class="quiet" role="status">Loading …</p>`;
    if (dependents.length === 0)
      return html`<p class="quiet">Nobody names it: users get the same with and without it. It can be deleted.</p>`;
    const direct = dependents.filter((one) => one.direct);
    const over = dependents.filter((one) => !one.direct);
    return html`<ul>
        ${direct.map((one) => this.#draw(one))}
      </ul>
      ${
        over.length === 0
          ? nothing
          : html`<p class="over quiet small">Reached over those:</p>
              <ul>
                ${over.map((one) => this.#draw(one))}
              </ul>`
      }`;
  }

  #draw({ kind, key, through }: Dependent) {
    const { project, environment } = this;
    const address =
      kind === 'flag'
        ? writeRoute('flag', { project, flag: key }, { env: environment })
        : writeRoute('segment', { project, segment: key }, { env: environment });
    return html`<li><a href=${address}>${key}</a> <span class="quiet small">${tellThrough(kind, through)}</span></li>`;
  }
}

/** How somebody is reached: by its rules, by its condition, or by flags that it needs. */
function tellThrough(kind: Dependent['kind'], through: Dependent['through']): string {
  const of = (by: Dependent['through'][number]['by']) => [
    ...new Set(through.filter((one) => one.by === by).map((one) => one.of)),
  ];
  const rules = new Set(through.flatMap((one) => (one.by === 'rule' ? [one.rule] : []))).size;
  const told = [
    ...(rules > 0 ? [`flag, in ${rules === 1 ? 'a rule' : `${rules} rules`}`] : []),
    ...(of('condition').length > 0 ? [`segment, in its rule`] : []),
    ...(of('prerequisite').length > 0 ? [`${kind}, needs ${of('prerequisite').join(', ')}`] : []),
  ];
  return told.join('; ');
}

declare global {
  interface HTMLElementTagNameMap {
    't-segment-users': SegmentUsers;
  }
}
