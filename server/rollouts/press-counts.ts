import { readWhoNow } from '../access/principal-store.ts';
import type { Db, Tx } from '../database/connect.ts';
import { hasPressedByStarting, type Run } from '../decisions/rollout.ts';
import type { PinnedRollout } from './rollout-store.ts';
import { mayGrow } from './steer-right.ts';

/** Whoever presses by hand. What a train or a request starts is approved of by people of its own. */
const BY_HAND = /^(root|machine|person:|token:)/;

/**
 * Whether a press still counts: it is used up later, and whoever has left since, or lost the role, has pressed for
 * nothing. True where nobody pressed, or nobody has to.
 */
export async function pressCounts(tx: Db | Tx, rollout: PinnedRollout, run: Run): Promise<boolean> {
  const { projectId, pinned } = rollout;
  const { pressedBy, environmentId, environment, isProtected } = run;
  if (pinned.mode !== 'button' || pressedBy === null || !BY_HAND.test(pressedBy)) return true;
  const principal = await readWhoNow(tx, pressedBy);
  if (principal === undefined) return false;
  // Whoever started it pressed by that, and where a request was approved for it they need not be a release manager.
  const isStart = hasPressedByStarting(rollout, run);
  const place = { projectId, environmentId, key: environment, isProtected: isProtected && !isStart };
  return mayGrow(principal, place);
}
