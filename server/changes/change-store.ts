import { formatPosition } from '@turnout/core';
import { type AnyColumn, and, asc, desc, eq, exists, gt, gte, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { changeEnvironments, changePayloads, changes, environments } from '../database/tables.ts';
import type { ChangeReceipt, Direction } from './door.ts';
import { type EntryBody, readEntryBody } from './entry-body.ts';
import type { TakenBack } from './grace.ts';

/** Where an entry led one environment. */
export interface EntryStep {
  environmentId: number;
  key: string;
  position: string;
  patch: string;
}

/** An entry of the log with its payload; `body` is undefined where it was erased. */
export interface Entry {
  id: number;
  projectId: number;
  seq: number;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  killId: string | null;
  body: EntryBody | undefined;
  steps: EntryStep[];
}

/** Which entries of a project's log are asked for. */
export interface EntryFilter {
  /** Those that touched one of these environments. */
  environmentIds?: readonly number[] | undefined;
  /** One that ends in `*` stands for all that begin so. */
  subject?: string | undefined;
  actor?: string | undefined;
  /** The same, and several with commas between. */
  action?: string | undefined;
  since?: Date | undefined;
  /** The first moment that is not asked for any more. */
  until?: Date | undefined;
  /** In the environment that is asked for, or in any. */
  direction?: Direction | undefined;
  /** Only what altered an environment that is protected now. */
  protected?: boolean;
  /** And besides all of these every entry of this subject. */
  orSubject?: string;
}

/** Newest first below `seq`, or oldest first above it. */
export interface EntryPage {
  limit: number;
  order: 'newest' | 'oldest';
  seq: number | undefined;
}

/** One more than `limit`, so that the caller sees whether there are more. */
export async function listEntries(db: Db, projectId: number, filter: EntryFilter, page: EntryPage): Promise<Entry[]> {
  const oldest = page.order === 'oldest';
  const from = page.seq === undefined ? undefined : (oldest ? gt : lt)(changes.seq, page.seq);
  const rows = await db
    .select({ change: changes, body: changePayloads.body })
    .from(changes)
    .leftJoin(changePayloads, eq(changePayloads.changeId, changes.id))
    .where(and(eq(changes.projectId, projectId), from, ...conditionsOf(db, filter)))
    .orderBy(oldest ? asc(changes.seq) : desc(changes.seq))
    .limit(page.limit + 1);
  return withSteps(db, rows);
}

/** One entry of a project; undefined where there is none, or none that touches one of `environmentIds`. */
export async function findEntry(
  db: Db | Tx,
  projectId: number,
  id: number,
  environmentIds?: readonly number[],
): Promise<Entry | undefined> {
  const rows = await db
    .select({ change: changes, body: changePayloads.body })
    .from(changes)
    .leftJoin(changePayloads, eq(changePayloads.changeId, changes.id))
    .where(and(eq(changes.projectId, projectId), eq(changes.id, id), ...conditionsOf(db, { environmentIds })));
  return (await withSteps(db, rows))[0];
}

/** Several of a project by their ids, in whatever order. */
export async function findEntries(db: Db | Tx, projectId: number, ids: readonly number[]): Promise<Entry[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ change: changes, body: changePayloads.body })
    .from(changes)
    .leftJoin(changePayloads, eq(changePayloads.changeId, changes.id))
    .where(and(eq(changes.projectId, projectId), inArray(changes.id, [...ids])));
  return withSteps(db, rows);
}

/** What the door asks of a change that is being taken back. */
export async function findTakenBack(tx: Tx, projectId: number, id: number): Promise<TakenBack | undefined> {
  const entry = await findEntry(tx, projectId, id);
  return entry && { actor: entry.actor, at: entry.at, environments: entry.steps };
}

/** What was answered when a change of this project was made; undefined where the project has none of that id. */
export async function readReceipt(
  db: Db | Tx,
  projectId: number,
  changeId: number,
): Promise<ChangeReceipt | undefined> {
  return receiptOf(db, and(eq(changes.projectId, projectId), eq(changes.id, changeId)));
}

/** The same of the newest change since then that was made for this request: what a retry after a crash finds. */
export async function findReceiptOfRequest(
  db: Db | Tx,
  projectId: number,
  requestId: string,
  since: Date,
): Promise<ChangeReceipt | undefined> {
  return receiptOf(db, and(eq(changes.projectId, projectId), eq(changes.requestId, requestId), gt(changes.at, since)));
}

