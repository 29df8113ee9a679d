import { eq } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { policyFloors } from '../database/tables.ts';
import type { FloorDocument } from './document-contract.ts';
import type { Floor } from './floor.ts';

export type FloorRow = typeof policyFloors.$inferSelect;

export async function findFloor(db: Db | Tx, projectId: number): Promise<FloorRow | undefined> {
  const [row] = await db.select().from(policyFloors).where(eq(policyFloors.projectId, projectId));
  return row;
}

export async function writeFloor(
  tx: Tx,
  projectId: number,
  wanted: { document: FloorDocument; floor: Floor },
  version: number,
): Promise<FloorRow> {
  const [row] = await tx
    .insert(policyFloors)
    .values({ projectId, ...wanted, version })
    .onConflictDoUpdate({ target: policyFloors.projectId, set: { ...wanted, version } })
    .returning();
  return row as FloorRow;
}
