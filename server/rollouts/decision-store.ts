import { and, asc, desc, eq, gte, inArray, lt, ne, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { decisions, environments, guardPoints, runs } from '../database/tables.ts';
import type { Decision, Evidence } from '../decisions/decision.ts';
import type { GuardPoint } from '../decisions/guard-point.ts';
import type { Run } from '../decisions/rollout.ts';
import { type NameOf, nameSomebody } from './name-somebody.ts';

export type DecisionRow = typeof decisions.$inferSelect & { environment: string };

/** What is kept of a decision: who, what and why, and what it saw. A person's own has no evidence but the last look. */
export type Kept = Pick<Decision, 'action' | 'reason'> &
  Partial<Pick<Decision, 'because' | 'guards' | 'conditions' | 'page'>> & { actor: string; evidence?: Evidence };

/** Adds to the log of decisions; `run` is the run as it was when it was decided. */
export async function insertDecision(tx: Tx | Db, run: Run, at: Date, kept: Kept): Promise<void> {
  const { actor, action, reason, because = [], guards = [], conditions = [], page = null, evidence } = kept;
  await tx.insert(decisions).values({
    ...{ rolloutId: run.rollout, runId: run.id, entry: run.entry, stage: run.stage, at },
    ...{ actor, action, reason, because, guards, conditions, page },
    ...(evidence === undefined ? {} : { evidence }),
  });
}

/** Newest first, below `before`; one more than `limit`. */
export async function listDecisions(
  db: Db,
  rolloutId: string,
  page: { limit: number; before: number | undefined; seen?: readonly number[] | undefined },
): Promise<DecisionRow[]> {
  const { before, limit, seen } = page;
  const rows = await db
    .select({ row: decisions, environment: environments.key })
    .from(decisions)
    .innerJoin(runs, eq(runs.id, decisions.runId))
    .innerJoin(environments, eq(environments.id, runs.environmentId))
    .where(
      and(
        eq(decisions.rolloutId, rolloutId),
        before === undefined ? undefined : lt(decisions.id, before),
        seen === undefined ? undefined : inArray(runs.environmentId, [...seen]),
      ),
    )
    .orderBy(desc(decisions.id))
    .limit(limit + 1);
  return rows.map(({ row, environment }) => ({ ...row, environment }));
}

/** What was done last with each of these rollouts, in its sentence, also by a person: what only holds does nothing. */
export async function lastWords(
  db: Db,
  rolloutIds: readonly string[],
  seen: readonly number[] | undefined,
  nameOf: NameOf,
): Promise<Map<string, string>> {
  if (rolloutIds.length === 0) return new Map();
  const rows = await db
    .selectDistinctOn([decisions.rolloutId], {
      id: decisions.rolloutId,
      actor: decisions.actor,
      reason: decisions.reason,
    })
    .from(decisions)
    .innerJoin(runs, eq(runs.id, decisions.runId))
    .where(
      and(
        inArray(decisions.rolloutId, [...rolloutIds]),
        ne(decisions.action, 'hold'),
        seen === undefined ? undefined : inArray(runs.environmentId, [...seen]),
      ),
    )
    .orderBy(decisions.rolloutId, desc(decisions.id));
  return new Map(rows.map(({ id, actor, reason }) => [id, nameSomebody(reason, actor, nameOf)]));
}

export async function insertPoints(
  tx: Tx | Db,
  { id, entry }: Run,
  at: Date,
  points: readonly GuardPoint[],
): Promise<void> {
  await tx
    .insert(guardPoints)
    .values({ runId: id, entry, at, points: [...points] })
    .onConflictDoNothing();
}

/**
 * Forgets where guards stood over time in runs that ended before a moment, at most so many points; true where that many
 * were found, so there may be more. What was decided in them, with its evidence, stays.
 */
export async function forgetPoints(db: Db, endedBefore: Date, limit: number): Promise<boolean> {
  const gone = await db
    .delete(guardPoints)
    .where(
      sql`(${guardPoints.runId}, ${guardPoints.at}) IN (SELECT old.run_id, old.at FROM ${guardPoints} AS old
        JOIN ${runs} ON ${runs.id} = old.run_id WHERE ${lt(runs.endedAt, endedBefore)} LIMIT ${limit}::int)`,
    )
    .returning({ at: guardPoints.at });
  return gone.length === limit;
}

/** When a guard's point of this run was kept last. */
export async function lastPointAt(db: Db | Tx, runId: string): Promise<Date | undefined> {
  const [row] = await db
    .select({ at: guardPoints.at })
    .from(guardPoints)
    .where(eq(guardPoints.runId, runId))
    .orderBy(desc(guardPoints.at))
    .limit(1);
  return row?.at;
}

export async function pointsSince(
  db: Db,
  { id, entry }: Run,
  since: Date,
): Promise<{ at: Date; points: GuardPoint[] }[]> {
  return db
    .select({ at: guardPoints.at, points: guardPoints.points })
    .from(guardPoints)
    .where(and(eq(guardPoints.runId, id), eq(guardPoints.entry, entry), gte(guardPoints.at, since)))
    .orderBy(asc(guardPoints.at));
}
