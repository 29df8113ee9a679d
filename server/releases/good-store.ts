import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { decisions, formsInForce, goodForms } from '../database/tables.ts';
import type { GoodForm } from './release.ts';

/** The form of a flag that is in force, and since when. */
export type InForce = typeof formsInForce.$inferSelect;

const AT_ONCE = 5_000;

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
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    await tx
      .insert(formsInForce)
      .values(rows.slice(at, at + AT_ONCE))
      .onConflictDoUpdate({
        target: [formsInForce.environmentId, formsInForce.flag],
        set: { served: sql`excluded.served`, since: sql`excluded.since` },
      });
  }
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

/** Keeps by what a form is known to be good. What was found against it before, it has answered. */
export async function proveForm(tx: Tx, proven: Proven): Promise<void> {
  const { proof, proofId, provenAt } = proven;
  await tx
    .insert(goodForms)
    .values(proven)
    .onConflictDoUpdate({
      target: [goodForms.environmentId, goodForms.flag, goodForms.served],
      set: { proof, proofId, provenAt, revokedAt: null, revokedBecause: null },
    });
}

/** Something was found against these forms: none of them is known to be good, in whatever release it is. */
export async function revokeForms(
  tx: Tx,
  environmentId: number,
  forms: readonly Pick<GoodForm, 'flag' | 'served'>[],
  { because, now }: { because: string; now: Date },
): Promise<void> {
  for (let at = 0; at < forms.length; at += AT_ONCE) {
    const rows = forms.slice(at, at + AT_ONCE).map(({ flag, served }) => {
      return { environmentId, flag, served, revokedAt: now, revokedBecause: because };
    });
    await tx
      .insert(goodForms)
      .values(rows)
      .onConflictDoUpdate({
        target: [goodForms.environmentId, goodForms.flag, goodForms.served],
        set: { revokedAt: now, revokedBecause: because },
      });
  }
}

/** The ids of guards that were found to pass in some decision of a run. */
export async function passedGuards(tx: Tx, runId: string): Promise<Set<string>> {
  const rows = await tx.select({ guards: decisions.guards }).from(decisions).where(eq(decisions.runId, runId));
  const all = rows.flatMap(({ guards }) => guards);
  return new Set(all.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id));
}
