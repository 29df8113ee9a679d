import type { Patch, Position } from '@turnout/core';
import { and, asc, desc, eq, gt, gte, inArray, lt, lte, max, min, ne, type SQL, sql, sum } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import {
  changeEnvironments,
  changes,
  codedDefaults,
  evaluationCounts,
  type eventCounts,
  type eventNames,
  flags,
  lastEvaluations,
  uncountedEvaluations,
} from '../database/tables.ts';
import type { Uncounted } from './report.ts';

/** Equal steps of time, the first at `from`. */
export interface Span {
  from: Date;
  to: Date;
  stepMs: number;
}

/** Whose word is read: what apps and nodes did, or what pages say that they did. Nobody is ever given both as one. */
export type ToldBy = 'apps' | 'pages';

export function isToldBy(
  source:
    | typeof evaluationCounts.source
    | typeof lastEvaluations.source
    | typeof eventCounts.source
    | typeof eventNames.source,
  by: ToldBy,
): SQL {
  return by === 'apps' ? eq(source, 'server') : ne(source, 'server');
}

export interface StepCount {
  flagId: number;
  variant: string;
  /** Which step, from 0. */
  step: number;
  count: number;
}

export type LastEvaluation = typeof lastEvaluations.$inferSelect;

export function stepOf(
  at: typeof evaluationCounts.at | typeof uncountedEvaluations.at | typeof eventCounts.at,
  { from, stepMs }: Span,
): SQL<number> {
  // Divided as the driver gives it: a text where numbers may be larger than the language's.
  return sql<number>`floor(extract(epoch FROM ${at} - ${from.toISOString()}::timestamptz) * 1000 / ${stepMs}::numeric)::int`;
}

/** How often each variant of some flags was served, by step. */
export async function countsOf(
  db: Db | Tx,
  environmentId: number,
  flagIds: number[],
  span: Span,
  by: ToldBy = 'apps',
): Promise<StepCount[]> {
  if (flagIds.length === 0) return [];
  const { at, flagId, variant, count, source } = evaluationCounts;
  const step = stepOf(at, span).as('step');
  const rows = await db
    .select({ flagId, variant, step, count: sum(count) })
    .from(evaluationCounts)
    .where(
      and(
        eq(evaluationCounts.environmentId, environmentId),
        inArray(flagId, flagIds),
        gte(at, span.from),
        lt(at, span.to),
        isToldBy(source, by),
      ),
    )
    .groupBy(flagId, variant, sql`step`);
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** What apps and nodes evaluated in an environment and cannot be shown by flag, by step. */
export async function uncountedOf(
  db: Db,
  environmentId: number,
  span: Span,
): Promise<(Uncounted & { step: number })[]> {
  const { at, overflow, unknown, dropped, source } = uncountedEvaluations;
  const rows = await db
    .select({
      step: stepOf(at, span).as('step'),
      ...{ overflow: sum(overflow), unknown: sum(unknown), dropped: sum(dropped) },
    })
    .from(uncountedEvaluations)
    .where(
      and(
        eq(uncountedEvaluations.environmentId, environmentId),
        ...[gte(at, span.from), lt(at, span.to), eq(source, 'server')],
      ),
    )
    .groupBy(sql`step`);
  return rows.map((row) => ({
    ...{ step: row.step, overflow: Number(row.overflow), unknown: Number(row.unknown), dropped: Number(row.dropped) },
  }));
}

/** When each variant of some flags was served last. */
export async function lastOf(
  db: Db | Tx,
  environmentId: number,
  flagIds: number[],
  by: ToldBy = 'apps',
): Promise<LastEvaluation[]> {
  if (flagIds.length === 0) return [];
  const { flagId, source } = lastEvaluations;
  return db
    .select()
    .from(lastEvaluations)
    .where(and(eq(lastEvaluations.environmentId, environmentId), inArray(flagId, flagIds), isToldBy(source, by)));
}

/** The ids of some flags of a project by key, in the order of the keys; what it does not have is not in it. */
export async function findFlagIds(db: Db | Tx, projectId: number, keys: string[]): Promise<Map<string, number>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .select({ key: flags.key, id: flags.id })
    .from(flags)
    .where(and(eq(flags.projectId, projectId), inArray(flags.key, keys)));
  const ids = new Map(rows.map(({ key, id }) => [key, id]));
  return new Map(keys.flatMap((key) => (ids.has(key) ? [[key, ids.get(key) ?? 0] as const] : [])));
}

