import type { Db } from '../database/connect.ts';
import { lockHook } from './hook-store.ts';
import { lists, whyNotKill } from './signal.ts';
import { countFlips, flipsBefore, insertFlips, readNamedFlags } from './signal-store.ts';
import type { SignalOutcome } from './tables.ts';

/** A signal that wants something, with where. */
export interface Wanting {
  id: number;
  environmentId: number;
  flag: string | null;
  kill: boolean;
}

export interface Allowed {
  /** What is to be done, or what came of it already. */
  outcome: Extract<SignalOutcome, 'killed' | 'already' | 'limited' | 'refused'> | 'none';
  because: string | null;
  /**
   * Whether the hook lists the flag that it names, or it names none: only then an incident may be opened for it. What is
   * not listed must not stop the whole environment instead.
   */
  touches: boolean;
}

/**
 * Decides which kills a hook is allowed, all under the lock of its row: however many nodes are at it, no more flips come
 * of it within an hour than it says. What was allowed before is allowed again, for it may not have been done.
 */
export async function allowFlips(
  db: Db,
  hook: { id: string; projectId: number },
  wanting: readonly Wanting[],
): Promise<Map<number, Allowed>> {
  return db.transaction(async (tx) => {
    const now = await lockHook(tx, hook.projectId, hook.id);
    const keys = wanting.flatMap(({ flag }) => flag ?? []);
    const named = await readNamedFlags(tx, hook.projectId, keys);
    const ids = wanting.map(({ id }) => id);
    const before = await flipsBefore(tx, hook.id, ids);
    const mine = new Set(before.map(({ signalId }) => signalId));
    const flipping = new Set(before.map(({ environmentId, flagKey }) => `${environmentId}/${flagKey}`));
    const most = now?.maxFlipsPerHour ?? 0;
    let flips = await countFlips(tx, hook.id);
    const allowed = new Map<number, Allowed>();
    const added = [];
    for (const { id, environmentId, flag, kill } of wanting) {
      const place = `${environmentId}/${flag}`;
      const found = named.get(place);
      const touches = now !== undefined && (flag === null || lists(now, flag, found));
      const say = (outcome: Allowed['outcome'], because: string | null) =>
        allowed.set(id, { outcome, because, touches });
      const why = now === undefined || flag === null ? 'The hook is gone.' : whyNotKill(now, flag, found);
      if (!touches) say('refused', flag === null ? 'The hook is gone.' : (why ?? null));
      else if (!kill || flag === null) say('none', null);
      else if (why !== undefined) say('refused', why);
      else if (mine.has(id)) say('killed', null);
      else if (found?.killed || flipping.has(place)) say('already', `The flag ${flag} was killed before.`);
      else if (flips >= most) say('limited', `The hook had its ${most} flips of this hour.`);
      else {
        flips += 1;
        flipping.add(place);
        added.push({ signalId: id, environmentId, hookId: hook.id, flagKey: flag });
        say('killed', null);
      }
    }
    await insertFlips(tx, added);
    return allowed;
  });
}
