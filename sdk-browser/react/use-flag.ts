import type { Context, Evaluation, FlagKey, FlagValue, JsonValue } from '@turnout/core';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Status } from '../options.ts';
import type { KnownFlags, PageClient } from './known-flags.ts';
import { useKnownFlags } from './turnout-provider.ts';
import type { AppFlags, Served } from './typed-flags.ts';

/**
 * The value of a flag, as JSON has it; `coded` where it has none, is of another type, or is not known. The component is
 * drawn again when the value or the variant of this flag changes, and for no other flag. Never throws.
 *
 * It counts as asked once it is on the page: once for each value that is drawn there and each visitor, however often
 * the component renders.
 *
 * Keys and values are as precise as `Registered` makes them; see there.
 */
export function useFlag<K extends FlagKey<AppFlags>, V extends FlagValue<AppFlags, K>>(
  key: K,
  coded: V,
): Served<AppFlags, K, V> {
  return useAnswer(key, coded, isSameShown).value as Served<AppFlags, K, V>;
}

/** As `useFlag`, with what led to the value: variant, reason, error code, metadata. Drawn again when any of it changes. */
export function useFlagDetails<K extends FlagKey<AppFlags>>(key: K, coded: FlagValue<AppFlags, K>): Evaluation {
  return useAnswer(key, coded, isSameText);
}

/**
 * How the client stands. Drawn again when the state, the source or the position changes; `ageMs` is what it was then.
 * On the server, and until the page is hydrated: `connecting`, from the bootstrap.
 */
export function useTurnoutStatus(): Status {
  const known = useKnownFlags();
  return useKnown(known, isSameStatus, known.status, known.firstStatus);
}

/** What components may have a client do. */
export type Actions = Pick<PageClient, 'setContext' | 'track' | 'flush'>;

const NOTHING: Actions = {
  setContext: async () => ({ source: 'defaults', position: null, ageMs: null }),
  track: () => {},
  flush: async () => {},
};

/**
 * The client: `setContext` when somebody signs in, `track` when something happened. Where there is none, as on the
 * server, what it is told is dropped.
 */
export function useTurnout(): Actions {
  return useKnownFlags().client ?? NOTHING;
}

type IsSame<T> = (one: T, other: T) => boolean;

/** Whether two are written alike. What cannot be written, as a coded default may be, is like itself alone. */
const isSameText: IsSame<unknown> = (one, other) => {
  try {
    return one === other || JSON.stringify(one) === JSON.stringify(other);
  } catch {
    return false;
  }
};

const isSameShown: IsSame<Evaluation> = (one, other) =>
  one.key === other.key && one.variant === other.variant && isSameText(one.value, other.value);

const isSameStatus: IsSame<Status> = (one, other) =>
  one.state === other.state && one.source === other.source && one.position === other.position;

/** Follows what is known. Of two that are the same it gives the former, for React draws again what is another object. */
function useKnown<T>({ subscribe }: KnownFlags, isSame: IsSame<T>, now: () => T, first: () => T): T {
  const last = useRef<T>(undefined);
  const keep = (read: () => T) => () => {
    const found = read();
    if (last.current === undefined || !isSame(last.current, found)) last.current = found;
    return last.current;
  };
  return useSyncExternalStore(subscribe, keep(now), keep(first));
}

function useAnswer(key: string, coded: JsonValue, isSame: IsSame<Evaluation>): Evaluation {
  const known = useKnownFlags();
  const answer = useKnown(
    known,
    isSame,
    () => known.now(key, coded),
    () => known.first(key, coded),
  );
  useCount(known, answer);
  return answer;
}

/** Has what stands on the page counted. Strict mode runs effects twice, so what was counted is remembered. */
function useCount({ client, now }: KnownFlags, answer: Evaluation): void {
  const last = useRef<{ client: PageClient; context: Context; answer: Evaluation }>(undefined);
  useEffect(() => {
    if (client === undefined) return;
    const count = () => {
      const { context } = client;
      const before = last.current;
      const isCounted = before?.client === client && before.context === context;
      if (isCounted && isSameShown(before.answer, answer)) return;
      last.current = { client, context, answer };
      client.count(answer);
    };
    count();
    // Another visitor sees what stands there already. What is about to be another answer counts when it is drawn.
    return client.subscribe(() => {
      if (isSameShown(now(answer.key, answer.value ?? null), answer)) count();
    });
  }, [client, now, answer]);
}
