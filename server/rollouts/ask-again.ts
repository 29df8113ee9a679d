import type { Principal } from '../access/principal.ts';
import type { Tx } from '../database/connect.ts';
import { isStuck } from '../decisions/entering-conditions.ts';
import { Problem } from '../platform/problem.ts';
import type { LockedRollout } from './lock-rollout.ts';
import { askStageApprovals, readStageApprovals, stageAskOf } from './stage-approvals.ts';

/**
 * Asks again for the approvals of the next stage that somebody rejected, or that lapsed as often as they are asked for.
 * Whoever asks wants it, and is no second person. Throws 409 where there is none of them.
 */
export async function askAgain(
  tx: Tx,
  { rollout, kept }: LockedRollout,
  principal: Principal,
  now: Date,
): Promise<void> {
  const ask = stageAskOf(rollout, kept.run);
  const readings = ask === undefined ? [] : await readStageApprovals(tx, ask, asksOf(kept), now);
  const places = readings.flatMap((reading, place) => (isStuck(reading) ? [place] : []));
  if (ask === undefined || places.length === 0) {
    const detail = 'No approval of its next stage was rejected, or lapsed for good: there is nothing to ask for again.';
    throw new Problem('wrong_state', detail);
  }
  await askStageApprovals(tx, { ...ask, authors: [...ask.authors, ...personsOf(principal)] }, places, now);
}

const asksOf = ({ run, readings }: LockedRollout['kept']) => (readings.entry === run.entry ? readings.asks : {}) ?? {};

function personsOf(principal: Principal): string[] {
  if (principal.kind === 'person') return [principal.id];
  return principal.kind === 'token' && principal.owner !== undefined ? [principal.owner.id] : [];
}
