import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { decisions, formsInForce, goodForms } from '../database/tables.ts';
import type { GoodForm } from './release.ts';

/** The form of a flag that is in force, and since when. */
export type InForce = typeof formsInForce.$inferSelect;

/** By flag; with `flags` those among them alone. */
export async function formsInForceOf(
  db: Db | Tx,
  environmentId: number,
  flags?: readonly string[],
): Promise<Map<string, InForce>> {
  if (flags?.length === 0) return new Map();
  const those = flags === undefined ? undefined : inArray(formsInForce.flag, [...flags]);
  const rows = await db
    .select()
    .from(formsInForce)
    .where(and(eq(formsInForce.environmentId, environmentId), those));
  return new Map(rows.map((row) => [row.flag, row]));
}

/** From now on these are in force. */
export async function putInForce(tx: Tx, rows: readonly InForce[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ environmentId, flag, served, since }) => {
    return { environment_id: environmentId, flag, served, since };
  });
  await tx.execute(sql`
    INSERT INTO ${formsInForce} (environment_id, flag, served, since)
    SELECT x.environment_id, x.flag, x.served, x.since
    FROM json_to_recordset(${JSON.stringify(values)}::json)
      AS x(environment_id bigint, flag text, served text, since timestamptz)
    ON CONFLICT (environment_id, flag) DO UPDATE SET served = excluded.served, since = excluded.since`);
}

export async function dropInForce(tx: Tx, environmentId: number, flags: readonly string[]): Promise<void> {
  if (flags.length === 0) return;
  await tx
    .delete(formsInForce)
    .where(and(eq(formsInForce.environmentId, environmentId), inArray(formsInForce.flag, [...flags])));
}

/** What is known of forms, by flag; with `flags` of those alone. */
export async function goodFormsOf(
  db: Db | Tx,
  environmentId: number,
  flags?: readonly string[],
): Promise<Map<string, GoodForm[]>> {
  if (flags?.length === 0) return new Map();
  const those = flags === undefined ? undefined : inArray(goodForms.flag, [...flags]);
  const rows = await db
    .select()
    .from(goodForms)
    .where(and(eq(goodForms.environmentId, environmentId), those));
  const found = new Map<string, GoodForm[]>();
  for (const row of rows) found.set(row.flag, [...(found.get(row.flag) ?? []), row]);
  return found;
}

type Proven = Pick<GoodForm, 'environmentId' | 'flag' | 'served' | 'proof' | 'proofId' | 'provenAt'>;

/** Keeps by what forms are known to be good. What was found against them before, they have answered. */
export async function proveForms(tx: Tx, proven: readonly Proven[]): Promise<void> {
  if (proven.length === 0) return;
  const values = proven.map(({ environmentId, flag, served, proof, proofId, provenAt }) => {
    return { environment_id: environmentId, flag, served, proof, proof_id: proofId, proven_at: provenAt };
  });
  await tx.execute(sql`
    INSERT INTO ${goodForms} (environment_id, flag, served, proof, proof_id, proven_at)
    SELECT x.environment_id, x.flag, x.served, x.proof, x.proof_id, x.proven_at
    FROM json_to_recordset(${JSON.stringify(values)}::json)
      AS x(environment_id bigint, flag text, served text, proof text, proof_id text, proven_at timestamptz)
    ON CONFLICT (environment_id, flag, served) DO UPDATE
    SET proof = excluded.proof, proof_id = excluded.proof_id, proven_at = excluded.proven_at,
        revoked_at = NULL, revoked_because = NULL`);
}

/** Something was found against these forms: none of them is known to be good, in whatever release it is. */
export async function revokeForms(
  tx: Tx,
  environmentId: number,
  forms: readonly Pick<GoodForm, 'flag' | 'served'>[],
  { because, now }: { because: string; now: Date },
): Promise<void> {
  if (forms.length === 0) return;
  const rows = JSON.stringify(forms.map(({ flag, served }) => ({ flag, served })));
  await tx.execute(sql`
    INSERT INTO ${goodForms} (environment_id, flag, served, revoked_at, revoked_because)
    SELECT ${environmentId}::bigint, x.flag, x.served, ${now.toISOString()}::timestamptz, ${because}::text
    FROM json_to_recordset(${rows}::json) AS x(flag text, served text)
    ON CONFLICT (environment_id, flag, served) DO UPDATE
    SET revoked_at = excluded.revoked_at, revoked_because = excluded.revoked_because`);
}

/** The ids of guards that were found to pass in some decision of a run. */
export async function passedGuards(tx: Tx, runId: string): Promise<Set<string>> {
  const rows = await tx.select({ guards: decisions.guards }).from(decisions).where(eq(decisions.runId, runId));
  const all = rows.flatMap(({ guards }) => guards);
  return new Set(all.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id));
}
