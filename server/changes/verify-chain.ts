import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import type { Db } from '../database/connect.ts';
import { changeEnvironments, changePayloads, changes, environments, projects } from '../database/tables.ts';
import { EMPTY_DIGEST, nextDigest, sha256 } from './canonical.ts';
import { chainHash } from './chain.ts';

/** What a walk over a project's chain found. */
export interface Verification {
  ok: boolean;
  /** How many entries were walked, and how many of their payloads have been erased. */
  entries: number;
  erased: number;
  head: string;
  /** The first faults, in words; empty when `ok`. */
  faults: string[];
}

const BATCH = 500;
const MOST_FAULTS = 20;

interface Walk {
  seq: number;
  head: string;
  entries: number;
  erased: number;
  /** The last digest of each environment, over all its epochs. */
  digests: Map<number, string>;
  faults: string[];
}

/**
 * Walks a project's whole chain: every entry follows its predecessor and hashes to what it says, every payload that
 * was not erased is the one that was hashed, every patch leads to its digest, and the ends are those that the
 * project's and the environments' rows claim. One transaction, so that a change in the middle does not look like a fault.
 */
export async function verifyChain(db: Db, projectId: number): Promise<Verification> {
  return db.transaction(
    async (tx) => {
      const walk: Walk = { seq: 0, head: EMPTY_DIGEST, entries: 0, erased: 0, digests: new Map(), faults: [] };
      for (;;) {
        const entries = await tx
          .select()
          .from(changes)
          .where(and(eq(changes.projectId, projectId), gt(changes.seq, walk.seq)))
          .orderBy(asc(changes.seq))
          .limit(BATCH);
        if (entries.length === 0 || walk.faults.length >= MOST_FAULTS) break;
        const ids = entries.map((entry) => entry.id);
        const payloads = await tx.select().from(changePayloads).where(inArray(changePayloads.changeId, ids));
        const patches = await tx.select().from(changeEnvironments).where(inArray(changeEnvironments.changeId, ids));
        for (const entry of entries) {
          walkEntry(
            walk,
            entry,
            payloads.find((payload) => payload.changeId === entry.id),
          );
          walkPatches(
            walk,
            entry.seq,
            patches.filter((patch) => patch.changeId === entry.id),
          );
        }
      }
      const [project] = await tx.select().from(projects).where(eq(projects.id, projectId));
      if (walk.faults.length < MOST_FAULTS) {
        if (project?.chainHead !== walk.head || project.chainSeq !== walk.seq) {
          walk.faults.push(
            `the chain ends at ${walk.seq}, and the project says ${project?.chainSeq}: its tail was cut`,
          );
        }
        for (const row of await tx.select().from(environments).where(eq(environments.projectId, projectId))) {
          const digest = walk.digests.get(row.id) ?? EMPTY_DIGEST;
          if (digest !== row.digest) walk.faults.push(`environment ${row.key} is not where its patches lead`);
        }
      }
      const { entries, erased, head, faults } = walk;
      return { ok: faults.length === 0, entries, erased, head, faults };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

function walkEntry(
  walk: Walk,
  entry: typeof changes.$inferSelect,
  payload: typeof changePayloads.$inferSelect | undefined,
): void {
  const fault = (what: string) => walk.faults.push(`entry ${entry.seq}: ${what}`);
  if (entry.seq !== walk.seq + 1) fault(`follows ${walk.seq}: something is missing`);
  if (entry.prevHash !== walk.head) fault('does not follow its predecessor');
  const { id: _id, hash, ...columns } = entry;
  if (chainHash(columns) !== hash) fault('was altered');
  if (payload === undefined) walk.erased++;
  else if (sha256(payload.salt, payload.body) !== entry.payloadHash) fault('has another payload than it was made with');
  walk.seq = entry.seq;
  walk.head = hash;
  walk.entries++;
}

function walkPatches(walk: Walk, seq: number, patches: (typeof changeEnvironments.$inferSelect)[]): void {
  for (const { environmentId, digest, patch } of patches) {
    const previous = walk.digests.get(environmentId) ?? EMPTY_DIGEST;
    if (nextDigest(previous, patch) !== digest) walk.faults.push(`entry ${seq}: a patch was altered`);
    walk.digests.set(environmentId, digest);
  }
}
