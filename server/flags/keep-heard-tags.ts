import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { isDeafened } from './listening.ts';
import { listingsOf, liveListeners } from './listening-store.ts';

/**
 * Throws where a flag loses the tag by which a guard of its live rollout hears of alerts: the alert that fires just then
 * would be forgotten, and the rollout go on, by the edit of a tag.
 */
export async function keepHeardTags(
  tx: Tx,
  projectId: number,
  { key, before, after }: { key: string; before: readonly string[]; after: readonly string[] },
): Promise<void> {
  if (before.every((tag) => after.includes(tag))) return;
  const listeners = await liveListeners(tx, projectId, key);
  if (listeners.length === 0) return;
  const hooks = await listingsOf(tx, projectId);
  for (const listener of listeners) {
    const was = { ...listener, tags: before };
    const lost = hooks.find((hook) => isDeafened([was, hook], [{ ...listener, tags: after }, hook]));
    if (lost === undefined) continue;
    throw new Problem(
      'wrong_state',
      `The rollout ${listener.rollout} of ${key} is live, and hears of alerts by the hook “${lost.name}”, which lists ` +
        `${key} by its tags. Let the hook list the flag ${key} itself, or end the rollout, and then take the tag off. ` +
        'Nothing was changed.',
    );
  }
}
