import type { Ground } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { sayStage } from '../decisions/decide-words.ts';
import { gatesOfStage, type Policy } from '../policies/policy.ts';
import { type EntryMove, writeEntry } from './enter-next.ts';
import { lockWhole, saveMove } from './lock-rollout.ts';
import { readUnitsGround } from './read-units-ground.ts';
import type { RolloutParts } from './rollout-parts.ts';
import type { PinnedRollout } from './rollout-store.ts';

/** What is kept of a policy by what leaves at once: its guards, and the gates that are marked as always. */
export function expeditedPolicy(policy: Policy): Policy {
  const gates = policy.gates.filter(({ always }) => always);
  const kept = new Set(gates.map(({ id }) => id));
  const path = policy.path.map((step) => ({
    ...step,
    stages: step.stages.map((stage) => ({
      ...stage,
      gates: stage.gates.filter((id) => kept.has(id)),
      approvals: [],
    })),
  }));
  return { ...policy, gates, path };
}

/**
 * Whether a run that comes into the first environment of its policy waits for nothing: no gate opens its first stage, and
 * nobody must approve of it. Whoever starts it has pressed for it.
 */
export function waitsForNothing(policy: Policy, isProtected: boolean): boolean {
  const [step] = policy.path;
  const stage = step?.stages[0];
  if (step === undefined || stage === undefined) return false;
  return stage.approvals.length === 0 && gatesOfStage(policy, step, 0, isProtected).length === 0;
}

/** Enters the first stage in the very change that writes a rollout down. Answers what it wrote, and which stage it is. */
export async function enterAtOnce(
  parts: Pick<RolloutParts, 'door' | 'sources'>,
  tx: Tx,
  ground: Ground,
  rollout: PinnedRollout,
  names: RolloutParts['names'],
): Promise<EntryMove & { stage: string }> {
  const locked = await lockWhole(tx, rollout.projectId, rollout.id);
  const { run } = locked.kept;
  const units = await readUnitsGround(parts, locked.rollout, run, tx);
  const moved = await writeEntry(tx, ground, locked, run, 'next', { units, names });
  const first = rollout.pinned.path[rollout.step]?.stages[0];
  const stage = first === undefined ? '' : sayStage(first);
  const because = 'It was approved as it is, and no gate has to open.';
  const decided = { actor: rollout.startedBy, action: 'advance' as const, because: [because] };
  const reason = `Advances to ${stage}. ${because}`;
  await saveMove(tx, locked, { run: moved.run, now: ground.now, decided: { ...decided, reason } });
  return { ...moved, stage };
}
