import { and, eq, inArray } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { rollouts } from '../database/tables.ts';
import type { Policy } from '../policies/policy.ts';

/** The policies that live rollouts of a project were started with, in the versions that they pinned. */
export async function livePolicies(db: Db | Tx, projectId: number): Promise<Policy[]> {
  return (await liveRollouts(db, projectId)).map(({ policy }) => policy);
}

/** The live rollouts of a project: of which flag, and by which policy, as it was pinned. */
export async function liveRollouts(db: Db | Tx, projectId: number): Promise<{ flag: string; policy: Policy }[]> {
  return db
    .select({ flag: rollouts.flag, policy: rollouts.policy })
    .from(rollouts)
    .where(and(eq(rollouts.projectId, projectId), inArray(rollouts.state, ['waiting', 'running', 'paused'])));
}
