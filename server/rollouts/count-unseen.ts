import type { Evidence } from '../decisions/decision.ts';
import { keepTime } from '../decisions/move-run.ts';
import type { Run } from '../decisions/rollout.ts';
import type { LoopSources } from './loop-sources.ts';
import type { KeptRun } from './run-store.ts';

/** Some looks that were late are no gap: they see a freeze a little later than it began, and a little later that it is over. */
const GAP_MS = 30_000;

/**
 * The run with the freezes counted that came, or went, while no node looked at it: in a night without a database its
 * deadline ran no more than in one with it. Whatever else lets it stand still is written where it happens.
 */
export async function countUnseen(
  { freezeTurns }: Pick<LoopSources, 'freezeTurns'>,
  { run, flag: key, decidedAt }: KeptRun,
  { flag }: Pick<Evidence, 'flag'>,
  now: Date,
): Promise<Run> {
  const entered = run.enteredAt ?? run.arrivedAt;
  const seenAt = decidedAt !== null && decidedAt > entered ? decidedAt : entered;
  if (now.getTime() - seenAt.getTime() < GAP_MS) return run;
  const turns = await freezeTurns(run.environmentId, key, seenAt, now);
  return turns.reduce((counted, { at, freeze }) => {
    const found = freeze && { ...freeze, until: freeze.until?.toISOString() ?? null };
    return keepTime(counted, { flag, freeze: found }, at);
  }, run);
}
