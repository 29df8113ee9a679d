import type { Tx } from '../database/connect.ts';
import { type RequestRow, updateRequest } from '../requests/store.ts';
import type { Departure } from './departure.ts';

/** A departure may be late by so much, where somebody stopped the line. */
const LATE_MS = 86_400_000;

/**
 * What is aboard lasts until it leaves: whoever misses one weekly train would otherwise never make the next, for its
 * approvals are older than seven days by then. What has lapsed already stays so.
 */
export async function keepUntilLeaving(
  tx: Tx,
  { projectId, id, expiresAt }: Pick<RequestRow, 'projectId' | 'id' | 'expiresAt'>,
  { leavesAt }: Pick<Departure, 'leavesAt'>,
  now: Date,
): Promise<void> {
  if (leavesAt === null || expiresAt <= now) return;
  const until = new Date(leavesAt.getTime() + LATE_MS);
  if (until > expiresAt) await updateRequest(tx, projectId, id, { expiresAt: until });
}
