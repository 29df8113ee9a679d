import type { Compiled } from '@turnout/core';

/** What another ruleset may have changed. */
export interface Difference {
  keys: string[];
  killed: string[];
}

function isKilled(compiled: Compiled, key: string): boolean {
  return compiled.flags.get(key)?.source?.killed === true;
}

/**
 * Flags that may answer otherwise than before. A compiled flag is the same object while neither it nor anything that it
 * names has changed.
 */
export function differenceOf(before: Compiled, now: Compiled): Difference {
  const keys: string[] = [];
  for (const [key, flag] of now.flags) if (before.flags.get(key) !== flag) keys.push(key);
  for (const key of before.flags.keys()) if (!now.flags.has(key)) keys.push(key);
  return { keys, killed: keys.filter((key) => isKilled(now, key) && !isKilled(before, key)) };
}

/** Whether the age of the data can matter to an answer. */
export function hasLimits(compiled: Compiled): boolean {
  for (const { source } of compiled.flags.values()) if (source?.maxStalenessMs !== undefined) return true;
  return false;
}
