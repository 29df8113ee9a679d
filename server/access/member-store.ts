import type { Tx } from '../database/connect.ts';
import { memberships } from '../database/tables.ts';

export type MembershipRow = typeof memberships.$inferSelect;

export async function insertMembership(tx: Tx, row: typeof memberships.$inferInsert): Promise<MembershipRow> {
  const [made] = await tx.insert(memberships).values(row).returning();
  return made as MembershipRow;
}
