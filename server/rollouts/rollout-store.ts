import { and, desc, eq, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { rollouts } from '../database/tables.ts';
import { isLive, type Rollout, type RolloutState } from '../decisions/rollout.ts';
import type { Policy } from '../policies/policy.ts';

type Row = typeof rollouts.$inferSelect;

/** A rollout with what only its own room needs: the policy that it was started with, and the places of its path. */
export interface PinnedRollout extends Rollout {
  pinned: Policy;
  /** In the order of the path. */
  environmentIds: number[];
  /** Those of them that were protected when somebody who may grow there said so last; null where that was not kept. */
  protectedIds: number[] | null;
  reason: string | null;
  /** People who started it: their approval of its stages does not count. */
  authors: string[];
  /** Its splits draw everybody anew. */
  newSalt: boolean;
  endedAt: Date | null;
}

const LIVE: RolloutState[] = ['waiting', 'running', 'paused'];

export async function insertRollout(tx: Tx, rollout: PinnedRollout): Promise<void> {
  await tx.insert(rollouts).values(toRow(rollout));
}

/** Inside of its project. */
export async function findRollout(db: Db | Tx, projectId: number, id: string): Promise<PinnedRollout | undefined> {
  const [row] = await db
    .select()
    .from(rollouts)
    .where(and(eq(rollouts.projectId, projectId), eq(rollouts.id, id)));
  return row && fromRow(row);
}

/** The same with its lock. */
export async function lockRollout(tx: Tx, id: string): Promise<PinnedRollout | undefined> {
  const [row] = await tx.select().from(rollouts).where(eq(rollouts.id, id)).for('update');
  return row && fromRow(row);
}

/** Several at once, of whatever project: for whoever acts for all of them. */
export async function findRollouts(db: Db | Tx, ids: readonly string[]): Promise<PinnedRollout[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select()
    .from(rollouts)
    .where(inArray(rollouts.id, [...ids]));
  return rows.map(fromRow);
}

/** The live rollouts of a flag. */
export async function liveRolloutsOf(tx: Db | Tx, projectId: number, flag: string): Promise<PinnedRollout[]> {
  const mine = and(eq(rollouts.projectId, projectId), eq(rollouts.flag, flag), inArray(rollouts.state, LIVE));
  return (await tx.select().from(rollouts).where(mine)).map(fromRow);
}

/** Whether a rollout lives that was started with some version of a policy. */
export async function hasLiveRollout(tx: Db | Tx, projectId: number, policyKey: string): Promise<boolean> {
  const using = and(
    eq(rollouts.projectId, projectId),
    eq(rollouts.policyKey, policyKey),
    inArray(rollouts.state, LIVE),
  );
  const [row] = await tx.select({ id: rollouts.id }).from(rollouts).where(using).limit(1);
  return row !== undefined;
}

export interface RolloutFilter {
  states?: readonly RolloutState[] | undefined;
  flag?: string | undefined;
  /** On whose path one of these is; undefined for all. */
  environmentIds?: readonly number[] | undefined;
}

/** Newest first, after the one that began at `startedAt` with `id`; one more than `limit`. */
export async function listRollouts(
  db: Db,
  projectId: number,
  filter: RolloutFilter,
  page: { limit: number; after: { startedAt: Date; id: string } | undefined },
): Promise<PinnedRollout[]> {
  const { after } = page;
  const from =
    after &&
    or(
      lt(rollouts.startedAt, after.startedAt),
      and(eq(rollouts.startedAt, after.startedAt), lt(rollouts.id, after.id)),
    );
  const rows = await db
    .select()
    .from(rollouts)
    .where(and(eq(rollouts.projectId, projectId), from, ...conditionsOf(filter)))
    .orderBy(desc(rollouts.startedAt), desc(rollouts.id))
    .limit(page.limit + 1);
  return rows.map(fromRow);
}

function conditionsOf({ states, flag, environmentIds }: RolloutFilter): (SQL | undefined)[] {
  return [
    states && inArray(rollouts.state, [...states]),
    flag === undefined ? undefined : eq(rollouts.flag, flag),
    environmentIds && onPathOf(environmentIds),
  ];
}

function onPathOf(environmentIds: readonly number[]): SQL {
  if (environmentIds.length === 0) return sql`false`;
  const list = sql.join(
    environmentIds.map((id) => sql`${id}`),
    sql`, `,
  );
  return sql`EXISTS (SELECT 1 FROM json_array_elements_text(${rollouts.environmentIds}) AS place
    WHERE place::bigint IN (${list}))`;
}

/** Writes it where nobody has since the version that it was read at; false where somebody has. */
export async function saveRollout(tx: Tx, rollout: PinnedRollout): Promise<boolean> {
  const { version, ...row } = toRow(rollout);
  const rows = await tx
    .update(rollouts)
    .set({ ...row, version: version + 1 })
    .where(and(eq(rollouts.id, rollout.id), eq(rollouts.version, version)))
    .returning({ id: rollouts.id });
  return rows.length > 0;
}

function toRow(rollout: PinnedRollout): Row {
  const { policy, pinned, ...rest } = rollout;
  return { ...rest, policyKey: policy.key, policyVersion: policy.version, policy: pinned };
}

function fromRow({ policyKey, policyVersion, policy, ...row }: Row): PinnedRollout {
  return { ...row, policy: { key: policyKey, version: policyVersion }, pinned: policy };
}

/** A rollout in its next state; when it is over, since when. */
export function withState(rollout: PinnedRollout, state: RolloutState, now: Date): PinnedRollout {
  return { ...rollout, state, endedAt: isLive(state) ? null : (rollout.endedAt ?? now) };
}
