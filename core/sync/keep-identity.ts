import type { Ruleset } from '../model/ruleset.ts';
import { isSameJson } from './same-json.ts';

/**
 * `after`, with every flag and segment of `before` that is equal in it as the same object: a ruleset that was read anew
 * is compiled only as far as it differs.
 */
export function keepIdentity(before: Ruleset | undefined, after: Ruleset): Ruleset {
  if (before === undefined || before === after) return after;
  const flags = keepSame(before.flags, after.flags);
  const segments = keepSame(before.segments, after.segments);
  return flags === after.flags && segments === after.segments ? after : { ...after, flags, segments };
}

function keepSame<T>(before: Record<string, T>, after: Record<string, T>): Record<string, T> {
  if (before === after) return after;
  let keptAny = false;
  const entries = Object.entries(after).map(([key, value]): [string, T] => {
    const was = Object.hasOwn(before, key) ? before[key] : undefined;
    if (was === undefined || was === value || !isSameJson(was, value)) return [key, value];
    keptAny = true;
    return [key, was];
  });
  return keptAny ? Object.fromEntries(entries) : after;
}
