import { type Asking, orderOf } from '../access/asking.ts';
import { actorOf, type Principal } from '../access/principal.ts';
import { findEntry } from '../changes/change-store.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeReceipt, Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import type { FlagRow } from '../flags/configuration.ts';
import { requireFlag, requireLive } from '../flags/flag-place.ts';
import { type FlagInEnvironment, flagsInEnvironments } from '../flags/flag-store.ts';
import { withResult } from '../platform/committed.ts';
import { invalid, Problem } from '../platform/problem.ts';
import type { PathStep, Policy } from '../policies/policy.ts';
import { findSegments } from '../segments/store.ts';
import { arriveAt } from './arrive-at.ts';
import { type GroundStep, rolloutFaults, type WantedRollout } from './check-rollout.ts';
import { neededUnits } from './needed-units.ts';
import { placesOf } from './path-places.ts';
import { principalNow } from './principal-now.ts';
import { recentTraffic } from './recent-traffic.ts';
import type { FoundPolicy, RolloutParts } from './rollout-parts.ts';
import { insertRollout, liveRolloutsOf, type PinnedRollout } from './rollout-store.ts';
import { insertRun } from './run-store.ts';
import { type PathPlace, requireMayGrow } from './steer-right.ts';

/** A rollout as it is asked for, and where a retry begins. */
export interface Start extends WantedRollout {
  policy?: string | undefined;
  version?: number | undefined;
  retryOf?: string | undefined;
  /** Index of the first environment of the path; those before it are finished. */
  step?: number | undefined;
  newSalt?: boolean | undefined;
}

export interface Started {
  id: string;
  warnings: string[];
  change?: ChangeReceipt;
}

/**
 * Starts a rollout: it is written down with the policy that it pins, waits in its first environment, and serves nobody
 * anything yet. Everything that would stop it there is told now, whole.
 */
export async function startRollout(
  parts: RolloutParts,
  asking: Asking,
  projectId: number,
  start: Start,
): Promise<Started> {
  const { db } = parts.door;
  const flag = await requireFlag(db, projectId, start.flag);
  const found = await requirePolicy(parts, projectId, flag, start);
  const path = found.policy.path.slice(start.step ?? 0);
  const places = await placesOf(db, projectId, found.policy);
  const beside = await groundBeside(parts, projectId, flag.key, found.policy, path, places);
  const id = parts.names.id();
  const committed = await commitChange<Pick<Started, 'id' | 'warnings'>>(
    parts.door,
    {
      ...orderOf(asking),
      ...{ projectId, environmentIds: [], action: 'rollout.start', subject: `rollout/${id}` },
      ...(places[start.step ?? 0] === undefined ? {} : { within: places[start.step ?? 0]?.environmentId as number }),
    },
    async (tx, { now }) => {
      const ahead = (await placesOf(tx, projectId, found.policy)).slice(start.step ?? 0);
      requireMayGrow(await principalNow(tx, asking.principal), ahead);
      requireReason(asking, ahead);
      const rollout = rolloutOf(id, projectId, start, found, places, { by: asking.principal, at: now });
      return writeStart(tx, rollout, { ...asking, beside, path });
    },
  );
  const { result, change } = await withResult(committed, async (made) => ({
    id: (await findEntry(db, projectId, made.id))?.subject.slice('rollout/'.length) ?? id,
    warnings: [],
  }));
  parts.wake();
  return { ...result, ...(change ? { change } : {}) };
}

/** What is protected is changed with a reason, also by what changes it later. */
function requireReason({ reason }: Asking, places: readonly PathPlace[]): void {
  const place = places.find(({ isProtected }) => isProtected);
  if (place === undefined || reason?.trim()) return;
  const expected = `a reason, for the environment ${place.key} is protected`;
  throw invalid([{ path: '/reason', code: 'required', expected }]);
}

