import { and, count, desc, eq, gt, inArray, isNull, lt, max, ne, or, sql } from 'drizzle-orm';
import { INSTALLATION_PROJECT } from '../access/access-store.ts';
import type { Grant } from '../access/principal.ts';
import type { Db, Tx } from '../database/connect.ts';
import { approvals, changeRequests, changes, memberships, people, projects } from '../database/tables.ts';

export type RequestRow = typeof changeRequests.$inferSelect;
export type NewRequest = Omit<typeof changeRequests.$inferInsert, 'seq'>;

/** An approval that was given and not voided, with what its giver may do now; null for whoever was disabled. */
export interface GivenApproval {
  requestId: string;
  personId: string;
  name: string;
  hash: string;
  givenAt: Date;
  grants: Grant[] | null;
}

export interface RequestFilter {
  state: RequestRow['state'] | undefined;
  /** Made by this actor. */
  createdBy?: string | undefined;
}

/** Newest first below `seq`; one more than `limit`, so that the caller sees whether there are more. */
export async function listRequests(
  db: Db | Tx,
  projectId: number,
  filter: RequestFilter,
  page: { limit: number; below: number | undefined },
): Promise<RequestRow[]> {
  return db
    .select()
    .from(changeRequests)
    .where(
      and(
        eq(changeRequests.projectId, projectId),
        filter.state && eq(changeRequests.state, filter.state),
        filter.createdBy === undefined ? undefined : eq(changeRequests.createdBy, filter.createdBy),
        page.below === undefined ? undefined : lt(changeRequests.seq, page.below),
      ),
    )
    .orderBy(desc(changeRequests.seq))
    .limit(page.limit + 1);
}

export async function findRequest(db: Db | Tx, projectId: number, id: string): Promise<RequestRow | undefined> {
  const [row] = await db
    .select()
    .from(changeRequests)
    .where(and(eq(changeRequests.projectId, projectId), eq(changeRequests.id, id)));
  return row;
}

/** Several at once; those that are not there are left out. */
export async function findRequests(db: Db | Tx, projectId: number, ids: readonly string[]): Promise<RequestRow[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(changeRequests)
    .where(and(eq(changeRequests.projectId, projectId), inArray(changeRequests.id, [...ids])))
    .orderBy(changeRequests.seq);
}

/** The newest of a subject, whatever its state. */
export async function findBySubject(db: Db | Tx, projectId: number, subject: string): Promise<RequestRow | undefined> {
  const [row] = await db
    .select()
    .from(changeRequests)
    .where(and(eq(changeRequests.projectId, projectId), eq(changeRequests.subject, subject)))
    .orderBy(desc(changeRequests.seq))
    .limit(1);
  return row;
}

/** The open ones whose subjects begin with one of these: what is asked for at once. */
export async function findTogether(db: Db | Tx, projectId: number, prefixes: readonly string[]): Promise<RequestRow[]> {
  if (prefixes.length === 0) return [];
  const those = [...new Set(prefixes)].map((prefix) => sql`starts_with(${changeRequests.subject}, ${`${prefix}/`})`);
  return db
    .select()
    .from(changeRequests)
    .where(and(eq(changeRequests.projectId, projectId), eq(changeRequests.state, 'open'), or(...those)))
    .orderBy(changeRequests.seq);
}

export async function insertRequest(tx: Tx, row: NewRequest): Promise<RequestRow> {
  const [made] = await tx.insert(changeRequests).values(row).returning();
  return made as RequestRow;
}

/** Writes what changed and counts the version up. */
export async function updateRequest(
  tx: Tx,
  projectId: number,
  id: string,
  set: Partial<NewRequest>,
): Promise<RequestRow> {
  const [row] = await tx
    .update(changeRequests)
    .set({ ...set, version: sql`${changeRequests.version} + 1` })
    .where(and(eq(changeRequests.projectId, projectId), eq(changeRequests.id, id)))
    .returning();
  return row as RequestRow;
}

/** Names the change that carried a request out. */
export async function nameChange(tx: Tx, projectId: number, id: string, changeId: number): Promise<void> {
  await tx
    .update(changeRequests)
    .set({ changeId })
    .where(and(eq(changeRequests.projectId, projectId), eq(changeRequests.id, id)));
}

