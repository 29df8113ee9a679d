import { and, count, desc, eq, gt, gte, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, flagEnvironments, flags, hookFlips, hooks, signals } from '../database/tables.ts';
import type { HookRow } from './hook-store.ts';
import { ENVIRONMENT_LABEL, lists, type NamedFlag, type Signal } from './signal.ts';
import type { SignalOutcome } from './tables.ts';

export type SignalRow = typeof signals.$inferSelect;

/** A signal as it was recorded. */
export interface Recorded {
  id: number;
  fingerprint: string;
  status: Signal['status'];
  startsAt: Date;
  receivedAt: Date;
  outcome: SignalOutcome | null;
  /** False where it had come before. */
  fresh: boolean;
}

const AT_ONCE = 500;

/** Records what came, each once: what came before only came again. In the order in which they were given. */
export async function recordSignals(
  db: Db,
  hook: HookRow,
  came: readonly { signal: Signal; late: boolean; outcome: SignalOutcome | null; because: string | null }[],
  now: Date,
): Promise<Recorded[]> {
  const all: Recorded[] = [];
  for (let from = 0; from < came.length; from += AT_ONCE) {
    const rows = came.slice(from, from + AT_ONCE).map(({ signal, ...found }) => ({
      ...{ projectId: hook.projectId, hookId: hook.id, receivedAt: now, lastAt: now, ...signal, ...found },
    }));
    const { id, fingerprint, status, startsAt, receivedAt, outcome } = signals;
    all.push(
      ...(await db
        .insert(signals)
        .values(rows)
        .onConflictDoUpdate({
          target: [signals.hookId, signals.fingerprint, signals.startsAt, signals.status],
          set: { lastAt: now },
        })
        .returning({
          ...{ id, fingerprint, status, startsAt, receivedAt, outcome },
          // A row that was only touched has a transaction that would end it.
          fresh: sql<boolean>`(xmax = 0)`,
        })),
    );
  }
  return all;
}

export async function settleSignals(
  db: Db | Tx,
  ids: readonly number[],
  outcome: SignalOutcome,
  because: string | null = null,
): Promise<void> {
  if (ids.length === 0) return;
  await db
    .update(signals)
    .set({ outcome, because })
    .where(inArray(signals.id, [...ids]));
}

/** Newest first, before `before`; one more than `limit`, so that the caller sees whether there are more. */
export async function listSignals(
  db: Db,
  hookId: string,
  page: { limit: number; before: number | undefined },
): Promise<SignalRow[]> {
  return db
    .select()
    .from(signals)
    .where(and(eq(signals.hookId, hookId), page.before === undefined ? undefined : lt(signals.id, page.before)))
    .orderBy(desc(signals.id))
    .limit(page.limit + 1);
}

/** Flags of a project in its environments, by `<environment id>/<key>`. */
export async function readNamedFlags(
  db: Db | Tx,
  projectId: number,
  keys: readonly string[],
): Promise<Map<string, NamedFlag & { killed: boolean }>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .select({ flag: flags, environmentId: flagEnvironments.environmentId, killed: flagEnvironments.killed })
    .from(flags)
    .innerJoin(flagEnvironments, eq(flagEnvironments.flagId, flags.id))
    .where(and(eq(flags.projectId, projectId), inArray(flags.key, [...new Set(keys)])));
  return new Map(
    rows.map(({ flag: { key, tags, signalKill, archived }, environmentId, killed }) => {
      return [`${environmentId}/${key}`, { tags, signalKill, archived, killed }];
    }),
  );
}

/** By the database's clock, under the lock of the hook's row. */
export async function countFlips(tx: Tx, hookId: string): Promise<number> {
  const [row] = await tx
    .select({ flips: count() })
    .from(hookFlips)
    .where(and(eq(hookFlips.hookId, hookId), gt(hookFlips.at, sql`now() - interval '1 hour'`)));
  return row?.flips ?? 0;
}

