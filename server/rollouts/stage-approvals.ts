import { readActorNow } from '../access/principal-store.ts';
import { canonicalJson, sha256 } from '../changes/canonical.ts';
import type { Db, Tx } from '../database/connect.ts';
import type { ApprovalReading } from '../decisions/decision.ts';
import type { Run } from '../decisions/rollout.ts';
import { Problem } from '../platform/problem.ts';
import type { StageApproval } from '../policies/policy.ts';
import { type Asked, askApproval, closeAsk, readApprovals } from '../requests/ask-approval.ts';
import type { PinnedRollout } from './rollout-store.ts';

/** Who must approve before a run enters its next stage. */
export interface StageAsk {
  projectId: number;
  environmentId: number;
  flag: string;
  /** Of this entry and this stage: what was approved before a pause counts for nothing after it. */
  subject: string;
  title: string;
  actor: string;
  /** People whose approval does not count. */
  authors: readonly string[];
  needed: readonly StageApproval[];
}

/** Undefined where nobody has to. */
export function stageAskOf(rollout: PinnedRollout, run: Run): StageAsk | undefined {
  const stage = rollout.pinned.path[rollout.step]?.stages[run.stage + 1];
  if (stage === undefined || stage.approvals.length === 0) return undefined;
  const share = stage.exposure === undefined ? stage.audience : `${stage.exposure / 1_000} %`;
  return {
    ...{ projectId: rollout.projectId, environmentId: run.environmentId, flag: rollout.flag },
    subject: `rollout/${rollout.id}/${run.id}/${run.entry}/${run.stage + 1}`,
    title: `${rollout.flag}: ${rollout.to} for ${stage.name ?? share ?? 'everybody'} in ${run.environment}`,
    ...{ actor: `rollout:${rollout.id}`, authors: rollout.authors, needed: stage.approvals },
  };
}

/** How it stands with each of them; `asks` says how often each was asked for. */
export async function readStageApprovals(
  db: Db | Tx,
  { projectId, subject, needed }: StageAsk,
  asks: Readonly<Record<string, number>>,
  now: Date,
): Promise<ApprovalReading[]> {
  const found: ApprovalReading[] = [];
  for (const [place, { role, count }] of needed.entries()) {
    const asked = await readApprovals(db, projectId, `${subject}/${place}`, now);
    // What was given before somebody said no, or before the entry ended, is worth nothing any more.
    const isOpen = asked !== undefined && asked.state !== 'rejected' && asked.state !== 'closed';
    const given = isOpen ? asked.by.map(({ personId, at }) => ({ by: personId, at: at.toISOString() })) : [];
    const expired = asked?.state === 'expired';
    const reading = {
      role,
      needed: count,
      given,
      asks: asked === undefined ? 0 : Math.max(1, asks[place] ?? 0),
      expired,
    };
    found.push({ ...reading, rejected: await nameRejection(db, asked?.rejected ?? null) });
  }
  return found;
}

/** Who said no, by the name by which people know them. */
async function nameRejection(db: Db | Tx, rejected: Asked['rejected']): Promise<Asked['rejected']> {
  if (rejected === null) return null;
  const who = await readActorNow(db, rejected.by);
  return { by: who?.kind === 'person' ? who.name : rejected.by, reason: rejected.reason };
}

/**
 * Throws where one of them does not count any more, inside of the transaction that enters the stage: rights and words of
 * people are those of that moment, and since they were looked at a source may have kept everybody waiting.
 */
export async function requireStageApprovals(
  tx: Tx,
  { projectId, subject, needed }: StageAsk,
  now: Date,
): Promise<void> {
  for (const place of needed.keys()) {
    const asked = await readApprovals(tx, projectId, `${subject}/${place}`, now);
    if (asked?.state === 'approved') continue;
    throw new Problem('changed_since', 'An approval of this stage was taken back, or does not count any more.');
  }
}

/** Asks for those at these places, for the first time or again. */
export async function askStageApprovals(tx: Tx, ask: StageAsk, places: readonly number[], now: Date): Promise<void> {
  const { projectId, environmentId, flag, subject, title, actor, authors, needed } = ask;
  for (const place of places) {
    const one = needed[place];
    if (one === undefined) continue;
    const { role, count, expiresMs } = one;
    const hash = sha256(canonicalJson({ subject, title, role, count }));
    await askApproval(
      tx,
      {
        ...{ projectId, environmentId, flags: [flag], subject: `${subject}/${place}`, hash, title, actor },
        ...{ roles: [role], count, expiresAt: new Date(now.getTime() + expiresMs), excluded: authors },
        // Two approvals are two people, also where one person has both roles.
        together: subject,
        reason: 'The policy of this rollout asks for it before this stage is entered.',
      },
      now,
    );
  }
}

/** Takes them out of everybody's inbox: they were used, or are not needed any more. */
export async function closeStageApprovals(tx: Tx, ask: StageAsk, used: boolean, now: Date): Promise<void> {
  const { projectId, subject, actor, needed } = ask;
  for (const place of needed.keys()) {
    await closeAsk(tx, { projectId, subject: `${subject}/${place}`, used, actor }, now);
  }
}
