import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../database/connect.ts';
import type { Decision, Evidence } from '../decisions/decision.ts';
import { isPointDue, pointsOf } from '../decisions/guard-point.ts';
import { noteSeen } from '../decisions/note-seen.ts';
import type { Run } from '../decisions/rollout.ts';
import type { HeldLease } from '../platform/lease.ts';
import { Problem } from '../platform/problem.ts';
import { requireLease } from './check-lease.ts';
import { insertDecision, insertPoints, lastPointAt } from './decision-store.ts';
import type { LoopParts } from './loop-parts.ts';
import type { PinnedRollout } from './rollout-store.ts';
import { type BesideRun, type KeptRun, saveLook, saveRun } from './run-store.ts';

/** A look at a run that moves nothing: it holds, or waits for an approval. */
export interface Looked {
  rollout: PinnedRollout;
  kept: KeptRun;
  /** As it was read, with the time in which it stands still counted. */
  run: Run;
  decision: Decision;
  evidence: Evidence;
  beside: BesideRun;
  lease: HeldLease;
  now: Date;
}

/**
 * Keeps what was seen: latched guards and gates, since when it stands still, how far its last write has come. The log of
 * decisions gets an entry where something else was found than before, not at every look. Answers the run as it is kept.
 */
export async function keepLook(
  { door }: Pick<LoopParts, 'door'>,
  looked: Looked,
  also?: (tx: Tx) => Promise<void>,
): Promise<Run> {
  const { kept, run, decision, evidence, rollout, lease, now } = looked;
  const next = noteSeen(run, { decision, evidence }, rollout.pinned, now);
  const beside = { ...looked.beside, decision, decidedAt: now };
  await door.db.transaction(async (tx) => {
    await requireLease(tx, lease);
    const isSame = isDeepStrictEqual(next, kept.run);
    const saved = isSame ? await saveLook(tx, next, beside) : await saveRun(tx, next, now, beside);
    if (!saved) throw new Problem('changed_since', 'The rollout moved while it was looked at.');
    await also?.(tx);
    if (isNews(kept.decision, decision)) {
      await insertDecision(tx, run, now, { ...decision, actor: `rollout:${rollout.id}`, evidence });
    }
    const lastAt = await lastPointAt(tx, run.id);
    if (isPointDue(run.enteredAt ?? run.arrivedAt, lastAt, now)) await insertPoints(tx, run, now, pointsOf(decision));
  });
  return { ...next, version: next.version + 1 };
}

/** Whether a decision found something else than the last one: not where only numbers within its sentences moved. */
export function isNews(last: Decision | null, now: Decision): boolean {
  return last === null || now.page !== null || !isDeepStrictEqual(shapeOf(last), shapeOf(now));
}

function shapeOf({ action, guards, conditions }: Decision) {
  return {
    action,
    guards: guards.map(({ id, verdict }) => [id, verdict]),
    conditions: conditions.map(({ id, met }) => [id, met]),
  };
}
