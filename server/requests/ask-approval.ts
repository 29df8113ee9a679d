import { randomBytes } from 'node:crypto';
import type { Role } from '../access/principal.ts';
import type { Db, Tx } from '../database/connect.ts';
import { whyNotCounted } from './count-approvals.ts';
import { givenTo, judgeRow, readJudgeGround } from './judge-request.ts';
import { findBySubject, insertRequest, type RequestRow, updateRequest, voidApprovals } from './store.ts';

/** What something that acts by itself asks people for: a rollout, before it enters a stage. */
export interface Ask {
  projectId: number;
  environmentId: number;
  /** The flags that get something by it: its time stands still where a freeze holds one of them. */
  flags: readonly string[];
  /** `rollout/<id>/<run>/<entry>/<stage>`: what is asked for, once. */
  subject: string;
  /** What the subjects of all that is asked for at once begin with: one person gives one of these approvals. */
  together?: string;
  /** Of all that is asked for; an approval is bound to it. */
  hash: string;
  roles: readonly Role[];
  count: number;
  expiresAt: Date;
  /** People whose approval does not count, such as who started it. */
  excluded: readonly string[];
  /** What they read: `Stage 3 of new-cart in production: 50 %`. */
  title: string;
  reason: string;
  /** How whoever asks is written in the log: `rollout:<id>`. */
  actor: string;
}

/** How it stands with what was asked for. */
export interface Asked {
  id: string;
  hash: string;
  state: 'open' | 'approved' | 'rejected' | 'expired' | 'closed';
  /** Whose approval counts now. */
  by: { personId: string; name: string; at: Date }[];
  missing: number;
  rejected: { by: string; reason: string | null } | null;
}

/**
 * Asks for approvals inside of a transaction, so that they show in the inbox of whoever may give them. The same again is
 * nothing new; another hash makes void what was given, and so does asking again for what was rejected or closed.
 */
export async function askApproval(tx: Tx, ask: Ask, now: Date): Promise<string> {
  const found = await findBySubject(tx, ask.projectId, ask.subject);
  const { environmentId, roles, count, flags, together, expiresAt, hash, title, reason } = ask;
  const needs = { environmentId, roles, count, flags, ...(together === undefined ? {} : { together }) };
  const asked = {
    ...{ title, reason, hash, expiresAt, editedAt: now, needs },
    authors: [...ask.excluded],
  };
  if (found?.state === 'open') {
    if (found.hash === hash && found.expiresAt > now) {
      // Whoever asks for the same is one of those who want it, and no second person.
      const authors = [...new Set([...found.authors, ...ask.excluded])];
      if (authors.length > found.authors.length) await updateRequest(tx, ask.projectId, found.id, { authors });
      return found.id;
    }
    await voidApprovals(tx, found.id, now, 'it was asked for again');
    await updateRequest(tx, ask.projectId, found.id, asked);
    return found.id;
  }
  const id = randomBytes(6).toString('hex');
  await insertRequest(tx, {
    ...{ ...asked, id, kind: 'stage', projectId: ask.projectId, subject: ask.subject, seed: '', items: [] },
    ...{ environments: [environmentId], base: {}, diff: {}, directions: {}, createdBy: ask.actor, createdAt: now },
  });
  return id;
}

/** How it stands with what was asked for last under a subject; undefined where nothing was. Rights are those of now. */
export async function readApprovals(
  db: Db | Tx,
  projectId: number,
  subject: string,
  now: Date,
): Promise<Asked | undefined> {
  const row = await findBySubject(db, projectId, subject);
  if (!row || row.needs === null) return undefined;
  const { needs } = row;
  const ground = await readJudgeGround(db, projectId, [row]);
  const judged = judgeRow(ground, row, {}, now);
  const missing = judged.needs[0]?.missing ?? 0;
  const counted = givenTo(ground, row, now).filter((one) => whyNotCounted(one, row, needs) === undefined);
  return {
    ...{ id: row.id, hash: row.hash, missing, state: stateOf(row, missing, judged.expired) },
    by: counted.map(({ personId, name, givenAt }) => ({ personId, name, at: givenAt })),
    rejected: row.state === 'rejected' ? { by: row.closedBy ?? '', reason: row.closedReason } : null,
  };
}

function stateOf(row: RequestRow, missing: number, expired: boolean): Asked['state'] {
  if (row.state === 'rejected') return 'rejected';
  if (row.state !== 'open') return 'closed';
  if (expired) return 'expired';
  return missing === 0 ? 'approved' : 'open';
}

/** Takes what was asked for out of the inbox: it was used, or nobody needs it any more. */
export async function closeAsk(
  tx: Tx,
  { projectId, subject, used, actor }: { projectId: number; subject: string; used: boolean; actor: string },
  now: Date,
): Promise<void> {
  const row = await findBySubject(tx, projectId, subject);
  if (row?.state !== 'open') return;
  const state = used ? 'applied' : 'withdrawn';
  await updateRequest(tx, projectId, row.id, { state, closedAt: now, closedBy: actor });
}
