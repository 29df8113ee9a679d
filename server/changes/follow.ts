import { and, asc, eq, gt, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { changePayloads, changes, followers, projects } from '../database/tables.ts';

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
  /** Only entries that record a kill are handed to it; it steps over all others at once. */
  kills?: true;
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
  const seen = cursor?.seq ?? 0;
  // Read first: entries that are committed meanwhile lie behind it.
  const head = follower.kills ? await readHead(tx, projectId) : seen;
  const [next] = await tx
    .select({ change: changes, body: changePayloads.body })
    .from(changes)
    .leftJoin(changePayloads, eq(changePayloads.changeId, changes.id))
    .where(
      and(
        eq(changes.projectId, projectId),
        gt(changes.seq, seen),
        follower.kills ? isNotNull(changes.killId) : undefined,
      ),
    )
    .orderBy(asc(changes.seq))
    .limit(1);
  if (!next) {
    if (head > seen) await tx.update(followers).set({ seq: head, attempts: 0 }).where(mine);
    return false;
  }
  const { payloadHash: _payload, prevHash: _prev, hash: _hash, requestId: _request, ...entry } = next.change;
  await follower.handle(tx, { ...entry, body: next.body ?? undefined });
  await tx.update(followers).set({ seq: entry.seq, attempts: 0 }).where(mine);
  return true;
}

async function readHead(tx: Tx, projectId: number): Promise<number> {
  const [row] = await tx.select({ seq: projects.chainSeq }).from(projects).where(eq(projects.id, projectId));
  return row?.seq ?? 0;
}

/** The projects whose logs have entries that this follower has not seen: one question, and no lock. */
export async function projectsAhead(db: Db, name: string): Promise<number[]> {
  const rows = await db
    .select({ id: projects.id })
    .from(projects)
    .leftJoin(followers, and(eq(followers.projectId, projects.id), eq(followers.name, name)))
    .where(
      and(
        isNull(projects.archivedAt),
        gt(projects.chainSeq, 0),
        or(isNull(followers.seq), lt(followers.seq, projects.chainSeq)),
      ),
    )
    .orderBy(projects.id);
  return rows.map(({ id }) => id);
}
