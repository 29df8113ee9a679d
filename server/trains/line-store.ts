import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { cars, departures, trains } from '../database/tables.ts';

/** The train whose line is stopped and that brought a rollout; null where none did, or its line runs. */
export async function stoppedLineOf(db: Db | Tx, rollout: string): Promise<{ train: string; reason: string } | null> {
  const [row] = await db
    .select({ train: trains.key, stopped: trains.stopped })
    .from(cars)
    .innerJoin(departures, eq(departures.id, cars.departureId))
    .innerJoin(trains, eq(trains.id, departures.trainId))
    .where(
      and(
        isNotNull(trains.stopped),
        isNull(trains.archivedAt),
        // What leaves in an emergency goes on.
        eq(departures.kind, 'regular'),
        sql`${cars.rollouts}::jsonb @> ${JSON.stringify([rollout])}::jsonb`,
      ),
    )
    .limit(1);
  return row?.stopped ? { train: row.train, reason: row.stopped.reason } : null;
}
