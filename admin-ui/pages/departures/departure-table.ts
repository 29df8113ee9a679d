import type { DepartureItem, TrainAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { isProduction, type MyProject } from '../../client/me.ts';
import '../../parts/relative-time.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { rowsAsCards } from '../../styles/rows-as-cards.ts';
import './car-line.ts';
import './count-down.ts';
import { departureTableSheet } from './departure-table-sheet.ts';
import { hasLeft, isAhead, isOver, nameOf, restOf, tellAboard, tellCap, wordsOf } from './tell-departure.ts';

/** Departures as at a station: when, which train, where to, until when one may board, who is aboard, and how it stands. */
@customElement('t-departure-table')
export class DepartureTable extends LitElement {
  static override styles = [base, rowsAsCards, departureTableSheet];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) items: readonly DepartureItem[] = [];
  @property({ attribute: false }) trains: readonly TrainAnswer[] = [];
  /** Those that became others while somebody looked, as `weekly 12`. */
  @property({ attribute: false }) moved: ReadonlySet<string> = new Set();
  @property({ type: Number }) skew = 0;
  @property() label = '';

  override render() {
    return html`<div class="card">
      <table aria-label=${this.label}>
        <thead>
          <tr>
            <th scope="col" class="when">${headOf(this.items)}</th>
            <th scope="col" class="what">Train</th>
            <th scope="col" class="to">To</th>
            <th scope="col" class="until">Cut-off</th>
            <th scope="col" class="cars">Cars</th>
            <th scope="col">How it stands</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(this.items, nameOf, (item) => this.#drawRow(item))}
        </tbody>
      </table>
    </div>`;
  }

  #drawRow(item: DepartureItem) {
    const { train, number, environment, kind, state, says, aboard, ready } = item;
    const place = this.project.environments.find(({ key }) => key === environment);
    const of = this.trains.find(({ key }) => key === train);
    const params = { project: this.project.key, train, number: String(number) };
    const production = place !== undefined && isProduction(place);
    const { name, tone } = wordsOf(item);
    return html`<tr class="${this.moved.has(nameOf(item)) ? 'flash' : ''} ${production ? 'production' : ''}">
      <td class="when">${drawWhen(item, of?.says)}</td>
      <td class="what">
        <a href=${writeRoute('departure', params, { env: environment })}><span class="key">${train}</span> ${number}</a>
        ${kind === 'chemspill' ? html`<span class="tag warn">chemspill: an emergency</span>` : nothing}
        ${of?.stopped ? html`<span class="tag warn">line stopped</span>` : nothing}
      </td>
      <td data-label="To"><span class="tag ${production ? 'production' : ''}">${place?.name ?? environment}</span></td>
      <td data-label="Cut-off">${this.#drawCutOff(item)}</td>
      <td data-label="Cars">
        <div>
          <t-car-line
            .aboard=${aboard}
            .ready=${isAhead(state) ? ready : aboard}
            .most=${isAhead(state) ? (of?.mostCars ?? null) : null}
          ></t-car-line>
          <span class="small">${tellAboard(item)}</span>
          ${isAhead(state) && of?.mostCars ? html`<span class="quiet small">· ${tellCap(of.mostCars, aboard)}</span>` : nothing}
        </div>
      </td>
      <td class="says"><span class="tag ${tone}">${name}</span> <span class="words">${restOf(says, name)}</span></td>
    </tr>`;
  }

  #drawCutOff({ state, closesAt, closedAt }: DepartureItem) {
    if (closesAt === null) return html`<span class="quiet">none</span>`;
    if (closedAt !== null || !isAhead(state) || state === 'closed')
      return html`<span class="quiet" title=${sayMoment(closedAt ?? closesAt)}>over</span>`;
    return html`<span>in <strong><t-count-down .at=${closesAt} .skew=${this.skew}></t-count-down></strong></span>`;
  }
}

/** What the first column tells: when they leave, when they left, or both. */
function headOf(items: readonly DepartureItem[]): string {
  const ahead = items.filter(({ state }) => isAhead(state)).length;
  return ahead === items.length ? 'Leaves' : ahead === 0 ? 'Left' : 'When';
}

/** The time on the clock, and below how far off it is; of a train that knows none, when it leaves in words. */
function drawWhen({ state, kind, leavesAt, departedAt, endedAt }: DepartureItem, says: string | undefined) {
  if (kind === 'chemspill' && isAhead(state)) return html`<span class="quiet small">when a second person agrees</span>`;
  const at = hasLeft(state) || isOver(state) ? (departedAt ?? endedAt ?? leavesAt) : leavesAt;
  if (at === null) return html`<span class="quiet small">${says ?? 'when something is ready'}</span>`;
  return html`<span class="clock">${sayMoment(at)}</span> <span class="quiet small"><t-ago .at=${at}></t-ago></span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-departure-table': DepartureTable;
  }
}
