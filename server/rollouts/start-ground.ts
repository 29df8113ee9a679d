import type { Db, Tx } from '../database/connect.ts';
import type { GroundStep } from '../decisions/check-rollout.ts';
import { neededUnits } from '../decisions/needed-units.ts';
import type { FlagRow } from '../flags/configuration.ts';
import { invalid } from '../platform/problem.ts';
import type { PathStep, Policy } from '../policies/policy.ts';
import { findSegments } from '../segments/store.ts';
import { recentTraffic } from './recent-traffic.ts';
import type { FoundPolicy, RolloutParts } from './rollout-parts.ts';
import type { PathPlace } from './steer-right.ts';

/** The policy by which a flag is to be rolled out: the one that is named, or that is attached to it. It holds still. */
export async function requirePolicy(
  { sources }: Pick<RolloutParts, 'sources'>,
  db: Db | Tx,
  { projectId, flag }: { projectId: number; flag: FlagRow },
  { policy, version }: { policy?: string | undefined; version?: number | undefined },
): Promise<FoundPolicy> {
  const key = policy ?? (await sources.policyFor(db, projectId, flag));
  if (key === undefined) {
    const expected = 'the key of a policy: none is attached to this flag';
    throw invalid([{ path: '/policy', code: 'required', expected }]);
  }
  const found = await sources.findPolicy(db, projectId, key, version);
  if (found !== undefined) {
    const [fault] = await sources.policyFaults(db, projectId, found);
    if (fault === undefined) return found;
    const expected = `a version that still holds: of version ${found.version}, ${fault.path} must be ${fault.expected}`;
    throw invalid([{ path: '/policy', code: 'outdated_policy', expected }]);
  }
  const path = version === undefined ? '/policy' : '/version';
  throw invalid([{ path, code: 'unknown_policy', expected: 'a policy of this project, and a version that it has' }]);
}

/** What is known of an environment beside the flag: none of it is decided on again under the locks. */
export interface Beside extends Pick<GroundStep, 'segments' | 'traffic' | 'needed'> {
  environment: string;
  isProtected: boolean;
}

export async function groundBeside(
  { door, sources }: Pick<RolloutParts, 'door' | 'sources'>,
  db: Db | Tx,
  { projectId, flag }: { projectId: number; flag: string },
  policy: Policy,
  path: readonly PathStep[],
  places: readonly PathPlace[],
): Promise<Beside[]> {
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
    const traffic = await recentTraffic(db, { projectId, environmentId }, flag, door.clock.now());
    const audiences = stages.flatMap(({ audience }) => audience ?? []);
    const segments = (await findSegments(db, environmentId, audiences)).map(({ key }) => key);
    found.push({ environment, isProtected, segments, traffic, needed });
  }
  return found;
}

export function warningsOf({ environment, traffic, needed }: Beside): string[] {
  if (needed === null || (traffic !== undefined && traffic.hours >= 24)) return [];
  return [
    `${environment} has less than a day of traffic of this flag: whether its stages can be left in time was not checked.`,
  ];
}
