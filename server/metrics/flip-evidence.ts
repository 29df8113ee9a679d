import type { Flag, Position, Serve } from '@turnout/core';

/** When a variant was reported last, and the furthest ruleset that served it: all that is kept of it. */
export interface Seen {
  variant: string;
  lastAt: Date | undefined;
  position: Position | undefined;
}

/**
 * Whether it was served by the ruleset at `change` or by a later one; null where that cannot be said: nothing is known of
 * the ruleset, or it is of another epoch.
 */
export function isAfter(seen: Position | undefined, change: Position): boolean | null {
  if (seen === undefined || seen.epoch !== change.epoch) return null;
  return seen.revision >= change.revision;
}

/** Every variant that somebody may get of a flag as it is, the off variant included: it may be killed or shed any time. */
export function servable(flag: Flag): ReadonlySet<string> {
  const found = new Set<string>(flag.offVariant === null ? [] : [flag.offVariant]);
  if (flag.state === 'off' || flag.killed) return found;
  for (const serve of [flag.fallthrough, ...flag.rules.map((rule) => rule.serve)]) {
    for (const variant of variantsOf(serve)) found.add(variant);
  }
  if (flag.run !== undefined) for (const variant of [flag.run.from, flag.run.to]) found.add(variant);
  return found;
}

function variantsOf(serve: Serve): string[] {
  if ('variant' in serve) return [serve.variant];
  return 'split' in serve ? serve.split.slices.map(([, , variant]) => variant) : [];
}

/**
 * The variants that were served at or after a change that gives them to nobody. `after` is the flag as the change left it,
 * undefined where it took it away.
 */
export function findSuspects(after: Flag | undefined, seen: readonly Seen[], change: Position): Seen[] {
  const may = after === undefined ? new Set<string>() : servable(after);
  return seen.filter(({ variant, position }) => isAfter(position, change) === true && !may.has(variant));
}
