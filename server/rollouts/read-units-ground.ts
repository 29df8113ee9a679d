import type { Db, Tx } from '../database/connect.ts';
import type { UnitsGround } from '../decisions/needed-units.ts';
import type { Run } from '../decisions/rollout.ts';
import type { RolloutParts } from './rollout-parts.ts';
import type { PinnedRollout } from './rollout-store.ts';

/** What it takes to say how many units a new entry needs: read before the locks, where nothing is written beside it. */
export async function readUnitsGround(
  { door, sources }: Pick<RolloutParts, 'door' | 'sources'>,
  { projectId, pinned }: PinnedRollout,
  { environmentId, environment }: Run,
  db: Db | Tx = door.db,
): Promise<UnitsGround> {
  const named = new Set(pinned.guards.flatMap((guard) => ('metric' in guard ? [guard.metric] : [])));
  const all = named.size === 0 ? [] : await sources.listMetrics(db, projectId);
  const metrics = all.filter(({ key }) => named.has(key));
  const rates = metrics.length === 0 ? [] : await sources.recentRates(db, { environmentId, environment }, metrics);
  return { metrics, rates, unitsNeeded: sources.unitsNeeded };
}
