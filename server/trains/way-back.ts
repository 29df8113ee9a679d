import type { JsonValue, Serve } from '@turnout/core';
import { canonicalJson } from '../changes/canonical.ts';
import type { Configuration } from '../flags/configuration.ts';

/** A run of a car's own rollout that finished in an environment: what it left there, and what it had found. */
export interface FinishedRun {
  /** A rule's id, or `fallthrough`. */
  target: string;
  to: string;
  anchor: Serve;
}

/** What becomes of something that a car changed, when the car is taken back. */
export type WayBack<T> =
  | { effect: 'same' }
  | { effect: 'back'; write: T }
  /** Somebody edited it since, so it stays as it is. */
  | { effect: 'kept'; because: string };

const same = (one: unknown, other: unknown) => canonicalJson(one) === canonicalJson(other);

/**
 * A flag as it was before the car, where it still is what the car and its own rollouts made of it. Whoever turned it off
 * since goes on keeping it off; any other edit stands. What only a rollout changed goes back by that alone, so that an
 * edit beside it stands, too.
 */
export function wayBackOfFlag(
  car: { before: Configuration; departed: Configuration },
  present: Configuration,
  finished: FinishedRun | undefined,
): WayBack<Configuration> {
  const { before, departed } = car;
  if (same(before, departed)) return finished === undefined ? { effect: 'same' } : wayBackOfRun(present, finished);
  if (same(present, before)) return { effect: 'same' };
  const left = finished === undefined ? departed : withServe(departed, finished.target, { variant: finished.to });
  const isOffSince = left.state === 'on' && present.state === 'off';
  if (!same({ ...present, state: left.state }, left)) return { effect: 'kept', because: EDITED };
  if (present.state !== left.state && !isOffSince) return { effect: 'kept', because: 'Somebody turned it on since.' };
  return { effect: 'back', write: isOffSince ? { ...before, state: 'off' } : before };
}

/** A target that a finished run gave to everybody serves again what the run had found there. */
export function wayBackOfRun(present: Configuration, { target, to, anchor }: FinishedRun): WayBack<Configuration> {
  const serve = serveOf(present, target);
  if (same(serve ?? null, anchor)) return { effect: 'same' };
  if (!same(serve ?? null, { variant: to })) return { effect: 'kept', because: EDITED };
  return { effect: 'back', write: withServe(present, target, anchor) };
}

/** A segment as the log keeps it; null where there is none. */
export function wayBackOfSegment(
  car: { before: JsonValue; departed: JsonValue },
  present: JsonValue,
): WayBack<JsonValue> {
  if (same(present, car.before)) return { effect: 'same' };
  if (!same(present, car.departed)) return { effect: 'kept', because: EDITED };
  return { effect: 'back', write: car.before };
}

const EDITED = 'Somebody edited it since: that stands.';

function serveOf({ rules, fallthrough }: Configuration, target: string): Serve | undefined {
  return target === 'fallthrough' ? fallthrough : rules.find(({ id }) => id === target)?.serve;
}

function withServe(configuration: Configuration, target: string, serve: Serve): Configuration {
  if (target === 'fallthrough') return { ...configuration, fallthrough: serve };
  const rules = configuration.rules.map((rule) => (rule.id === target ? { ...rule, serve } : rule));
  return { ...configuration, rules };
}