/** The flips that these signals were allowed before, and those that somebody is at. */
export async function flipsBefore(tx: Tx, hookId: string, signalIds: readonly number[]) {
  const { signalId, environmentId, flagKey } = hookFlips;
  const lately = and(gt(hookFlips.at, sql`now() - interval '10 seconds'`), isNull(signals.outcome));
  return tx
    .select({ signalId, environmentId, flagKey })
    .from(hookFlips)
    .innerJoin(signals, eq(signals.id, signalId))
    .where(and(eq(hookFlips.hookId, hookId), or(inArray(signalId, [...signalIds]), lately)));
}

export async function insertFlips(
  tx: Tx,
  rows: readonly { signalId: number; environmentId: number; hookId: string; flagKey: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.insert(hookFlips).values(rows.map((row) => ({ ...row, at: sql`now()` })));
}

/** What came last so long ago is forgotten. */
export async function forgetSignals(db: Db, before: Date): Promise<void> {
  await db.delete(signals).where(lt(signals.lastAt, before));
  await db.delete(hookFlips).where(lt(hookFlips.at, before));
}

/** A signal that fires, as guards see it. */
export interface FiringSignal {
  hookId: string;
  source: Signal['source'];
  fingerprint: string;
  severity: string;
  labels: Record<string, string>;
  summary: string;
  startsAt: Date;
  receivedAt: Date;
}

const HOUR_MS = 3_600_000;
const MOST_FIRING = 20;

/** Where a guard looks: at a flag in an environment. */
export interface GuardedPlace {
  projectId: number;
  environmentId: number;
  flag: string;
}

/**
 * Signals that hold all these labels and fire since a moment, newest first: those that came since then, also where they
 * are over again, and those that were firing then and are still, where they began within the hour before. What has been
 * firing for longer was there before anything was done, and is recorded only. Only hooks that list the flag and the
 * environment count, and what names an environment counts in that one alone.
 */
export async function firingSignals(
  db: Db | Tx,
  place: GuardedPlace,
  match: Record<string, string>,
  since: Date,
): Promise<FiringSignal[]> {
  const over = sql`EXISTS (SELECT 1 FROM signals AS over WHERE over.hook_id = ${signals.hookId}
    AND over.fingerprint = ${signals.fingerprint} AND over.starts_at = ${signals.startsAt} AND over.status = 'resolved')`;
  const stillNews = and(gt(signals.startsAt, new Date(since.getTime() - HOUR_MS)), sql`NOT ${over}`);
  const { environment, hookIds } = await hooksThatList(db, place);
  if (hookIds.length === 0) return [];
  const { hookId, source, fingerprint, severity, labels, summary, startsAt, receivedAt } = signals;
  return db
    .select({ hookId, source, fingerprint, severity, labels, summary, startsAt, receivedAt })
    .from(signals)
    .where(
      and(
        eq(signals.projectId, place.projectId),
        inArray(signals.hookId, hookIds),
        eq(signals.status, 'firing'),
        eq(signals.late, false),
        sql`${signals.labels}::jsonb @> ${JSON.stringify(match)}::jsonb`,
        sql`coalesce(${signals.labels} ->> ${ENVIRONMENT_LABEL}, ${environment}) = ${environment}`,
        or(gte(signals.receivedAt, since), stillNews),
      ),
    )
    .orderBy(desc(signals.receivedAt), desc(signals.id))
    .limit(MOST_FIRING);
}

/** Hooks as they are now: one that is gone trips nothing any more. */
async function hooksThatList(db: Db | Tx, { projectId, environmentId, flag }: GuardedPlace) {
  const rows = await db
    .select({ hook: hooks, environment: environments.key, tags: flags.tags })
    .from(hooks)
    .innerJoin(environments, and(eq(environments.projectId, hooks.projectId), eq(environments.id, environmentId)))
    .innerJoin(flags, and(eq(flags.projectId, hooks.projectId), eq(flags.key, flag)))
    .where(and(eq(hooks.projectId, projectId), isNull(hooks.deletedAt)));
  const own = rows.filter(({ hook, environment, tags }) => {
    return hook.environments.includes(environment) && lists(hook, flag, { tags });
  });
  return { environment: rows[0]?.environment ?? '', hookIds: own.map(({ hook }) => hook.id) };
}
