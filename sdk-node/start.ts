import { isSnapshot, type SessionStart, type Snapshot } from '@turnout/core';
import { readCache } from './cache-file.ts';
import type { Notes } from './logger.ts';

interface Places {
  cacheFile: string | undefined;
  owner: string;
  bootstrap: Snapshot | undefined;
  notes: Notes;
}

/** What to begin with until the server is heard: the cache of an earlier process, else the file that came along. */
export function findStart({ cacheFile, owner, bootstrap, notes }: Places): SessionStart | undefined {
  const cached = cacheFile ? readCache(cacheFile, owner, Date.now()) : undefined;
  if (typeof cached === 'string') notes.say('warn', `cacheFile is ignored: ${cached}: ${cacheFile}`);
  else if (cached !== undefined) {
    const ageMs = Number.isFinite(cached.ageMs) ? cached.ageMs : undefined;
    return { snapshot: cached.snapshot, ageMs, source: 'cache' };
  }
  if (bootstrap === undefined) return undefined;
  const snapshot = copyOf(bootstrap);
  // Nobody knows when the file was made.
  if (isSnapshot(snapshot)) return { snapshot, ageMs: undefined, source: 'file' };
  notes.say('warn', 'bootstrap is ignored: {ruleset, overlay, settled} is expected, as GET /sdk/v1/ruleset answers it');
  return undefined;
}

/** What is compiled is frozen, and must not change in another's hands. */
function copyOf(bootstrap: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(bootstrap));
  } catch {
    return undefined;
  }
}
