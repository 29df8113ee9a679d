import { commitChange } from '../changes/commit-change.ts';
import { growRun } from '../decisions/grow-run.ts';
import type { Run, RunWrites } from '../decisions/rollout.ts';
import type { HeldLease } from '../platform/lease.ts';
import { Problem } from '../platform/problem.ts';
import { principalOf, written } from './act.ts';
import { lockWhole, requireVersion } from './lock-rollout.ts';
import type { LoopParts } from './loop-parts.ts';
import type { PinnedRollout } from './rollout-store.ts';
import { saveRun } from './run-store.ts';
import { requireOwned, rulesetOfRun, writeServed } from './write-run.ts';

/**
 * Measures fewer units of a run from now on: the same share of both arms, and of all that was counted. Nobody is served
 * anything else by it, and the entry goes on.
 */
export async function lowerSample(
  { door }: Pick<LoopParts, 'door'>,
  { rollout, run, below, lease }: { rollout: PinnedRollout; run: Run; below: number; lease: HeldLease },
): Promise<void> {
  const { projectId, id, flag } = rollout;
  const order = {
    ...{ projectId, environmentIds: [run.environmentId], principal: principalOf(rollout), lease },
    ...{ action: 'rollout.sample', subject: `flag/${flag}` },
    reason: `So many units come that ${below / 1_000} % of them tell enough.`,
  };
  await commitChange(door, order, async (tx, ground) => {
    const locked = await lockWhole(tx, projectId, id);
    requireVersion(locked, run);
    const wrote = withBelow(run.wrote, below);
    if (wrote === undefined) throw new Problem('changed_since', 'Nothing is measured any more.');
    const found = await requireOwned(tx, run, { projectId, flag });
    const write = await writeServed(tx, found, growRun(found.configuration, wrote), rulesetOfRun(ground, run));
    const next = { ...run, wrote };
    if (!(await saveRun(tx, next, ground.now))) throw new Problem('changed_since', 'The rollout moved meanwhile.');
    // The stage itself was in force before, and stays so: only what this change wrote is not followed.
    const { afterEntry: _reach, ...told } = written(rollout, { run: next, write, from: run, ground });
    return told;
  });
}

function withBelow(wrote: RunWrites | null, below: number): RunWrites | undefined {
  if (!wrote?.run) return undefined;
  return { ...wrote, run: { ...wrote.run, sample: { ...wrote.run.sample, below } } };
}
