import type { Tx } from '../database/connect.ts';
import { isDeafened, type Listing } from '../flags/listening.ts';
import { liveListeners } from '../flags/listening-store.ts';
import { Problem } from '../platform/problem.ts';

const NOTHING = { environments: [], flags: [], tags: [] };

/**
 * Throws where a hook would list less than live rollouts hear of alerts by, or nothing any more: what watches a rollout is
 * not taken from it while it grows. A secret that leaked waits for nobody: rotating it takes nothing off.
 */
export async function keepListed(tx: Tx, projectId: number, before: Listing, after?: Listing): Promise<void> {
  const next = after ?? { ...before, ...NOTHING };
  const listeners = await liveListeners(tx, projectId);
  const deafened = listeners.filter((listener) => isDeafened([listener, before], [listener, next]));
  if (deafened.length === 0) return;
  const named = deafened.map(({ rollout, flag }) => `${rollout} of ${flag}`).join(', ');
  throw new Problem(
    'wrong_state',
    `Guards of live rollouts hear of alerts by the hook “${before.name}”: ${named}. End those first, or let the hook list ` +
      'what it did. Where its secret leaked, rotate that. Nothing was changed.',
  );
}
