import type { ListedSegment } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { spellMarks } from '../../parts/spell-marks.ts';
import { tellCondition } from '../../parts/tell-condition.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { namedRows } from '../../styles/named-rows.ts';
import { rowsAsCards } from '../../styles/rows-as-cards.ts';
import { segmentsSheet } from './segments-sheet.ts';
import { nameSome } from './tell-segment.ts';

const MOST_USERS = 3;

/** Segments, one a row: who is in it, and who names it. */
@customElement('t-segment-table')
export class SegmentTable extends LitElement {
  static override styles = [base, rowsAsCards, namedRows, segmentsSheet];
  @property() project = '';
  @property() environment = '';
  @property({ attribute: false }) segments: readonly ListedSegment[] = [];
  @property({ attribute: false }) changed: ReadonlySet<string> = new Set();

  override render() {
    return html`<div class="card scroll" tabindex="0" role="region" aria-label="Segments">
      <table>
        <thead>
          <tr>
            <th scope="col">Segment</th>
            <th scope="col">Listed</th>
            <th scope="col">Rule</th>
            <th scope="col">Used by</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            this.segments,
            ({ key }) => key,
            (segment) => this.#drawRow(segment),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #drawRow({ key, name, by, members, if: rule, usedBy }: ListedSegment) {
    const address = writeRoute('segment', { project: this.project, segment: key }, { env: this.environment });
    return html`<tr class=${this.changed.has(key) ? 'flash' : ''}>
      <td class="who">
        <a class="mono" href=${address}>${key}</a>
        ${name === '' || name === key ? nothing : html`<span class="under">${spellMarks(name)}</span>`}
        ${by === 'targetingKey' ? nothing : html`<span class="under">by ${spellMarks(by)}</span>`}
      </td>
      <td class="num" data-label="Listed"><span>${tellMembers(members)}</span></td>
      <td class="rule" data-label="Rule">
        ${rule === null ? html`<span class="quiet">no rule</span>` : html`<span>${spellMarks(tellCondition(rule))}</span>`}
      </td>
      <td class="used" data-label="Used by">${tellUsers(usedBy)}</td>
    </tr>`;
  }
}

function tellMembers({ included, excluded }: ListedSegment['members']) {
  if (included + excluded === 0) return html`<span class="quiet">nobody</span>`;
  const out = excluded === 0 ? nothing : html`<span class="under">${excluded} never in</span>`;
  return html`${included} in ${out}`;
}

function tellUsers({ flags, segments }: ListedSegment['usedBy']) {
  if (flags.length + segments.length === 0) return html`<span class="quiet">nobody</span>`;
  const many = (count: number, word: string) => (count === 1 ? `1 ${word}` : `${count} ${word}s`);
  const told = [
    ...(flags.length > 0 ? [many(flags.length, 'flag')] : []),
    ...(segments.length > 0 ? [many(segments.length, 'segment')] : []),
  ];
  return html`<span title=${[...flags, ...segments].join(', ')}>
    ${told.join(', ')} <span class="under">${nameSome([...flags, ...segments], MOST_USERS)}</span>
  </span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-segment-table': SegmentTable;
  }
}
