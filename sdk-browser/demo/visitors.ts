import type { Context } from '../index.ts';
import { make } from './make.ts';
import type { Shop } from './shop-flags.ts';

/** Somebody who may look at the shop. */
export interface Visitor {
  id: string;
  name: string;
  /** What is worth knowing of them here. */
  note: string;
  context: Context;
}

/**
 * Who looks at the shop. Choosing somebody else is signing in: one switch to their values, without loading the page
 * again. The address keeps the name, so that the server evaluates for the same one when the page is loaded again.
 */
export function makeVisitors(shop: Shop, visitors: readonly Visitor[], present: string): HTMLElement {
  const options = visitors.map(({ id, name }) =>
    make('option', { value: id, ...(id === present ? { selected: '' } : {}) }, name),
  );
  const select = make('select', { id: 'visitor' }, ...options);
  const note = make('span', { class: 'quiet' });
  const tell = (id: string) => {
    note.textContent = visitors.find((visitor) => visitor.id === id)?.note ?? '';
  };
  tell(present);
  select.addEventListener('change', () => {
    const chosen = visitors.find(({ id }) => id === select.value);
    if (chosen === undefined) return;
    void shop.setContext(chosen.context).then(() => {
      if (select.value === chosen.id) tell(chosen.id);
    });
    const address = new URL(location.href);
    address.searchParams.set('visitor', chosen.id);
    history.replaceState(null, '', address);
  });
  return make('div', { class: 'visitor' }, make('label', { for: 'visitor' }, 'Visitor'), select, note);
}
