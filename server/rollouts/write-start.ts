import type { JsonValue } from '@turnout/core';
import type { Tx } from '../database/connect.ts';
import { type GroundStep, rolloutFaults, type WantedRollout } from '../decisions/check-rollout.ts';
import { requireFlag, requireLive } from '../flags/flag-place.ts';
import { type FlagInEnvironment, flagsInEnvironments } from '../flags/flag-store.ts';
import { invalid, Problem } from '../platform/problem.ts';
import type { PathStep } from '../policies/policy.ts';
import { arriveAt } from './arrive-at.ts';
import type { FoundPolicy } from './rollout-parts.ts';
import { insertRollout, liveRolloutsOf, type PinnedRollout } from './rollout-store.ts';
import { insertRun } from './run-store.ts';
import type { Beside } from './start-ground.ts';
import type { PathPlace } from './steer-right.ts';

/** A rollout as it is asked for, and where a retry begins. */
export interface Start extends WantedRollout {
  policy?: string | undefined;
  version?: number | undefined;
  retryOf?: string | undefined;
  /** Index of the first environment of the path; those before it are finished. */
  step?: number | undefined;
  newSalt?: boolean | undefined;
}

/** Who starts it: the actor, and the people whose approval of its stages does not count. */
export interface StartedBy {
  actor: string;
  authors: readonly string[];
  at: Date;
}

export function rolloutOf(
  { id, projectId }: { id: string; projectId: number },
  start: Start,
  { key, version, policy }: FoundPolicy,
  places: readonly PathPlace[],
  { actor, authors, at }: StartedBy,
): PinnedRollout {
  const { flag, target, from, to } = start;
  return {
    ...{ id, projectId, flag, target, from, to },
    policy: { key, version },
    pinned: policy,
    commit: start.commit ?? null,
    state: 'waiting',
    step: start.step ?? 0,
    startedBy: actor,
    authors: [...authors],
    startedAt: at,
    retryOf: start.retryOf ?? null,
    version: 1,
    environmentIds: places.map(({ environmentId }) => environmentId),
    protectedIds: places.filter(({ isProtected }) => isProtected).map(({ environmentId }) => environmentId),
    reason: null,
    newSalt: start.newSalt ?? false,
    endedAt: null,
  };
}

/**
 * Writes a rollout down with its first run, which waits for its first stage. Throws with every fault of it, and answers
 * how the log tells of it.
 */
export async function writeStart(
  tx: Tx,
  rollout: PinnedRollout,
  { reason, beside, path }: { reason: string | undefined; beside: readonly Beside[]; path: readonly PathStep[] },
): Promise<{ [field: string]: JsonValue }> {
  const { projectId, pinned } = rollout;
  const flag = await requireFlag(tx, projectId, rollout.flag);
  requireLive(flag);
  await requireAlone(tx, rollout);
  const there = await flagsInEnvironments(tx, projectId, [flag.id]);
  const ground = path.map((step): GroundStep => {
    const known = beside.find(({ environment }) => environment === step.environment);
    const found = there.find(({ environment }) => environment.key === step.environment)?.configuration;
    return { step, found, segments: known?.segments ?? [], traffic: known?.traffic, needed: known?.needed ?? null };
  });
  const faults = rolloutFaults({ ...rollout, commit: rollout.commit ?? undefined }, flag, pinned, ground);
  if (faults.length > 0) throw invalid(faults);
  await insertRollout(tx, { ...rollout, reason: reason ?? null });
  const first = there.find(({ environment }) => environment.key === path[0]?.environment) as FlagInEnvironment;
  const run = arriveAt(rollout, first, {
    ...{ isProtected: beside[0]?.isProtected ?? false, isFirst: true, now: rollout.startedAt },
  });
  if (typeof run === 'string') throw new Problem('wrong_state', `The rollout cannot start: ${run}.`);
  await insertRun(tx, run, flag.key, rollout.startedAt);
  const { target, from, to, policy, commit, retryOf } = rollout;
  return { flag: flag.key, target, from, to, policy: `${policy.key} v${policy.version}`, commit, retryOf };
}

/** A flag is in one rollout at a time where their paths meet: two would each take the other's serve for its own. */
async function requireAlone(tx: Tx, { projectId, flag, environmentIds }: PinnedRollout): Promise<void> {
  const live = await liveRolloutsOf(tx, projectId, flag);
  const other = live.find((one) => one.environmentIds.some((id) => environmentIds.includes(id)));
  if (other === undefined) return;
  throw new Problem(
    'rollout_live',
    `The rollout ${other.id} of ${flag} is live on this path already. Wait for its end, or roll it back first: ` +
      `turnout rollout rollback ${other.id}`,
  );
}
