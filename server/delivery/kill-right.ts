import type { HookPrincipal, Principal } from '../access/principal.ts';
import type { Db } from '../database/connect.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import type { FlagTags } from './flag-tags.ts';
import { findKillable } from './kill-store.ts';

export interface KillRightParts {
  db: Db;
  tags: FlagTags;
}

/** The flag that somebody wants to kill, and where. */
export interface FlagPlace {
  projectId: number;
  environment: { id: number; key: string };
  flag: string;
}

const ASK_MS = 1_000;

/**
 * Throws where a kill key is limited to other flags and tags. Memory says yes at once; before it says no, the database
 * is asked, for the flag may have got its tag a moment ago. What a hook may kill was decided with its limit.
 */
export async function checkKillRight(
  parts: KillRightParts,
  principal: Principal | HookPrincipal,
  place: FlagPlace,
): Promise<void> {
  if (principal.kind !== 'key') return;
  const { flags, tags } = principal;
  if (flags === null && tags === null) return;
  if (flags?.includes(place.flag)) return;
  if (tags !== null) {
    const { projectId, environment, flag } = place;
    if (parts.tags.of(projectId, flag).some((tag) => tags.includes(tag))) return;
    const late = () => cannotTell();
    const asked = withinDeadline(findKillable(parts.db, projectId, environment.id, flag), ASK_MS, late);
    const found = await asked.catch((cause: unknown) => {
      throw cannotTell(cause);
    });
    if (found?.tags.some((tag) => tags.includes(tag))) return;
  }
  throw new Problem('forbidden', 'This kill key is limited to other flags or tags.');
}

function cannotTell(cause?: unknown): Problem {
  return new Problem(
    'database_unavailable',
    'This kill key is limited by tags that this node does not know of the flag, and the database cannot be asked. ' +
      'Use a key that is not, or the token of a person.',
    { retryAfterSeconds: 2, cause },
  );
}