async function receiptOf(db: Db | Tx, which: SQL | undefined): Promise<ChangeReceipt | undefined> {
  const [row] = await db
    .select({ id: changes.id, seq: changes.seq, at: changes.at })
    .from(changes)
    .where(which)
    .orderBy(desc(changes.seq))
    .limit(1);
  if (row === undefined) return undefined;
  const places = await db
    .select({ key: environments.key, epoch: changeEnvironments.epoch, revision: changeEnvironments.revision })
    .from(changeEnvironments)
    .innerJoin(environments, eq(environments.id, changeEnvironments.environmentId))
    .where(eq(changeEnvironments.changeId, row.id))
    .orderBy(environments.id);
  return {
    id: row.id,
    seq: row.seq,
    at: row.at.toISOString(),
    environments: places.map((place) => ({ key: place.key, position: formatPosition(place) })),
  };
}

/** The key of an environment, which never changes, and where it is now. */
export async function findPlace(
  db: Db | Tx,
  projectId: number,
  environmentId: number,
): Promise<{ key: string; position: string } | undefined> {
  const [row] = await db
    .select()
    .from(environments)
    .where(and(eq(environments.projectId, projectId), eq(environments.id, environmentId)));
  return row && { key: row.key, position: formatPosition(row) };
}

function conditionsOf(db: Db | Tx, { orSubject, ...filter }: EntryFilter): (SQL | undefined)[] {
  const all = conditionsOfAll(db, filter);
  return orSubject === undefined || all.length === 0 ? all : [or(and(...all), eq(changes.subject, orSubject))];
}

function conditionsOfAll(db: Db | Tx, filter: EntryFilter): SQL[] {
  const found: SQL[] = [];
  if (filter.subject !== undefined) found.push(isOrBegins(changes.subject, filter.subject));
  if (filter.actor !== undefined) found.push(eq(changes.actor, filter.actor));
  if (filter.action !== undefined) {
    const any = or(...filter.action.split(',').map((action) => isOrBegins(changes.action, action)));
    if (any !== undefined) found.push(any);
  }
  if (filter.since !== undefined) found.push(gte(changes.at, filter.since));
  if (filter.until !== undefined) found.push(lt(changes.at, filter.until));
  if (filter.direction !== undefined) found.push(wentThere(filter.direction, filter.environmentIds));
  const place = and(
    filter.environmentIds && inArray(changeEnvironments.environmentId, [...filter.environmentIds]),
    filter.protected ? eq(environments.protected, true) : undefined,
  );
  if (place !== undefined) {
    const there = db
      .select({ id: changeEnvironments.changeId })
      .from(changeEnvironments)
      .innerJoin(environments, eq(environments.id, changeEnvironments.environmentId))
      .where(and(eq(changeEnvironments.changeId, changes.id), place));
    found.push(exists(there));
  }
  return found;
}

function isOrBegins(column: AnyColumn, asked: string): SQL {
  return asked.endsWith('*') ? sql`starts_with(${column}, ${asked.slice(0, -1)})` : eq(column, asked);
}

/** The direction stands in the payload. Its text is searched first, so that few of the long ones are taken apart. */
function wentThere(direction: Direction, environmentIds: readonly number[] | undefined): SQL {
  const body = changePayloads.body;
  const there = environmentIds ? inArray(sql`(step ->> 'id')::bigint`, [...environmentIds]) : sql`true`;
  return sql`CASE WHEN position(${`"direction":"${direction}"`} in ${body}) > 0 THEN EXISTS (
    SELECT 1 FROM json_array_elements(${body}::json -> 'environments') AS step
    WHERE step ->> 'direction' = ${direction} AND ${there}
  ) ELSE false END`;
}

type Row = { change: typeof changes.$inferSelect; body: string | null };

async function withSteps(db: Db | Tx, rows: readonly Row[]): Promise<Entry[]> {
  if (rows.length === 0) return [];
  const steps = await db
    .select({ step: changeEnvironments, key: environments.key })
    .from(changeEnvironments)
    .innerJoin(environments, eq(environments.id, changeEnvironments.environmentId))
    .where(
      inArray(
        changeEnvironments.changeId,
        rows.map(({ change }) => change.id),
      ),
    )
    .orderBy(changeEnvironments.environmentId);
  const byChange = new Map<number, EntryStep[]>();
  for (const { step, key } of steps) {
    const { environmentId, patch } = step;
    const all = byChange.get(step.changeId) ?? [];
    all.push({ environmentId, key, position: formatPosition(step), patch });
    byChange.set(step.changeId, all);
  }
  return rows.map(({ change, body }) => {
    const { payloadHash: _payload, prevHash: _prev, hash: _hash, requestId: _request, ...kept } = change;
    return { ...kept, body: readEntryBody(body), steps: byChange.get(change.id) ?? [] };
  });
}
