import type { Db, Tx } from '../database/connect.ts';
import type { Traffic } from '../decisions/needed-units.ts';
import { countsOf, findFlagIds, lastOf } from '../metrics/evaluation-store.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** How often a flag was asked for in an environment in the last week; undefined where nobody ever asked. */
export async function recentTraffic(
  db: Db | Tx,
  place: { projectId: number; environmentId: number },
  flag: string,
  now: Date,
): Promise<Traffic | undefined> {
  const flagId = (await findFlagIds(db, place.projectId, [flag])).get(flag);
  if (flagId === undefined) return undefined;
  const seen = await lastOf(db, place.environmentId, [flagId]);
  if (seen.length === 0) return undefined;
  const from = new Date(Math.max(now.getTime() - WEEK_MS, Math.min(...seen.map(({ firstAt }) => firstAt.getTime()))));
  const hours = (now.getTime() - from.getTime()) / HOUR_MS;
  // The minute that is not over yet counts too.
  const span = { from, to: new Date(now.getTime() + 60_000), stepMs: WEEK_MS + 60_000 };
  const counts = await countsOf(db, place.environmentId, [flagId], span);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return { perHour: hours > 0 ? total / hours : 0, hours };
}
