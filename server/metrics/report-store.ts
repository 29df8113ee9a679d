import { type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import {
  codedDefaults,
  evaluationCounts,
  flags,
  lastEvaluations,
  reportBatches,
  uncountedEvaluations,
} from '../database/tables.ts';
import { isObjectKey } from '../platform/is-object-key.ts';
import { countEvents } from './count-events.ts';
import {
  type CountRow,
  countRows,
  type DefaultRow,
  type FindFlag,
  type KnownFlag,
  type LastRow,
  type UncountedRow,
} from './count-rows.ts';
import { addEvents } from './event-store.ts';
import { inTurns } from './in-turns.ts';
import type { NewUnits } from './new-units.ts';
import type { ArrivedReport } from './report.ts';
import { insertUnits } from './unit-store.ts';

/** More different defaults in the code for one flag say no more. */
const MOST_DEFAULTS = 8;

/**
 * Stores reports in one transaction; answers how many of them had not been stored before. Rows travel as one parameter,
 * so that the text of a statement is the same for any number of them. Of units, only what `units` does not know is stored.
 */
export async function storeReports(
  db: Db,
  arrived: readonly ArrivedReport[],
  units?: Pick<NewUnits, 'rowsOf'>,
): Promise<number> {
  return db.transaction(async (tx) => {
    const { fresh, now } = await claimBatches(tx, arrived);
    if (fresh.length === 0) return 0;
    const rows = countRows(fresh, now, await findFlags(tx, fresh));
    if (rows.counts.length > 0) await addCounts(tx, rows.counts);
    if (rows.lasts.length > 0) await noteLast(tx, rows.lasts);
    if (rows.defaults.length > 0) await noteDefaults(tx, rows.defaults);
    if (rows.uncounted.length > 0) await addUncounted(tx, rows.uncounted);
    const events = countEvents(fresh, now);
    if (events.length > 0) await addEvents(tx, events);
    if (units !== undefined) await insertUnits(tx, await inTurns(units.rowsOf(fresh, now)));
    return fresh.length;
  });
}

/** Whoever claims a batch counts it. Another node with the same one waits here until that is committed. */
async function claimBatches(tx: Tx, arrived: readonly ArrivedReport[]): Promise<{ fresh: ArrivedReport[]; now: Date }> {
  const nameOf = (environmentId: number, batchId: string) => `${environmentId} ${batchId}`;
  const byName = new Map(arrived.map((one) => [nameOf(one.place.environmentId, one.report.batchId), one]));
  const rows = [...byName.values()].map(({ place, report }) => ({ e: place.environmentId, b: report.batchId }));
  const claimed = await tx
    .insert(reportBatches)
    .select(sql`SELECT e, b, now() FROM ${rowsOf(rows, sql`e bigint, b text`)} ORDER BY e, b`)
    .onConflictDoNothing()
    .returning();
  const fresh = claimed.flatMap(({ environmentId, batchId }) => byName.get(nameOf(environmentId, batchId)) ?? []);
  return { fresh, now: claimed[0]?.at ?? new Date(0) };
}

/** The flags that reports name. What is no key of a flag is not even asked for: no flag is called so. */
async function findFlags(tx: Tx, arrived: readonly ArrivedReport[]): Promise<FindFlag> {
  const asked = new Map<string, { p: number; f: string }>();
  for (const { place, report } of arrived) {
    for (const { flag } of [...report.flags, ...report.bulk]) {
      if (isObjectKey(flag)) asked.set(`${place.projectId} ${flag}`, { p: place.projectId, f: flag });
    }
  }
  const rows = await tx
    .select({
      id: flags.id,
      projectId: flags.projectId,
      key: flags.key,
      isClientVisible: flags.clientVisible,
      variants: sql<string>`(SELECT json_agg(name) FROM json_object_keys(${flags.variants}) AS names(name))::text`,
    })
    .from(flags)
    .where(
      sql`(${flags.projectId}, ${flags.key}) IN (SELECT p, f FROM ${rowsOf([...asked.values()], sql`p bigint, f text`)})`,
    );
  const known = new Map<string, KnownFlag>();
  for (const { id, projectId, key, isClientVisible, variants } of rows) {
    known.set(`${projectId} ${key}`, { id, isClientVisible, variants: new Set(JSON.parse(variants) as string[]) });
  }
  return (projectId, key) => known.get(`${projectId} ${key}`);
}

async function addCounts(tx: Tx, rows: readonly CountRow[]): Promise<void> {
  const given = rowsOf(
    rows,
    sql`"environmentId" bigint, "flagId" bigint, at timestamptz, variant text, count bigint, source text`,
  );
  const { environmentId, flagId, at, per, variant, count, source } = evaluationCounts;
  await tx
    .insert(evaluationCounts)
    .select(sql`SELECT "environmentId", "flagId", at, 'minute', variant, count, source FROM ${given}`)
    .onConflictDoUpdate({
      target: [environmentId, flagId, at, per, variant, source],
      set: { count: sql`${count} + excluded.count` },
    });
}

/** Most rows name a minute that is known already: those are left as they are. */
async function noteLast(tx: Tx, rows: readonly LastRow[]): Promise<void> {
  const given = rowsOf(
    rows,
    sql`"environmentId" bigint, "flagId" bigint, variant text, "askedAt" timestamptz, "bulkAt" timestamptz,
        epoch text, revision bigint, source text`,
  );
  const { environmentId, flagId, variant, firstAt, askedAt, bulkAt, epoch, revision, source } = lastEvaluations;
  const isLater = (column: typeof askedAt | typeof bulkAt, name: string) =>
    sql`excluded.${sql.identifier(name)} > coalesce(${column}, '-infinity')`;
  const isFurther = sql`(excluded.epoch <> coalesce(${epoch}, '') OR excluded.revision > coalesce(${revision}, -1))`;
  await tx
    .insert(lastEvaluations)
    .select(
      sql`SELECT "environmentId", "flagId", variant, least("askedAt", "bulkAt"), "askedAt", "bulkAt", epoch, revision,
                 source
          FROM ${given}`,
    )
    .onConflictDoUpdate({
      target: [environmentId, flagId, variant, source],
      set: {
        firstAt: sql`least(${firstAt}, excluded.first_at)`,
        askedAt: sql`greatest(${askedAt}, excluded.asked_at)`,
        bulkAt: sql`greatest(${bulkAt}, excluded.bulk_at)`,
        epoch: sql`coalesce(excluded.epoch, ${epoch})`,
        revision: sql`CASE WHEN excluded.epoch = ${epoch} THEN greatest(${revision}, excluded.revision)
                           ELSE coalesce(excluded.revision, ${revision}) END`,
      },
      setWhere: sql`${isLater(askedAt, 'asked_at')} OR ${isLater(bulkAt, 'bulk_at')} OR ${isFurther}
        OR excluded.first_at < ${firstAt}`,
    });
}

/** One that is known is noted again; a new one finds room or not. */
async function noteDefaults(tx: Tx, rows: readonly DefaultRow[]): Promise<void> {
  const given = rowsOf(rows, sql`"environmentId" bigint, "flagId" bigint, value text, "lastAt" timestamptz`);
  const { environmentId, flagId, value, lastAt } = codedDefaults;
  const sameFlag = sql`${environmentId} = g."environmentId" AND ${flagId} = g."flagId"`;
  await tx
    .insert(codedDefaults)
    .select(
      sql`SELECT "environmentId", "flagId", value, "lastAt" FROM (
            SELECT g.*, row_number() OVER (PARTITION BY "environmentId", "flagId", known ORDER BY g.value)
              + (SELECT count(*) FROM ${codedDefaults} WHERE ${sameFlag}) AS place
            FROM (SELECT g.*, EXISTS (SELECT 1 FROM ${codedDefaults} WHERE ${sameFlag} AND ${value} = g.value) AS known
                  FROM (SELECT * FROM ${given}) AS g) AS g
          ) AS placed WHERE known OR place <= ${sql.raw(String(MOST_DEFAULTS))}`,
    )
    .onConflictDoUpdate({
      target: [environmentId, flagId, value],
      set: { lastAt: sql`excluded.last_at` },
      setWhere: sql`excluded.last_at > ${lastAt}`,
    });
}

async function addUncounted(tx: Tx, rows: readonly UncountedRow[]): Promise<void> {
  const given = rowsOf(
    rows,
    sql`"environmentId" bigint, at timestamptz, overflow bigint, unknown bigint, dropped bigint, source text`,
  );
  const { environmentId, at, per, overflow, unknown, dropped, source } = uncountedEvaluations;
  await tx
    .insert(uncountedEvaluations)
    .select(sql`SELECT "environmentId", at, 'minute', overflow, unknown, dropped, source FROM ${given}`)
    .onConflictDoUpdate({
      target: [environmentId, at, per, source],
      set: {
        overflow: sql`${overflow} + excluded.overflow`,
        unknown: sql`${unknown} + excluded.unknown`,
        dropped: sql`${dropped} + excluded.dropped`,
      },
    });
}

/** Rows as a table of one statement, in their order. */
function rowsOf(rows: readonly object[], columns: SQL): SQL {
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) AS given(${columns})`;
}
