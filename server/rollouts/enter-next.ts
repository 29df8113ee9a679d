import type { Ruleset } from '@turnout/core';
import type { Ground } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { growRun } from '../decisions/grow-run.ts';
import { layRun } from '../decisions/layout.ts';
import { enterStage, resumeRun } from '../decisions/move-run.ts';
import { neededUnits, type UnitsGround } from '../decisions/needed-units.ts';
import type { Run } from '../decisions/rollout.ts';
import { termsOf } from '../decisions/run-terms.ts';
import { Problem } from '../platform/problem.ts';
import type { Stage } from '../policies/policy.ts';
import type { LockedRollout } from './lock-rollout.ts';
import type { RolloutParts } from './rollout-parts.ts';
import { type FlagWrite, requireOwned, rulesetOfRun, writeServed } from './write-run.ts';

/** What a new entry is made of, beside the run: gathered before the locks. */
export interface EntryGround {
  units: UnitsGround;
  names: RolloutParts['names'];
}

export interface EntryMove {
  run: Run;
  /** Undefined where nothing is served differently: before the first stage. */
  write?: FlagWrite;
}

/**
 * Writes a new entry: of the next stage, or, to resume and to go on past unequal arms, of the same one. The flag must be as the run last wrote it, which
 * is looked at here, under the locks.
 */
export async function writeEntry(
  tx: Tx,
  ground: Ground,
  { rollout, kept }: LockedRollout,
  run: Run,
  which: 'next' | 'same' | 'past-unequal-arms',
  { units, names }: EntryGround,
): Promise<EntryMove> {
  const { pinned: policy } = rollout;
  const stages = policy.path[rollout.step]?.stages ?? [];
  const index = which === 'next' ? run.stage + 1 : run.stage;
  const stage = stages[index];
  const found = await requireOwned(tx, run, { projectId: rollout.projectId, flag: kept.flag });
  if (stage === undefined || run.wrote === null) {
    if (which === 'next' || run.wrote === null) throw new Error(`the path of ${rollout.id} has no stage ${index}`);
    // Before the first stage nothing was written, and waiting begins anew.
    const terms = {
      wrote: run.wrote,
      minUnits: null,
      policy,
      stage: { bakeMs: 0, gates: [], approvals: [] },
      now: ground.now,
    };
    return { run: resumeRun(run, terms) };
  }
  const ruleset = rulesetOfRun(ground, run);
  requireAudience(stage, run, ruleset);
  const terms = termsOf(rollout, run, found, units.metrics, names.salt);
  const wrote = layRun(terms, stages, index, run.entry + 1);
  const overridesRatio = which === 'past-unequal-arms';
  const minUnits = neededUnits(policy, run, stage, units);
  const entry = { wrote, minUnits, policy, stage, now: ground.now, overridesRatio };
  const { configuration } = found;
  const write = await writeServed(tx, found, growRun(configuration, wrote), ruleset);
  return { run: which === 'next' ? enterStage(run, entry) : resumeRun(run, entry), write };
}

/** Where a run is already its audience cannot be deleted; where it has yet to come nothing keeps anybody from it. */
function requireAudience({ audience }: Stage, { environment }: Run, ruleset: Ruleset | undefined): void {
  if (audience === undefined || ruleset === undefined || Object.hasOwn(ruleset.segments, audience)) return;
  throw new Problem(
    'wrong_state',
    `The segment ${audience}, which is its audience, is not in ${environment} any more: make it again, or roll back.`,
  );
}