async function writeStart(
  tx: Tx,
  rollout: PinnedRollout,
  { reason, beside, path }: Pick<Asking, 'reason'> & { beside: Beside[]; path: readonly PathStep[] },
): Promise<Written<Pick<Started, 'id' | 'warnings'>>> {
  const { projectId, id, pinned } = rollout;
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
  return {
    result: { id, warnings: beside.flatMap(warningsOf) },
    touched: { flags: [], segments: [] },
    before: null,
    after: { flag: flag.key, target, from, to, policy: `${policy.key} v${policy.version}`, commit, retryOf },
  };
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

async function requirePolicy(
  { door, sources }: RolloutParts,
  projectId: number,
  flag: FlagRow,
  { policy, version }: Start,
): Promise<FoundPolicy> {
  const key = policy ?? (await sources.policyFor(door.db, projectId, flag));
  if (key === undefined) {
    const expected = 'the key of a policy: none is attached to this flag';
    throw invalid([{ path: '/policy', code: 'required', expected }]);
  }
  const found = await sources.findPolicy(door.db, projectId, key, version);
  if (found !== undefined) {
    const [fault] = await sources.policyFaults(door.db, projectId, found);
    if (fault === undefined) return found;
    const expected = `a version that still holds: of version ${found.version}, ${fault.path} must be ${fault.expected}`;
    throw invalid([{ path: '/policy', code: 'outdated_policy', expected }]);
  }
  const path = version === undefined ? '/policy' : '/version';
  throw invalid([{ path, code: 'unknown_policy', expected: 'a policy of this project, and a version that it has' }]);
}

/** What is known of an environment beside the flag; read before the locks, for none of it is decided on again. */
interface Beside extends Pick<GroundStep, 'segments' | 'traffic' | 'needed'> {
  environment: string;
  isProtected: boolean;
}

async function groundBeside(
  { door, sources }: RolloutParts,
  projectId: number,
  flag: string,
  policy: Policy,
  path: readonly PathStep[],
  places: readonly PathPlace[],
): Promise<Beside[]> {
  const { db, clock } = door;
  const metrics = await sources.listMetrics(db, projectId);
  const found: Beside[] = [];
  for (const { environment, stages } of path) {
    const place = places.find(({ key }) => key === environment);
    if (place === undefined) continue;
    const { environmentId, isProtected } = place;
    const rates = await sources.recentRates(db, { environmentId, environment }, metrics);
    const stage = stages.find(({ exposure }) => exposure !== undefined);
    const { unitsNeeded } = sources;
    const needed =
      stage === undefined
        ? null
        : neededUnits(policy, { environment, isProtected }, stage, { metrics, rates, unitsNeeded });
    const traffic = await recentTraffic(db, { projectId, environmentId }, flag, clock.now());
    const audiences = stages.flatMap(({ audience }) => audience ?? []);
    const segments = (await findSegments(db, environmentId, audiences)).map(({ key }) => key);
    found.push({ environment, isProtected, segments, traffic, needed });
  }
  return found;
}

function warningsOf({ environment, traffic, needed }: Beside): string[] {
  if (needed === null || (traffic !== undefined && traffic.hours >= 24)) return [];
  return [
    `${environment} has less than a day of traffic of this flag: whether its stages can be left in time was not checked.`,
  ];
}

function rolloutOf(
  id: string,
  projectId: number,
  start: Start,
  { key, version, policy }: FoundPolicy,
  places: readonly PathPlace[],
  started: { by: Principal; at: Date },
): PinnedRollout {
  const { flag, target, from, to } = start;
  return {
    ...{ id, projectId, flag, target, from, to },
    policy: { key, version },
    pinned: policy,
    commit: start.commit ?? null,
    state: 'waiting',
    step: start.step ?? 0,
    startedBy: actorOf(started.by),
    authors: authorsOf(started.by),
    startedAt: started.at,
    retryOf: start.retryOf ?? null,
    version: 1,
    environmentIds: places.map(({ environmentId }) => environmentId),
    reason: null,
    newSalt: start.newSalt ?? false,
    endedAt: null,
  };
}

/** A token's owner starts what the token starts. */
function authorsOf(principal: Principal): string[] {
  if (principal.kind === 'person') return [principal.id];
  return principal.kind === 'token' && principal.owner !== undefined ? [principal.owner.id] : [];
}
