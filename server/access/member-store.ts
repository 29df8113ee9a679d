import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { memberships, people } from '../database/tables.ts';
import type { PersonRow } from './person-store.ts';

export type MembershipRow = typeof memberships.$inferSelect;

/** A membership and whose it is. */
export interface Member {
  row: MembershipRow;
  person: PersonRow;
}

/** Where members are looked for: those of a project, or with null those of the whole installation. */
type Where = number | null;

/** By id; of a project also those who are members of all. One more than `limit`, to see whether there are more. */
export async function listMembers(
  db: Db,
  projectId: Where,
  page: { limit: number; after: string | undefined },
): Promise<Member[]> {
  const inAll = isNull(memberships.projectId);
  return select(db)
    .where(
      and(
        projectId === null ? inAll : or(inAll, eq(memberships.projectId, projectId)),
        page.after === undefined ? undefined : gt(memberships.id, page.after),
      ),
    )
    .orderBy(memberships.id)
    .limit(page.limit + 1);
}

/** A membership of exactly there. */
export async function findMember(db: Db | Tx, projectId: Where, id: string): Promise<Member | undefined> {
  const [found] = await select(db).where(and(isIn(projectId), eq(memberships.id, id)));
  return found;
}

/** What somebody has in exactly this place already. */
export async function findMembershipOf(
  tx: Tx,
  place: { personId: string; projectId: Where; environmentId: number | null },
): Promise<MembershipRow | undefined> {
  const { personId, projectId, environmentId } = place;
  const there = environmentId === null ? isNull(memberships.environmentId) : undefined;
  const [row] = await tx
    .select()
    .from(memberships)
    .where(
      and(
        eq(memberships.personId, personId),
        isIn(projectId),
        there ?? eq(memberships.environmentId, environmentId ?? 0),
      ),
    );
  return row;
}

export async function insertMembership(tx: Tx, row: typeof memberships.$inferInsert): Promise<MembershipRow> {
  const [made] = await tx.insert(memberships).values(row).returning();
  return made as MembershipRow;
}

/** Writes what changed and counts the version up. */
export async function updateMembership(
  tx: Tx,
  id: string,
  set: Pick<MembershipRow, 'roles' | 'environmentId'>,
): Promise<MembershipRow> {
  const [row] = await tx
    .update(memberships)
    .set({ ...set, version: sql`${memberships.version} + 1` })
    .where(eq(memberships.id, id))
    .returning();
  return row as MembershipRow;
}

export async function deleteMembership(tx: Tx, id: string): Promise<void> {
  await tx.delete(memberships).where(eq(memberships.id, id));
}

function select(db: Db | Tx) {
  return db
    .select({ row: memberships, person: people })
    .from(memberships)
    .innerJoin(people, eq(people.id, memberships.personId));
}

const isIn = (projectId: Where) =>
  projectId === null ? isNull(memberships.projectId) : eq(memberships.projectId, projectId);