/** So many patches that name a flag are looked into; where each names something else by that word, the last one counts. */
const MOST_PATCHES = 50;

/** The revision of the first change after `after`, up to `upTo`, that touches a flag; undefined where none does. */
export async function findNextTouch(
  db: Db,
  environmentId: number,
  { epoch, revision: after }: Position,
  upTo: number,
  key: string,
): Promise<number | undefined> {
  const { revision, patch } = changeEnvironments;
  const name = JSON.stringify(key);
  const rows = await db
    .select({ revision, patch })
    .from(changeEnvironments)
    .where(
      and(
        ...[eq(changeEnvironments.environmentId, environmentId), eq(changeEnvironments.epoch, epoch)],
        ...[gt(revision, after), lte(revision, upTo), sql`strpos(${patch}, ${name}) > 0`],
      ),
    )
    .orderBy(asc(revision))
    .limit(MOST_PATCHES);
  const found = rows.find((row) => {
    const { flags: changed, removedFlags } = JSON.parse(row.patch) as Patch;
    return Object.hasOwn(changed, key) || removedFlags.includes(key);
  });
  return (found ?? (rows.length === MOST_PATCHES ? rows.at(-1) : undefined))?.revision;
}

/** The defaults that stand in code for a flag, those that were seen last first. */
export async function defaultsOf(
  db: Db,
  environmentId: number,
  flagId: number,
): Promise<{ value: string; lastAt: Date }[]> {
  return db
    .select({ value: codedDefaults.value, lastAt: codedDefaults.lastAt })
    .from(codedDefaults)
    .where(and(eq(codedDefaults.environmentId, environmentId), eq(codedDefaults.flagId, flagId)))
    .orderBy(desc(codedDefaults.lastAt), codedDefaults.value);
}

/** When an evaluation of the environment was reported for the first time, by apps or by anybody; undefined where none was. */
export async function reportedSince(
  db: Db,
  environmentId: number,
): Promise<Record<'byApps' | 'byAnybody', Date | undefined>> {
  const rows = await db
    .select({ source: lastEvaluations.source, since: min(lastEvaluations.firstAt) })
    .from(lastEvaluations)
    .where(eq(lastEvaluations.environmentId, environmentId))
    .groupBy(lastEvaluations.source);
  const first = (of: typeof rows) => of.flatMap(({ since }) => since ?? []).sort((a, b) => Number(a) - Number(b))[0];
  return { byApps: first(rows.filter(({ source }) => source === 'server')), byAnybody: first(rows) };
}

/** When what some flags give in an environment was changed last, by key; a flag that never was is not in it. */
export async function changedAt(
  db: Db,
  projectId: number,
  environmentId: number,
  keys: string[],
): Promise<Map<string, Date>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .select({ subject: changes.subject, at: max(changes.at) })
    .from(changes)
    .innerJoin(changeEnvironments, eq(changeEnvironments.changeId, changes.id))
    .where(
      and(
        eq(changes.projectId, projectId),
        eq(changeEnvironments.environmentId, environmentId),
        inArray(
          changes.subject,
          keys.map((key) => `flag/${key}`),
        ),
      ),
    )
    .groupBy(changes.subject);
  return new Map(
    rows.flatMap(({ subject, at }) => (at === null ? [] : [[subject.slice('flag/'.length), at] as const])),
  );
}
