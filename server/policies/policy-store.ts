import { and, eq, gt, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { policies, policyVersions } from '../database/tables.ts';
import type { Policy } from './policy.ts';

export type PolicyRow = typeof policies.$inferSelect;
export type VersionRow = typeof policyVersions.$inferSelect;
export type NewVersion = Omit<VersionRow, 'policyId' | 'version'>;

/** A policy with one of its versions. */
export interface PolicyVersion {
  row: PolicyRow;
  version: VersionRow;
}

const inProject = (projectId: number, key: string) => and(eq(policies.projectId, projectId), eq(policies.key, key));

export async function findPolicy(db: Db | Tx, projectId: number, key: string): Promise<PolicyRow | undefined> {
  const [row] = await db.select().from(policies).where(inProject(projectId, key));
  return row;
}

/** One version of a policy, archived or not; without a number the newest. */
export async function findVersion(
  db: Db | Tx,
  projectId: number,
  key: string,
  version?: number,
): Promise<PolicyVersion | undefined> {
  const [found] = await db
    .select({ row: policies, version: policyVersions })
    .from(policies)
    .innerJoin(policyVersions, eq(policyVersions.policyId, policies.id))
    .where(and(inProject(projectId, key), eq(policyVersions.version, version ?? policies.newest)));
  return found;
}

/** Policies by key with their newest version, after `after`; one more than `limit`. */
export async function listPolicies(
  db: Db | Tx,
  projectId: number,
  page: { limit: number; after: string | undefined; archived: 'false' | 'true' | 'any' },
): Promise<PolicyVersion[]> {
  return db
    .select({ row: policies, version: policyVersions })
    .from(policies)
    .innerJoin(
      policyVersions,
      and(eq(policyVersions.policyId, policies.id), eq(policyVersions.version, policies.newest)),
    )
    .where(
      and(
        eq(policies.projectId, projectId),
        page.after === undefined ? undefined : gt(policies.key, page.after),
        page.archived === 'any'
          ? undefined
          : page.archived === 'true'
            ? isNotNull(policies.archivedAt)
            : isNull(policies.archivedAt),
      ),
    )
    .orderBy(policies.key)
    .limit(page.limit + 1);
}

/** Every version of a policy, the newest first, without what it says. */
export async function listVersions(db: Db | Tx, policyId: number) {
  const { version, reason, savedBy, savedAt } = policyVersions;
  return db
    .select({ version, reason, savedBy, savedAt })
    .from(policyVersions)
    .where(eq(policyVersions.policyId, policyId))
    .orderBy(sql`${version} desc`)
    .limit(200);
}

/** Makes a policy with its first version. */
export async function insertPolicy(
  tx: Tx,
  projectId: number,
  key: string,
  version: NewVersion,
): Promise<PolicyVersion> {
  const [row] = await tx.insert(policies).values({ projectId, key, newest: 1 }).returning();
  return insertVersion(tx, row as PolicyRow, 1, version);
}

/** Adds a version to a policy, which becomes its newest. */
export async function addVersion(tx: Tx, row: PolicyRow, version: NewVersion): Promise<PolicyVersion> {
  const newest = row.newest + 1;
  await tx.update(policies).set({ newest }).where(eq(policies.id, row.id));
  return insertVersion(tx, { ...row, newest }, newest, version);
}

async function insertVersion(tx: Tx, row: PolicyRow, number: number, values: NewVersion): Promise<PolicyVersion> {
  const [version] = await tx
    .insert(policyVersions)
    .values({ policyId: row.id, version: number, ...values })
    .returning();
  return { row, version: version as VersionRow };
}

export async function setPolicyArchived(tx: Tx, policyId: number, archivedAt: Date | null): Promise<void> {
  await tx.update(policies).set({ archivedAt }).where(eq(policies.id, policyId));
}

/** What the newest versions of a project's policies act by; with `keys` those alone. Archived ones are left out. */
export async function newestPolicies(db: Db | Tx, projectId: number, keys?: readonly string[]): Promise<Policy[]> {
  if (keys?.length === 0) return [];
  const rows = await db
    .select({ policy: policyVersions.policy })
    .from(policies)
    .innerJoin(
      policyVersions,
      and(eq(policyVersions.policyId, policies.id), eq(policyVersions.version, policies.newest)),
    )
    .where(
      and(
        eq(policies.projectId, projectId),
        isNull(policies.archivedAt),
        keys === undefined ? undefined : inArray(policies.key, [...keys]),
      ),
    )
    .orderBy(policies.key);
  return rows.map(({ policy }) => policy);
}
