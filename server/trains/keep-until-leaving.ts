import type { Tx } from '../database/connect.ts';
import { LONGEST_MS } from '../requests/request.ts';
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
  request: Pick<RequestRow, 'projectId' | 'id' | 'editedAt' | 'expiresAt'>,
  { leavesAt }: Pick<Departure, 'leavesAt'>,
  now: Date,
): Promise<void> {
  const until = expiryAboard(request, leavesAt, now);
  if (until > request.expiresAt) await updateRequest(tx, request.projectId, request.id, { expiresAt: until });
}

/**
 * When a request that is aboard expires. Never later than anybody could have asked for when it was written: an approval that
 * rides with a train of next year is given anew.
 */
export function expiryAboard(
  { editedAt, expiresAt }: Pick<RequestRow, 'editedAt' | 'expiresAt'>,
  leavesAt: Date | null,
  now: Date,
): Date {
  if (leavesAt === null || expiresAt <= now) return expiresAt;
  const until = Math.min(leavesAt.getTime() + LATE_MS, editedAt.getTime() + LONGEST_MS);
  return new Date(Math.max(until, expiresAt.getTime()));
}
