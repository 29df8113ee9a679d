import type { FreezeAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { sayMoment } from '../../parts/say-moment.ts';
import { type Day, planMonth } from './plan-month.ts';
import type { Windowed } from './plan-weeks.ts';
import { sayTerms, sayWhere } from './tell-freeze.ts';

type NameOf = (key: string) => string;

/** What holds at this moment, and until when: before everything else on the page. */
export function drawNow(items: readonly FreezeAnswer[], nameOf: NameOf) {
  const holding = items.filter(({ state }) => state === 'holds');
  if (holding.length === 0) return html`<p class="now quiet">Nothing is frozen now.</p>`;
  return html`<section class="now" aria-label="What holds now">
    ${holding.map(
      (freeze) => html`<p class="holds">
        <wa-icon name="freeze" aria-hidden="true"></wa-icon>
        <span>
          <strong class="name">${freeze.name}</strong> holds in ${sayWhere(freeze, nameOf)}
          ${freeze.until === null ? nothing : html`until ${sayMoment(freeze.until)}`}.
          <span class="quiet">${sayTerms(freeze).join(' ')}</span>
        </span>
      </p>`,
    )}
  </section>`;
}

/** The day that is chosen, with all that is frozen in it. */
export function drawDay(freezes: readonly Windowed[], day: Date, nameOf: NameOf, marks: readonly string[]) {
  const title = day.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const windows = findDay(freezes, day)?.windows ?? [];
  return html`<section class="card chosen" aria-live="polite">
    <h3>${title}</h3>
    ${
      windows.length + marks.length === 0
        ? html`<p class="quiet">Nothing is frozen.</p>`
        : html`<ul>
            ${windows.map(
              (window) => html`<li>
                <span class="name">${window.name}</span>
                <span class="quiet">${sayMoment(window.from)} – ${sayMoment(window.to)}</span>
                <span class="quiet">${sayWhere(window, nameOf)}</span>
              </li>`,
            )}
            ${marks.map((mark) => html`<li>${mark}</li>`)}
          </ul>`
    }
  </section>`;
}

function findDay(freezes: readonly Windowed[], day: Date): Day | undefined {
  const days = planMonth(freezes, day, day).flatMap((week) => week.days);
  return days.find(
    ({ date }) => date.getTime() === new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime(),
  );
}