/** Who approves of some requests, with what each may do at this moment. */
export async function givenApprovals(db: Db | Tx, requestIds: readonly string[]): Promise<GivenApproval[]> {
  if (requestIds.length === 0) return [];
  const rows = await db
    .select({ approval: approvals, name: people.name, disabledAt: people.disabledAt })
    .from(approvals)
    .innerJoin(people, eq(people.id, approvals.personId))
    .where(and(inArray(approvals.requestId, [...requestIds]), isNull(approvals.voidedAt)))
    .orderBy(approvals.id);
  const grants = await grantsOf(db, [...new Set(rows.map(({ approval }) => approval.personId))]);
  return rows.map(({ approval: { requestId, personId, hash, givenAt }, name, disabledAt }) => ({
    ...{ requestId, personId, name, hash, givenAt },
    grants: disabledAt === null ? (grants.get(personId) ?? []) : null,
  }));
}

async function grantsOf(db: Db | Tx, personIds: readonly string[]): Promise<Map<string, Grant[]>> {
  const found = new Map<string, Grant[]>();
  if (personIds.length === 0) return found;
  const { personId, projectId, environmentId, roles } = memberships;
  const rows = await db
    .select({ personId, projectId, environmentId, roles })
    .from(memberships)
    .where(inArray(personId, [...personIds]));
  for (const { personId: whose, ...grant } of rows) found.set(whose, [...(found.get(whose) ?? []), grant]);
  return found;
}

/** Everybody who could sign in and belongs to the project, or to the whole installation. */
export async function membersNow(db: Db | Tx, projectId: number): Promise<{ id: string; grants: Grant[] }[]> {
  const rows = await db
    .selectDistinct({ id: people.id })
    .from(people)
    .innerJoin(memberships, eq(memberships.personId, people.id))
    .where(
      and(
        isNull(people.disabledAt),
        sql`${people.password} IS NOT NULL`,
        sql`(${memberships.projectId} IS NULL OR ${memberships.projectId} = ${projectId})`,
      ),
    );
  const grants = await grantsOf(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map(({ id }) => ({ id, grants: grants.get(id) ?? [] }));
}

/** By these somebody has fewer rights than before. */
const TAKEN_AWAY = ['member.update', 'member.remove', 'person.disable'];

/** When somebody of the project, or of the whole installation, was last left with other rights, after a moment. */
export async function rightsTakenAt(db: Db | Tx, projectId: number, since: Date): Promise<Date | undefined> {
  const there = sql`(${projects.id} = ${projectId} OR ${projects.key} = ${INSTALLATION_PROJECT})`;
  const [row] = await db
    .select({ at: max(changes.at) })
    .from(changes)
    .innerJoin(projects, eq(projects.id, changes.projectId))
    .where(and(there, inArray(changes.action, TAKEN_AWAY), gt(changes.at, since)));
  return row?.at ?? undefined;
}

export async function insertApproval(
  tx: Tx,
  row: { requestId: string; personId: string; hash: string; givenAt: Date },
): Promise<void> {
  await tx.insert(approvals).values(row);
}

/** Takes back what was approved, with why; of one person, or of all. Answers how many that were. */
export async function voidApprovals(
  tx: Tx,
  requestId: string,
  at: Date,
  reason: string,
  personId?: string,
): Promise<number> {
  const rows = await tx
    .update(approvals)
    .set({ voidedAt: at, voidReason: reason })
    .where(
      and(
        eq(approvals.requestId, requestId),
        isNull(approvals.voidedAt),
        personId === undefined ? undefined : eq(approvals.personId, personId),
      ),
    )
    .returning({ id: approvals.id });
  return rows.length;
}

/** What was approved is the same after a rebase: it goes by its new hash. */
export async function carryApprovals(tx: Tx, requestId: string, hash: string): Promise<void> {
  await tx
    .update(approvals)
    .set({ hash })
    .where(and(eq(approvals.requestId, requestId), isNull(approvals.voidedAt)));
}

/** How people of the log are called. */
export async function namesOfPeople(db: Db | Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: people.id, name: people.name })
    .from(people)
    .where(inArray(people.id, [...ids]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Those that have expired count no more, and what rollouts ask for is no author's. */
export async function countOpen(
  tx: Tx,
  projectId: number,
  now: Date,
  author?: { actor: string; person: string | undefined },
): Promise<number> {
  const [row] = await tx
    .select({ open: count() })
    .from(changeRequests)
    .where(
      and(
        ...[eq(changeRequests.projectId, projectId), eq(changeRequests.state, 'open')],
        gt(changeRequests.expiresAt, now),
        author && ne(changeRequests.kind, 'stage'),
        author &&
          or(
            eq(changeRequests.createdBy, author.actor),
            // Whoever wrote it first, by whichever of their tokens.
            author.person === undefined ? undefined : sql`${changeRequests.authors} ->> 0 = ${author.person}`,
          ),
      ),
    );
  return row?.open ?? 0;
}
