import type { JsonValue, Ruleset } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import type { Ground, Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { rulesetSizeFaults } from '../flags/check-flag.ts';
import { type Configuration, logConfiguration } from '../flags/configuration.ts';
import { asLogged, differingFields } from '../flags/log-flag-change.ts';
import { saltsOf } from '../flags/plan-configuration.ts';
import { invalid } from '../platform/problem.ts';
import { endRuns } from '../rollouts/leave-runs.ts';
import { tangleFaults } from '../segments/refuse-tangles.ts';
import { logSegment } from '../segments/segment.ts';
import { type RollbackPlan, rulesetAfter } from './plan-rollback.ts';
import { leftHash, type RollbackGround } from './read-rollback-ground.ts';
import { revokeForm } from './revoke-form.ts';
import { noteLeft, writeBack } from './rollback-store.ts';
import type { RollbackSplit } from './split-rollback.ts';
import { writeSegmentForm } from './write-form.ts';

/** Everything that is to go back, or what of it may at once. */
export type RollbackPart = 'all' | 'at-once';

export interface CarriedBack {
  endsRollouts: { id: string; flag: string }[];
  written: Pick<Written<unknown>, 'touched' | 'before' | 'after' | 'afterEntry' | 'unchanged'>;
}

/**
 * Writes back under the locks what a plan says. Live runs of the flags end in the same change, for what they own is
 * written over; the forms that were in force are known good no more.
 */
export async function carryBack(
  tx: Tx,
  ground: Ground,
  place: EnvironmentPlace,
  { plan, split, now, says, part }: CarryOrder,
): Promise<CarriedBack> {
  const writes = part === 'all' ? allOf(plan) : split.atOnce;
  const segments = part === 'all' ? [...plan.segments] : [];
  if (writes.size + segments.length === 0) return NOTHING;
  if (part === 'all') requireFits(now.ruleset, plan, now);
  const keys = [...writes.keys()].sort();
  const left = await endRuns(
    tx,
    ground,
    { projectId: place.projectId, actor: ground.actor, reason: says },
    { environmentId: place.environment.id, flags: keys.filter((key) => now.live.has(key)) },
  );
  const items: JsonValue[][] = [];
  for (const [key, { write }] of segments) {
    const sides = await writeSegmentForm(tx, place, key, logSegment(write));
    items.push(asItems('segment.rollback', `segment/${key}`, place.environment.key, sides));
  }
  for (const key of keys) {
    const sides = sidesOf(now, key, writes.get(key), place.environment.key);
    items.push(asItems('flag.rollback', `flag/${key}`, place.environment.key, sides));
  }
  await revokeForm(tx, place.environment.id, replaced(writes, now), says, ground.now);
  await writeConfigurations(tx, ground, place, writes, now);
  return {
    endsRollouts: left.runs.map(({ rollout, flag }) => ({ id: rollout, flag })),
    written: {
      touched: { flags: keys, segments: segments.map(([key]) => key) },
      before: { items: items.map(([before]) => before ?? null) },
      after: { items: items.map(([, after]) => after ?? null) },
      afterEntry: left.afterEntry,
    },
  };
}

interface CarryOrder {
  plan: RollbackPlan;
  split: RollbackSplit;
  now: RollbackGround;
  /** Why, as the logs of the rollouts tell it that end by it: `production went back to autumn.` */
  says: string;
  part: RollbackPart;
}

const NOTHING: CarriedBack = {
  endsRollouts: [],
  written: { touched: { flags: [], segments: [] }, unchanged: true },
};

function allOf({ flags }: RollbackPlan): Map<string, Configuration> {
  const all = new Map<string, Configuration>();
  for (const [key, plan] of flags) if (plan.effect === 'changed') all.set(key, plan.write);
  return all;
}

/** What fitted once may be too much among what came since. */
function requireFits(before: Ruleset, plan: RollbackPlan, now: RollbackGround): void {
  const after = rulesetAfter(plan.flags, plan.segments, now);
  const faults = [...rulesetSizeFaults(after, 0), ...tangleFaults(before, after, '/to')];
  if (faults.length > 0) throw invalid(faults);
}

/** Those of which the form becomes another one: a run that ends at its anchor leaves that anchor, which was never bad. */
function replaced(writes: ReadonlyMap<string, Configuration>, { flags }: RollbackGround): string[] {
  return [...writes].flatMap(([key, write]) => {
    const is = flags.get(key);
    return is !== undefined && leftHash(is.anchored ?? is.configuration) !== leftHash(write) ? [key] : [];
  });
}

async function writeConfigurations(
  tx: Tx,
  ground: Ground,
  { environment }: EnvironmentPlace,
  writes: ReadonlyMap<string, Configuration>,
  { rows }: RollbackGround,
): Promise<void> {
  const written = [...writes].flatMap(([key, write]) => {
    const row = rows.get(key);
    if (row === undefined) return [];
    return [{ ...write, flagId: row.flag.id, salts: saltsOf(write, row.configuration.salts), run: null }];
  });
  await writeBack(tx, environment.id, written);
  const left = [...writes].map(([flag, write]) => ({ flag, leftHash: leftHash(write) }));
  await noteLeft(tx, environment.id, left, ground.now);
}

function sidesOf({ rows }: RollbackGround, key: string, write: Configuration | undefined, environment: string) {
  const row = rows.get(key);
  const difference = row && write && differingFields(logConfiguration(row.configuration), logConfiguration(write));
  return {
    before: asLogged({ environments: { [environment]: difference?.before ?? {} } }),
    after: asLogged({ environments: { [environment]: difference?.after ?? {} } }),
  };
}

/** Both sides of a piece, in the form in which a change that carries several logs it (`changes/combine-works.ts`). */
function asItems(
  action: string,
  subject: string,
  environment: string,
  { before = null, after = null }: Pick<Written<unknown>, 'before' | 'after'>,
): JsonValue[] {
  return [before, after].map((side) => {
    const environments =
      side !== null && typeof side === 'object' && !Array.isArray(side) ? side.environments : undefined;
    const form = environments === undefined ? { form: null } : { environments, form: {} };
    return { action, subject, in: [environment], ...form };
  });
}
