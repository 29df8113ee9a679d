import { and, eq } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { flags, policies, policyAttachments } from '../database/tables.ts';
import { type Attachment, policyFor } from './attachment.ts';

/** What the policies of a project are attached to; with `policyId` that one alone. */
export async function listAttachments(db: Db | Tx, projectId: number, policyId?: number): Promise<Attachment[]> {
  return db
    .select({ by: policyAttachments.selectsBy, value: policyAttachments.value, policy: policies.key })
    .from(policyAttachments)
    .innerJoin(policies, eq(policies.id, policyAttachments.policyId))
    .where(
      and(
        eq(policyAttachments.projectId, projectId),
        policyId === undefined ? undefined : eq(policyAttachments.policyId, policyId),
      ),
    )
    .orderBy(policyAttachments.selectsBy, policyAttachments.value);
}

/** Puts these in the place of all that a policy is attached to. */
export async function replaceAttachments(
  tx: Tx,
  projectId: number,
  policyId: number,
  wanted: readonly Pick<Attachment, 'by' | 'value'>[],
): Promise<void> {
  await tx.delete(policyAttachments).where(eq(policyAttachments.policyId, policyId));
  if (wanted.length === 0) return;
  await tx
    .insert(policyAttachments)
    .values(wanted.map(({ by, value }) => ({ projectId, policyId, selectsBy: by, value })));
}

/** The key of the policy that a flag gets, and by what; undefined where none is attached, or there is no such flag. */
export async function readPolicyFor(
  db: Db | Tx,
  projectId: number,
  flag: string,
): Promise<ReturnType<typeof policyFor>> {
  const [found] = await db
    .select({ key: flags.key, tags: flags.tags, kind: flags.kind, type: flags.type })
    .from(flags)
    .where(and(eq(flags.projectId, projectId), eq(flags.key, flag)));
  return found && policyFor(found, await listAttachments(db, projectId));
}

export async function hasFlag(db: Db | Tx, projectId: number, key: string): Promise<boolean> {
  const found = await db
    .select({ id: flags.id })
    .from(flags)
    .where(and(eq(flags.projectId, projectId), eq(flags.key, key)));
  return found.length > 0;
}
