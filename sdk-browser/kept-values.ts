import { type Context, contextHash, type ValueItem, type ValuesStart } from '@turnout/core';
import type { TurnoutOptions } from './options.ts';
import { makeId } from './transport.ts';

type Store = Exclude<TurnoutOptions['storage'], false | undefined>;

interface Kept {
  v: 1;
  /** For whom: the hash of their context. */
  hash: string;
  /** When it was kept, by the wall clock, and how old it was then. */
  at: number;
  ageMs: number;
  state?: string | undefined;
  items: ValueItem[];
}

/** What outlives a page: the last values of one context per key, and who an unnamed visitor is. Nothing of it throws. */
export interface KeptValues {
  /** The last values for this context; undefined where there are none, or they cannot be read. */
  read(context: Context): ValuesStart | undefined;
  write(context: Context, values: ValuesStart): void;
  /** The same for each page of a visitor; drawn anew for each page where nothing can be kept. */
  visitor(): string;
}

/** `storage` as in the options. A page may be forbidden to even look at the browser's own. */
export function keepValues(storage: TurnoutOptions['storage'], key: string): KeptValues {
  // So much of a key as tells it from others: its id, and not the rest.
  const name = `turnout:${key.split('_')[2] ?? ''}`;
  const use = <T>(call: (store: Store) => T): T | undefined => {
    try {
      const store = storage ?? globalThis.localStorage;
      return store ? call(store) : undefined;
    } catch {
      return undefined;
    }
  };
  let drawn: string | undefined;
  return {
    read: (context) =>
      use((store) => {
        const { v, hash, at, ageMs, state, items }: Kept = JSON.parse(store.getItem(name) ?? '');
        if (v !== 1 || hash !== contextHash(context) || !items.every(({ key }) => key)) return undefined;
        const since = Date.now() - at;
        return { items, state, ageMs: since >= 0 ? since + ageMs : Number.POSITIVE_INFINITY };
      }),
    write(context, { items, state, ageMs }) {
      const kept: Kept = { v: 1, hash: contextHash(context), at: Date.now(), ageMs, state, items: [...items] };
      use((store) => store.setItem(name, JSON.stringify(kept)));
    },
    visitor() {
      drawn ??= use((store) => store.getItem('turnout:visitor')) ?? makeId();
      const id = drawn;
      use((store) => store.setItem('turnout:visitor', id));
      return id;
    },
  };
}
