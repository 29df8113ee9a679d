import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { changePayloads, changes, followers } from '../database/tables.ts';

/** An entry of the log as a follower sees it; `body` is undefined where it was erased. */
export interface LogEntry {
  id: number;
  projectId: number;
  seq: number;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  killId: string | null;
  body: string | undefined;
}

/** A later room that must cause something when a change is made. */
export interface Follower {
  /** Unique; the cursor is stored under it. */
  name: string;
  /** In one transaction with the cursor. It may see an entry again after a crash: it must be idempotent outside of `tx`. */
  handle(tx: Tx, entry: LogEntry): Promise<void>;
}

/**
 * Reads a project's log on from where the follower stopped, entry by entry, each in one transaction with the cursor:
 * at least once, in order. Answers how many entries were handled. A failing entry keeps its place and counts its
 * attempts; it is tried again at the next call.
 */
export async function followLog(db: Db, follower: Follower, projectId: number, most = 200): Promise<number> {
  await db.insert(followers).values({ name: follower.name, projectId, seq: 0 }).onConflictDoNothing();
  for (let handled = 0; handled < most; handled++) {
    try {
      if (!(await db.transaction((tx) => followOne(tx, follower, projectId)))) return handled;
    } catch (error) {
      await db
        .update(followers)
        .set({ attempts: sql`${followers.attempts} + 1` })
        .where(and(eq(followers.name, follower.name), eq(followers.projectId, projectId)));
      throw error;
    }
  }
  return most;
}

async function followOne(tx: Tx, follower: Follower, projectId: number): Promise<boolean> {
  const mine = and(eq(followers.name, follower.name), eq(followers.projectId, projectId));
  // The row's lock keeps two nodes from handling the same entry at the same time.
  const [cursor] = await tx.select().from(followers).where(mine).for('update');
  const [next] = await tx
    .select({ change: changes, body: changePayloads.body })
    .from(changes)
    .leftJoin(changePayloads, eq(changePayloads.changeId, changes.id))
    .where(and(eq(changes.projectId, projectId), gt(changes.seq, cursor?.seq ?? 0)))
    .orderBy(asc(changes.seq))
    .limit(1);
  if (!next) return false;
  const { payloadHash: _payload, prevHash: _prev, hash: _hash, requestId: _request, ...entry } = next.change;
  await follower.handle(tx, { ...entry, body: next.body ?? undefined });
  await tx.update(followers).set({ seq: entry.seq, attempts: 0 }).where(mine);
  return true;
}
