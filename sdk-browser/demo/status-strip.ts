import type { Change } from '../index.ts';
import { flash } from './follow-flags.ts';
import { make } from './make.ts';
import type { Shop } from './shop-flags.ts';

const LOOK_EVERY_MS = 1_000;
const MOST_NAMED = 3;
const SHOWN_OF_EPOCH = 6;

/** What the client knows: whether it hears the server, from when its values are, and what changed last. */
export function makeStrip(shop: Shop): HTMLElement {
  const [state, source, position, age] = ['state', 'source', 'position', 'age'].map((name) =>
    make('dd', { 'data-name': name }),
  ) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
  const last = make('p', { class: 'last', role: 'status' }, 'Nothing has changed since this page was opened.');
  const look = () => {
    const now = shop.status();
    strip.dataset.state = now.state;
    write(state, now.state);
    write(source, now.source);
    write(position, now.position === null ? 'none' : shorten(now.position));
    write(age, now.ageMs === null ? 'unknown' : sayAge(now.ageMs));
  };
  const list = make('dl', {});
  for (const [name, value] of [
    ['State', state],
    ['Values from', source],
    ['Position', position],
    ['Age', age],
  ] as const) {
    list.append(make('div', {}, make('dt', {}, name), value));
  }
  const strip = make('footer', { class: 'strip', 'aria-label': 'What this page knows of its flags' }, list, last);
  shop.on('change', (change) => {
    look();
    last.textContent = sayChange(change, new Date());
    flash(last);
  });
  shop.on('ready', look);
  shop.on('stale', look);
  shop.on('error', look);
  setInterval(look, LOOK_EVERY_MS);
  look();
  return strip;
}

/** The name of a history is long, and its beginning tells it from others. */
function shorten(position: string): string {
  const [epoch = '', revision = ''] = position.split('.');
  return `${epoch.slice(0, SHOWN_OF_EPOCH)}….${revision}`;
}

/** What stands there already is left alone: nothing is announced that did not change. */
function write(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

function sayAge(ms: number): string {
  return ms < 1_000 ? 'under 1 s' : ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** When it arrived, by the clock of the page, and which flags it was. */
function sayChange({ keys }: Change, at: Date): string {
  const time = `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  const more = keys.length > MOST_NAMED ? ` and ${keys.length - MOST_NAMED} more` : '';
  return `${time}  ${keys.slice(0, MOST_NAMED).join(', ')}${more}`;
}
