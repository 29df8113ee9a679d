import { eq, gt, isNull, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { memberships, people } from '../database/tables.ts';

export type PersonRow = typeof people.$inferSelect;

/** A login means the same person whatever its case. */
export async function findPersonByLogin(db: Db | Tx, login: string): Promise<PersonRow | undefined> {
  const [row] = await db
    .select()
    .from(people)
    .where(eq(sql`lower(${people.login})`, login.toLowerCase()));
  return row;
}

export async function findPerson(db: Db | Tx, id: string): Promise<PersonRow | undefined> {
  const [row] = await db.select().from(people).where(eq(people.id, id));
  return row;
}

/** Everybody by id; one more than `limit`, so that the caller sees whether there are more. */
export async function listPeople(db: Db, page: { limit: number; after: string | undefined }): Promise<PersonRow[]> {
  return db
    .select()
    .from(people)
    .where(page.after === undefined ? undefined : gt(people.id, page.after))
    .orderBy(people.id)
    .limit(page.limit + 1);
}

export async function insertPerson(tx: Tx, row: typeof people.$inferInsert): Promise<PersonRow> {
  const [made] = await tx.insert(people).values(row).returning();
  return made as PersonRow;
}

export async function updatePerson(tx: Tx, id: string, set: Partial<typeof people.$inferInsert>): Promise<PersonRow> {
  const [row] = await tx
    .update(people)
    .set({ ...set, version: sql`${people.version} + 1` })
    .where(eq(people.id, id))
    .returning();
  return row as PersonRow;
}

/** How many manage the whole installation and could sign in; `without` leaves out one membership, or one person. */
export async function countAdmins(tx: Tx, without: { membership?: string; person?: string } = {}): Promise<number> {
  const admins = await listAdmins(tx);
  return admins.filter(({ id, person, disabledAt, password }) => {
    return disabledAt === null && password !== null && id !== without.membership && person !== without.person;
  }).length;
}

/** Who manages the whole installation, also who cannot sign in. */
export async function listAdmins(tx: Tx) {
  const { login, disabledAt, password } = people;
  const rows = await tx
    .select({ id: memberships.id, person: memberships.personId, roles: memberships.roles, login, disabledAt, password })
    .from(memberships)
    .innerJoin(people, eq(people.id, memberships.personId))
    .where(isNull(memberships.projectId));
  return rows.filter(({ roles }) => roles.includes('admin'));
}
