import { and, eq, lte, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { leases } from '../database/tables.ts';
import type { HeldLease, LeaseStore } from '../platform/lease.ts';

/** By the database's clock, as it is at this moment and not when the transaction began: nodes' clocks do not matter. */
const NOW = sql`clock_timestamp()`;
const after = (ms: number) => sql`clock_timestamp() + ${`${ms} milliseconds`}::interval`;

/**
 * The lease of this name in the database, for one who would hold it. Where one process alone can have the database open
 * nobody else can hold it: who was too busy to renew it in time has not lost it, and who comes after a killed process
 * need not wait for its end.
 */
export function leaseInDatabase(
  db: Db,
  name: string,
  holder: string,
  { isAlone = false }: { isAlone?: boolean } = {},
): LeaseStore {
  const own = ({ token }: HeldLease) => and(eq(leases.name, name), eq(leases.holder, holder), eq(leases.token, token));
  return {
    take: (ms) =>
      db.transaction(async (tx) => {
        const free = isAlone ? undefined : lte(leases.expiresAt, NOW);
        // Waits for whatever commits under it, and finds it renewed where it was; while it is in force it locks nothing.
        const [found] = await tx
          .select({ token: leases.token })
          .from(leases)
          .where(and(eq(leases.name, name), free))
          .for('update');
        const [row] =
          found === undefined
            ? await tx
                .insert(leases)
                .values({ name, holder, expiresAt: after(ms) })
                .onConflictDoNothing()
                .returning({ token: leases.token })
            : await tx
                .update(leases)
                .set({ holder, token: sql`${leases.token} + 1`, expiresAt: after(ms) })
                .where(eq(leases.name, name))
                .returning({ token: leases.token });
        return row && { name, token: row.token };
      }),
    renew: async (lease, ms) => {
      const rows = await db
        .update(leases)
        .set({ expiresAt: after(ms) })
        .where(isAlone ? own(lease) : and(own(lease), sql`${leases.expiresAt} > ${NOW}`))
        .returning({ token: leases.token });
      return rows.length > 0;
    },
    release: async (lease) => {
      await db.update(leases).set({ expiresAt: NOW }).where(own(lease));
    },
  };
}

/**
 * Whether a lease is in force, inside the transaction that acts under it. Its row is held until the end of it, so nobody
 * takes over between this answer and the commit. It is held in the weakest way there is, which lets its holder renew it
 * all the same: many looks overlap, and a renewal that waited for a moment without any would come too late. Whoever takes
 * over locks the row in the one way that waits for this.
 */
export async function isInForce(tx: Tx, { name, token }: HeldLease): Promise<boolean> {
  const [row] = await tx
    .select({ name: leases.name })
    .from(leases)
    .where(and(eq(leases.name, name), eq(leases.token, token), sql`${leases.expiresAt} > ${NOW}`))
    .for('key share');
  return row !== undefined;
}

/** Whether somebody holds it, or held it a moment ago: one node takes over from another within ten seconds. */
export async function isAnybodyActing(db: Db, name: string): Promise<boolean> {
  const rows = await db
    .select({ name: leases.name })
    .from(leases)
    .where(and(eq(leases.name, name), sql`${leases.expiresAt} > clock_timestamp() - interval '10 seconds'`));
  return rows.length > 0;
}
