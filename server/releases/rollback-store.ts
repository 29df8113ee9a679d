import type { MeasuredRun, Patch } from '@turnout/core';
import { and, desc, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { changeEnvironments, changes, flagEnvironments, releases, rolledBack, runs } from '../database/tables.ts';
import type { Configuration } from '../flags/configuration.ts';
import { readRunBody } from '../rollouts/run-text.ts';

/** A flag's whole configuration, as it is written back. */
export interface WrittenBack extends Configuration {
  flagId: number;
  salts: Record<string, string>;
  /** What is left of a live run's mark on it. */
  run: MeasuredRun | null;
}

/** Writes many flags of an environment with one statement. */
export async function writeBack(tx: Tx, environmentId: number, rows: readonly WrittenBack[]): Promise<void> {
  if (rows.length === 0) return;
  const values = JSON.stringify(
    rows.map(({ flagId, offVariant, shedAt, maxStalenessMs, whenStale, ...rest }) => {
      const { state, prerequisites, rules, fallthrough, salts, run } = rest;
      return {
        ...{ flag_id: flagId, state, off_variant: offVariant, prerequisites, rules, fallthrough, salts },
        ...{ shed_at: shedAt, max_staleness_ms: maxStalenessMs, when_stale: whenStale, run },
      };
    }),
  );
  await tx.execute(sql`
    UPDATE ${flagEnvironments} AS f
    SET state = x.state, off_variant = x.off_variant, prerequisites = x.prerequisites, rules = x.rules,
        fallthrough = x.fallthrough, salts = x.salts, shed_at = x.shed_at, max_staleness_ms = x.max_staleness_ms,
        when_stale = x.when_stale, run = x.run, version = f.version + 1
    FROM json_to_recordset(${values}::json) AS x(
      flag_id bigint, state text, off_variant text, prerequisites json, rules json, fallthrough json, salts json,
      shed_at int, max_staleness_ms int, when_stale text, run json)
    WHERE f.flag_id = x.flag_id AND f.environment_id = ${environmentId}`);
}

/** What rollbacks since then have left, by flag. */
export async function rolledBackSince(tx: Tx, environmentId: number, since: Date): Promise<Map<string, string>> {
  const rows = await tx
    .select({ flag: rolledBack.flag, leftHash: rolledBack.leftHash })
    .from(rolledBack)
    .where(and(eq(rolledBack.environmentId, environmentId), gt(rolledBack.at, since)));
  return new Map(rows.map(({ flag, leftHash }) => [flag, leftHash]));
}

export async function noteLeft(
  tx: Tx,
  environmentId: number,
  left: readonly { flag: string; leftHash: string }[],
  at: Date,
): Promise<void> {
  if (left.length === 0) return;
  const rows = JSON.stringify(left.map(({ flag, leftHash }) => ({ flag, left_hash: leftHash })));
  await tx.execute(sql`
    INSERT INTO ${rolledBack} (environment_id, flag, left_hash, at)
    SELECT ${environmentId}::bigint, x.flag, x.left_hash, ${at.toISOString()}::timestamptz
    FROM json_to_recordset(${rows}::json) AS x(flag text, left_hash text)
    ON CONFLICT (environment_id, flag) DO UPDATE SET left_hash = excluded.left_hash, at = excluded.at`);
}

/** A change that touched a flag in an environment, and what led there. */
export interface Touching {
  changeId: number;
  at: Date;
  position: string;
  action: string;
  patch: Patch;
}

/** The changes of a flag, newest first; `upTo` and older, where that is given. */
export async function touching(
  db: Db | Tx,
  environmentId: number,
  flag: string,
  { limit, upTo }: { limit: number; upTo?: number },
): Promise<Touching[]> {
  const rows = await db
    .select({ place: changeEnvironments, at: changes.at, action: changes.action })
    .from(changeEnvironments)
    .innerJoin(changes, eq(changes.id, changeEnvironments.changeId))
    .where(
      and(
        eq(changeEnvironments.environmentId, environmentId),
        upTo === undefined ? undefined : lte(changeEnvironments.changeId, upTo),
        sql`position(${JSON.stringify(flag)} in ${changeEnvironments.patch}) > 0`,
        // Others name it too, as what they need; the text is read only where it may be the flag itself.
        sql`((${changeEnvironments.patch})::jsonb -> 'flags' ? ${flag} or (${changeEnvironments.patch})::jsonb -> 'removedFlags' ? ${flag})`,
      ),
    )
    .orderBy(desc(changeEnvironments.changeId))
    .limit(limit);
  return rows.map(({ place: { changeId, epoch, revision, patch }, at, action }) => ({
    ...{ changeId, at, action, position: `${epoch}.${revision}` },
    patch: JSON.parse(patch) as Patch,
  }));
}

/** The change that led an environment to a position. */
export async function changeAt(
  db: Db | Tx,
  environmentId: number,
  { epoch, revision }: { epoch: string; revision: number },
): Promise<number | undefined> {
  const [row] = await db
    .select({ changeId: changeEnvironments.changeId })
    .from(changeEnvironments)
    .where(
      and(
        eq(changeEnvironments.environmentId, environmentId),
        eq(changeEnvironments.epoch, epoch),
        eq(changeEnvironments.revision, revision),
      ),
    );
  return row?.changeId;
}

/** The runs of a flag in an environment that have lived since then, with their times. */
export async function runsSince(db: Db | Tx, environmentId: number, flag: string, since: Date) {
  const rows = await db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.environmentId, environmentId),
        eq(runs.flag, flag),
        or(isNull(runs.endedAt), gt(runs.endedAt, since)),
      ),
    );
  return rows.map(({ startedAt, endedAt, body }) => ({ startedAt, endedAt, ...readRunBody(body) }));
}

/** The tags of releases that were made at these positions. */
export async function tagsAt(
  db: Db | Tx,
  environmentId: number,
  positions: readonly string[],
): Promise<Map<string, string>> {
  if (positions.length === 0) return new Map();
  const rows = await db
    .select({ position: releases.position, tag: releases.tag })
    .from(releases)
    .where(and(eq(releases.environmentId, environmentId), inArray(releases.position, [...positions])));
  return new Map(rows.map(({ position, tag }) => [position, tag]));
}
