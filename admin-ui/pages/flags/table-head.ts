import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { isProduction, type MyEnvironment } from '../../client/me.ts';

interface Head {
  environments: readonly MyEnvironment[];
  chosen: string;
  sort: string;
  /** How many of the flags that are shown are selected. */
  picked: number;
  total: number;
  sortBy: (column: string) => void;
  pickAll: (on: boolean) => void;
}

/** The names of the columns, each of which sorts. */
export function drawHead(head: Head): TemplateResult {
  const all = head.total > 0 && head.picked === head.total;
  return html`<div role="rowgroup" class="head">
    <div role="row" class="row" aria-rowindex="1">
      <div role="columnheader" class="pick">
        <label>
          <input
            type="checkbox"
            aria-label="Select all ${head.total.toLocaleString('en')} flags that are shown"
            .checked=${live(all)}
            .indeterminate=${live(head.picked > 0 && !all)}
            @change=${(event: Event) => head.pickAll((event.target as HTMLInputElement).checked)}
          /><span class="all" aria-hidden="true">Select all</span>
        </label>
      </div>
      ${drawColumn(head, 'key', 'Flag', 'flag')} ${drawColumn(head, 'kind', 'Kind', 'kind')}
      ${drawColumn(head, 'owner', 'Owner', 'owner')} ${drawColumn(head, 'tags', 'Tags', 'tags')}
      ${head.environments.map((environment) => {
        const chosen = environment.key === head.chosen ? 'served chosen' : 'served';
        const tone = isProduction(environment) ? 'production' : '';
        return drawColumn(head, `in.${environment.key}`, environment.name, `${chosen} ${tone}`);
      })}
      ${drawColumn(head, 'asked', 'Last 24 h', 'asked')} ${drawColumn(head, 'life', 'Life', 'life')}
    </div>
  </div>`;
}

function drawColumn({ sort, sortBy }: Head, column: string, name: string, classes: string) {
  const way = sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : 'none';
  return html`<div role="columnheader" class=${classes} aria-sort=${way}>
    <button class="plain sort" @click=${() => sortBy(column)}>
      <span class="clip">${name}</span
      ><span class="way" aria-hidden="true">${way === 'ascending' ? '↑' : way === 'descending' ? '↓' : ''}</span>
    </button>
  </div>`;
}
