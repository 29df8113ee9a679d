import { type Context, contextHash, type ValuesStart } from '@turnout/core';
import type { TurnoutOptions } from './options.ts';
import { makeId } from './transport.ts';

type Store = Exclude<TurnoutOptions['storage'], false | undefined>;

/** What outlives a page: the last values of one context per key, and who an unnamed visitor is. Nothing of it throws. */
export interface KeptValues {
  /** The last values for this context; undefined where there are none, or they cannot be read. */
  read(context: Context): ValuesStart | undefined;
  write(context: Context, values: ValuesStart): void;
  /** The same for each page of a visitor; drawn anew for each page where nothing can be kept. */
  visitor(): string;
}

const VISITOR = 'turnout:visitor';

/** `storage` as in the options. A page may be forbidden to even look at the browser's own. */
export function keepValues(storage: TurnoutOptions['storage'], key: string): KeptValues {
  // So much of a key as tells it from others: its id, and not the rest.
  const name = `turnout:${key.split('_')[2]}`;
  const use = <T>(call: (store: Store) => T): T | undefined => {
    try {
      return call((storage ?? globalThis.localStorage) as Store);
    } catch {}
  };
  let drawn = makeId();
  return {
    read: (context) =>
      use((store) => {
        const [hash, at, start] = JSON.parse(store.getItem(name) as string);
        const since = Date.now() - at;
        if (hash !== contextHash(context)) return undefined;
        return { ...start, ageMs: since < 0 ? Number.POSITIVE_INFINITY : since + start.ageMs };
      }),
    write: (context, start) =>
      use((store) => store.setItem(name, JSON.stringify([contextHash(context), Date.now(), start]))),
    visitor() {
      use((store) => {
        drawn = store.getItem(VISITOR) ?? drawn;
        store.setItem(VISITOR, drawn);
      });
      return drawn;
    },
  };
}
