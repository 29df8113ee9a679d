import type { ListedSegment } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { listPage } from '../../styles/list-page.ts';
import { makeSegment } from './make-segment.ts';
import { mayEdit } from './may-edit.ts';
import './segment-table.ts';
import { SegmentsReading } from './segments-reading.ts';

/** The segments of an environment. */
@customElement('t-segments-page')
export class SegmentsPage extends LitElement {
  static override styles = [
    base,
    listPage,
    css`
      .page {
        max-width: 76rem;
      }
    `,
  ];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #reading = new SegmentsReading(this);

  constructor() {
    super();
    new Following(this, route);
  }

  override willUpdate(): void {
    const here = this.#here();
    if (here !== undefined) this.#reading.follow(here.project.key, here.environment.key);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { items, refusal } = this.#reading;
    return html`<div class="page">
      <div class="row">
        <h1>Segments</h1>
        <span class="quiet">of ${here.environment.name}</span>
        <span class="spread"></span>
        ${this.#drawMake(here)}
      </div>
      ${drawLimits(here)}
      ${refusal === undefined ? nothing : html`<t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>`}
      ${items === undefined ? drawWaiting(refusal === undefined) : this.#drawSegments(here, items)}
    </div>`;
  }

  #drawMake(here: Here) {
    const { yes, why = '' } = mayEdit(here.environment);
    return html`<button
        class="primary"
        aria-disabled=${!yes}
        title=${why}
        aria-describedby="limits"
        @click=${() => yes && void makeSegment(here)}
      >
        <wa-icon name="plus" aria-hidden="true"></wa-icon>New segment
      </button>`;
  }

  #drawSegments(here: Here, items: readonly ListedSegment[]) {
    if (items.length === 0) return drawEmpty(here);
    const { q = '', unused = '' } = route.value?.query ?? {};
    const shown = items.filter((one) => fits(one, q) && (unused !== 'yes' || isUnused(one)));
    return html`${this.#drawFilters(items, shown.length)}
      ${
        shown.length === 0
          ? html`<div class="card empty">
              <p>No segment of ${here.environment.name} fits.</p>
              <p><button @click=${() => setQuery({ q: '', unused: '' })}>Show all segments</button></p>
            </div>`
          : html`<t-segment-table
              .project=${here.project.key}
              .environment=${here.environment.key}
              .segments=${shown}
              .changed=${this.#reading.changed}
            ></t-segment-table>`
      }`;
  }

  #drawFilters(items: readonly ListedSegment[], shown: number) {
    const { q = '', unused = '' } = route.value?.query ?? {};
    const free = items.filter(isUnused).length;
    return html`<div class="row">
      <input
        type="search"
        aria-label="Search segments"
        placeholder="Key, name or description"
        maxlength="200"
        .value=${q}
        @input=${(event: Event) => setQuery({ q: (event.target as HTMLInputElement).value })}
      />
      <button aria-pressed=${unused === 'yes'} @click=${() => setQuery({ unused: unused === 'yes' ? '' : 'yes' })}>
        Used by nobody ${free}
      </button>
      <span class="quiet small" role="status">${shown === items.length ? shown : `${shown} of ${items.length}`} ${items.length === 1 ? 'segment' : 'segments'}</span>
    </div>`;
  }
}

function fits({ key, name, description }: ListedSegment, q: string): boolean {
  return `${key} ${name} ${description}`.toLowerCase().includes(q.trim().toLowerCase());
}

function isUnused({ usedBy }: ListedSegment): boolean {
  return usedBy.flags.length + usedBy.segments.length === 0;
}

/** What one may not do here is said once, before it is tried. */
function drawLimits({ environment }: Here) {
  const { yes, why = '' } = mayEdit(environment);
  return html`<p id="limits" class="quiet small" ?hidden=${yes}>${why}</p>`;
}

function drawWaiting(isReading: boolean) {
  return isReading ? html`<p class="quiet" role="status">Loading …</p>` : nothing;
}

function drawEmpty({ environment }: Here) {
  return html`<div class="card empty">
    <h2>${environment.name} has no segments</h2>
    <p>
      A segment is a set of users with a name: a list, a rule, or both. Rules of many flags can name it, and who is in it
      is then changed in one place. Begin with the people who see things first, such as <code>beta-testers</code>.
    </p>
    <p class="quiet">Each environment has its own: testers in staging are not the testers in production.</p>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-segments-page': SegmentsPage;
  }
}
