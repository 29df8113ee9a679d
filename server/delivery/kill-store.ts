import type { Flag } from '@turnout/core';
import { and, desc, eq, gt, inArray, isNull } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import {
  changes,
  environments,
  flagEnvironments,
  keys,
  kills,
  liftedKills,
  people,
  tokens,
} from '../database/tables.ts';
import { servedFlag } from '../flags/configuration.ts';
import { findFlagIn } from '../flags/flag-store.ts';

export type KillRow = typeof kills.$inferSelect;
type NewKillRow = typeof kills.$inferInsert;

/** The record of a kill; undefined while nothing has recorded its id. */
export async function findKill(db: Db | Tx, id: string): Promise<KillRow | undefined> {
  const [row] = await db.select().from(kills).where(eq(kills.id, id));
  return row;
}

/** The restore that named this id before its record came. */
export async function findLift(tx: Tx, id: string): Promise<number | undefined> {
  const [row] = await tx.select({ changeId: liftedKills.changeId }).from(liftedKills).where(eq(liftedKills.id, id));
  return row?.changeId;
}

/** The kill that the same request made in this environment since then. */
export async function findKillOfRequest(
  db: Db | Tx,
  environmentId: number,
  request: string,
  since: Date,
): Promise<KillRow | undefined> {
  const [row] = await db
    .select()
    .from(kills)
    .where(and(eq(kills.environmentId, environmentId), eq(kills.request, request), gt(kills.settledAt, since)))
    .orderBy(desc(kills.settledAt))
    .limit(1);
  return row;
}

/** A flag of an environment, archived or not: a kill holds whatever else is true of it. */
export interface Killable {
  flagId: number;
  flag: Flag;
  tags: string[];
  shedLevel: number;
}

export async function findKillable(
  db: Db | Tx,
  projectId: number,
  environmentId: number,
  flagKey: string,
): Promise<Killable | undefined> {
  const found = await findFlagIn(db, projectId, environmentId, flagKey);
  if (found === undefined) return undefined;
  const { flag, configuration, environment } = found;
  return {
    flagId: flag.id,
    flag: servedFlag(flag, configuration),
    tags: flag.tags,
    shedLevel: environment.shedLevel,
  };
}

/**
 * The only place that writes `killed`. The version stays: nobody's edit is stale because of a kill, and no edit touches
 * this field.
 */
export async function setKilled(tx: Tx, environmentId: number, flagId: number, killed: boolean): Promise<void> {
  await tx
    .update(flagEnvironments)
    .set({ killed })
    .where(and(eq(flagEnvironments.environmentId, environmentId), eq(flagEnvironments.flagId, flagId)));
}

export async function insertKill(tx: Tx, row: NewKillRow): Promise<void> {
  await tx.insert(kills).values(row);
}

/** The kills of a flag that took effect and that no restore has lifted, newest first. */
export async function unliftedKills(tx: Db | Tx, environmentId: number, flagKey: string): Promise<KillRow[]> {
  return tx
    .select()
    .from(kills)
    .where(
      and(
        eq(kills.environmentId, environmentId),
        eq(kills.flagKey, flagKey),
        eq(kills.effect, true),
        isNull(kills.liftedBy),
      ),
    )
    .orderBy(desc(kills.changeId));
}

/** Marks recorded kills as lifted by a change. */
export async function liftKills(
  tx: Tx,
  environmentId: number,
  ids: readonly string[],
  changeId: number,
): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(kills)
    .set({ liftedBy: changeId })
    .where(and(eq(kills.environmentId, environmentId), inArray(kills.id, [...ids])));
}

/** Names ids that are not recorded yet: whoever comes with one of them later kills nothing. */
export async function nameLifted(tx: Tx, ids: readonly string[], changeId: number): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .insert(liftedKills)
    .values(ids.map((id) => ({ id, changeId })))
    .onConflictDoNothing();
}

export async function killsLiftedBy(db: Db | Tx, environmentId: number, changeId: number): Promise<string[]> {
  const rows = await db
    .select({ id: kills.id })
    .from(kills)
    .where(and(eq(kills.environmentId, environmentId), eq(kills.liftedBy, changeId)))
    .orderBy(kills.id);
  return rows.map(({ id }) => id);
}

/** Those of the ids that the log records, with a row of their own or, where their environment is gone, by the entry. */
export async function recordedAmong(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const wanted = [...ids];
  const rows = await db.select({ id: kills.id }).from(kills).where(inArray(kills.id, wanted));
  const entries = await db.select({ id: changes.killId }).from(changes).where(inArray(changes.killId, wanted));
  return [...new Set([...rows, ...entries].flatMap(({ id }) => id ?? []))];
}

/** Was the key or token behind `key:<id>` or `token:<id>` revoked, or the person behind `person:<id>` disabled? */
export async function isRevoked(tx: Tx, actor: string): Promise<boolean> {
  const cut = actor.indexOf(':');
  const [kind, id] = [actor.slice(0, cut), actor.slice(cut + 1)];
  if (kind === 'person') return isDisabled(tx, id);
  if (kind !== 'key' && kind !== 'token') return false;
  const table = kind === 'key' ? keys : tokens;
  const [row] = await tx.select({ revokedAt: table.revokedAt }).from(table).where(eq(table.id, id));
  return row !== undefined && row.revokedAt !== null;
}

async function isDisabled(tx: Tx, personId: string): Promise<boolean> {
  const [row] = await tx.select({ disabledAt: people.disabledAt }).from(people).where(eq(people.id, personId));
  return row !== undefined && row.disabledAt !== null;
}

/** The project of an environment; undefined where the database has no such environment. */
export async function projectOf(db: Db, environmentId: number): Promise<number | undefined> {
  const [row] = await db
    .select({ projectId: environments.projectId })
    .from(environments)
    .where(eq(environments.id, environmentId));
  return row?.projectId;
}
