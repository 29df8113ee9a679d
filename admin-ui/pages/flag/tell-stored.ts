import { html, nothing } from 'lit';
import type { Author } from './desk.ts';

/** For how long what was stored is offered to be taken back. */
export const GRACE_MS = 55_000;

const MOST_TOLD = 4;

/** That somebody else stored something while this page was open, and what. */
export function tellArrived(titles: readonly string[], by: Author | undefined) {
  if (titles.length === 0) return html`<p role="status" hidden></p>`;
  const more = titles.length - MOST_TOLD;
  const what = `${titles.slice(0, MOST_TOLD).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return html`<p class="quiet" role="status">
    ${by?.name ?? 'Somebody'} has just changed ${what}${by?.reason ? html`: “${by.reason}”` : nothing}. It is taken in here.
  </p>`;
}
