import type { Tx } from '../database/connect.ts';
import type { Run } from '../decisions/rollout.ts';
import { Problem } from '../platform/problem.ts';
import { gatesOfStage } from '../policies/policy.ts';
import type { LockedRollout } from './lock-rollout.ts';
import type { LoopSources } from './loop-sources.ts';
import { pressCounts } from './press-counts.ts';
import { requireStageApprovals, stageAskOf } from './stage-approvals.ts';

/**
 * What a decision to go on rests on, once more and under the locks: sources and probes may be waited for for seconds, and
 * an incident that is opened meanwhile, or whoever leaves, is what there is at the moment of going on. Throws where any of
 * it is different by now, so that it is decided on again.
 */
export async function requireOnward(
  tx: Tx,
  sources: LoopSources,
  { rollout, kept }: LockedRollout,
  { run, move, now }: { run: Run; move: 'advance' | 'finish'; now: Date },
): Promise<void> {
  const { environmentId, environment } = run;
  const { flag } = rollout;
  if (kept.run.isProtected !== run.isProtected) {
    throw new Problem('changed_since', `The protection of ${environment} was changed while this was decided.`);
  }
  if ((await sources.openIncident(tx, environmentId, flag)) !== undefined) {
    throw new Problem('changed_since', 'An incident was opened while this was decided.');
  }
  if ((await sources.lineStopped(tx, rollout.id)) !== null) {
    throw new Problem('changed_since', 'The line was stopped while this was decided.');
  }
  if (!(await pressCounts(tx, rollout, run))) {
    throw new Problem('changed_since', 'Whoever pressed for it may not any more.');
  }
  // Nothing is entered by finishing, so nothing has to be open for it.
  const step = rollout.pinned.path[rollout.step];
  if (move === 'finish' || step === undefined) return;
  for (const gate of gatesOfStage(rollout.pinned, step, run.stage + 1, run.isProtected)) {
    if (gate.kind !== 'incident-free') continue;
    const calm = await sources.incidentFree(tx, { environmentId, environment, flag }, gate.withinMs, now);
    if (!calm.open) throw new Problem('changed_since', calm.because);
  }
  const ask = stageAskOf(rollout, run);
  if (ask !== undefined) await requireStageApprovals(tx, ask, now);
}
