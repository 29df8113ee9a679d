import type { Db, Tx } from '../database/connect.ts';
import { listMetrics } from '../metrics/metric-store.ts';
import { listSources } from '../metrics/source-store.ts';
import { unitsNeeded } from '../statistics/power.ts';
import { findFloor } from './floor-store.ts';
import type { UnitsNeeded } from './ground.ts';
import type { Guard, Policy } from './policy.ts';
import type { PolicyReaders } from './policy-parts.ts';
import { newestPolicies } from './policy-store.ts';

/** What a project has that policies name. */
export const projectReaders: Pick<PolicyReaders, 'metrics' | 'sources'> = {
  metrics: listMetrics,
  sources: listSources,
};

/** What policies are held against, of this database; rollouts are of a later room, and rates are read once for both. */
export function policyReaders(
  others: Pick<PolicyReaders, 'hasLiveRollout' | 'traffic' | 'rates' | 'whyRefused'>,
): PolicyReaders {
  return { ...projectReaders, unitsNeeded: remember((ask) => unitsNeeded(ask)), ...others };
}

/** So many answers are kept: each is a few bytes, and takes a while to find. */
const MOST_KEPT = 10_000;

/** The same is asked with every key that somebody types. */
function remember(find: UnitsNeeded): UnitsNeeded {
  const kept = new Map<string, number | undefined>();
  return (ask) => {
    const { rate, factor, margin, direction, alpha, guards } = ask;
    const name = [rate, factor, margin, direction, alpha, guards].join(' ');
    if (!kept.has(name)) {
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(name, find(ask));
    }
    return kept.get(name);
  };
}

type LivePolicies = (tx: Db | Tx, projectId: number) => Promise<Policy[]>;
type LiveRollouts = (tx: Db | Tx, projectId: number) => Promise<{ flag: string; policy: Policy }[]>;
type NamedBy = (tx: Tx, projectId: number, key: string) => Promise<string[]>;

const isNaming = (what: 'metric' | 'source', guard: Guard, key: string) =>
  what === 'metric' ? 'metric' in guard && guard.metric === key : 'source' in guard && guard.source === key;

/**
 * Who goes by a metric or a source: policies in their newest version or in one that a live rollout was started with, and
 * the floor of the project.
 */
export function policiesNaming(what: 'metric' | 'source', livePolicies: LivePolicies): NamedBy {
  return async (tx, projectId, key) => {
    const all = [...(await newestPolicies(tx, projectId)), ...(await livePolicies(tx, projectId))];
    const named = all
      .filter(({ guards }) => guards.some((guard) => isNaming(what, guard, key)))
      .map((policy) => policy.key);
    const floor = await findFloor(tx, projectId);
    const isInFloor = floor?.floor.guards.some((guard) => isNaming(what, guard, key)) === true;
    return [...new Set([...named, ...(isInFloor ? ['the floor of all policies'] : [])])].sort();
  };
}

/** The flags whose live rollouts go by a source, by the policies that they were started with. */
export function flagsAsking(liveRollouts: LiveRollouts): NamedBy {
  return async (tx, projectId, key) => {
    const live = await liveRollouts(tx, projectId);
    const asking = live.filter(({ policy }) => policy.guards.some((guard) => isNaming('source', guard, key)));
    return [...new Set(asking.map(({ flag }) => flag))].sort();
  };
}
