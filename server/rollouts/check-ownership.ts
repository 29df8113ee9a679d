import { actorOf } from '../access/principal.ts';
import type { ChangeOrder, Check, EnvironmentStep } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { judgeEdit, type Touch } from '../decisions/compare-owned.ts';
import { followRun } from '../decisions/move-rollout.ts';
import { endRun, pauseRun } from '../decisions/move-run.ts';
import type { Run } from '../decisions/rollout.ts';
import { Problem } from '../platform/problem.ts';
import { insertDecision } from './decision-store.ts';
import { lockRollout, type PinnedRollout, saveRollout, withState } from './rollout-store.ts';
import { type KeptRun, lockLiveRuns, saveRun } from './run-store.ts';
import { closeStageApprovals, stageAskOf } from './stage-approvals.ts';

/**
 * The door's check of what live runs own. Whoever else changes a flag that is rolled out is refused where the numbers
 * would mean something else by it; any other edit of what the run owns ends it, and what takes the flag from everybody
 * pauses it. Both happen in the transaction of that change, so a kill that is lifted at once has paused it all the same.
 */
export function checkOwnership(clock: { now(): Date }): Check {
  return async (tx, order, steps) => {
    for (const step of steps) {
      const problem = await checkStep(tx, order, step, clock.now());
      if (problem) return problem;
    }
    return undefined;
  };
}

async function checkStep(tx: Tx, order: ChangeOrder, step: EnvironmentStep, now: Date): Promise<Problem | undefined> {
  const { before, after, environment } = step;
  const sheds = before.shedLevel !== after.shedLevel;
  const gone = before.segments === after.segments ? [] : goneOf(before.segments, after.segments);
  const changed = Object.keys(before.flags).filter((key) => before.flags[key] !== after.flags[key]);
  if (!sheds && gone.length === 0 && changed.length === 0) return undefined;
  const everything = sheds || gone.length > 0;
  const runs = await lockLiveRuns(tx, environment.id, everything ? undefined : changed);
  const others = runs.filter(({ run }) => !isOwn(order, run));
  if (others.length === 0) return undefined;
  for (const kept of others) {
    const rollout = await lockRollout(tx, kept.run.rollout);
    if (rollout === undefined) continue;
    const touch = touchOf(kept, rollout, step, gone);
    if (touch.outcome === 'refused') return liveProblem(rollout, kept.run, touch.because);
    await follow(tx, order, { kept, rollout, touch, now });
  }
  return undefined;
}

/** What the run itself writes is checked where it is written. */
function isOwn({ principal }: ChangeOrder, run: Run): boolean {
  return principal.kind === 'rollout' && principal.id === run.rollout;
}

function touchOf({ run, flag }: KeptRun, rollout: PinnedRollout, step: EnvironmentStep, gone: string[]): Touch {
  const stages = rollout.pinned.path[rollout.step]?.stages ?? [];
  const audience = stages.flatMap((stage) => stage.audience ?? []).find((key) => gone.includes(key));
  if (audience !== undefined) {
    return { outcome: 'refused', because: `The segment ${audience} cannot go: a stage of it is for that audience.` };
  }
  const { before, after } = step;
  const was = Object.hasOwn(before.flags, flag) ? before.flags[flag] : undefined;
  if (was === undefined || run.wrote === null) return { outcome: 'goes-on' };
  const is = Object.hasOwn(after.flags, flag) ? after.flags[flag] : undefined;
  return judgeEdit(
    { wrote: run.wrote, from: rollout.from, to: rollout.to },
    { flag: was, shedLevel: before.shedLevel },
    { flag: is, shedLevel: after.shedLevel },
  );
}

interface Followed {
  kept: KeptRun;
  rollout: PinnedRollout;
  touch: Touch;
  now: Date;
}

async function follow(tx: Tx, order: ChangeOrder, { kept, rollout, touch, now }: Followed): Promise<void> {
  if (touch.outcome === 'refused') return;
  const wrote = touch.outcome === 'ends' ? undefined : touch.wrote;
  const run = wrote === undefined ? kept.run : { ...kept.run, wrote };
  if (touch.outcome === 'goes-on' || (touch.outcome === 'pauses' && run.state === 'paused')) {
    if (wrote !== undefined) requireSaved(await saveRun(tx, run, now));
    return;
  }
  const actor = order.actor ?? actorOf(order.principal);
  const reason = order.reason === undefined ? touch.because : `${touch.because} “${order.reason}”`;
  const next =
    touch.outcome === 'ends' ? endRun(run, 'ended', now) : pauseRun(run, { cause: touch.cause, actor, reason, now });
  const moved = followRun(rollout, next, rollout.pinned);
  requireSaved(await saveRun(tx, next, now));
  requireSaved(await saveRollout(tx, { ...withState(rollout, moved.state, now), step: moved.step }));
  const action = touch.outcome === 'ends' ? 'end' : 'pause';
  const ask = stageAskOf(rollout, run);
  if (ask !== undefined) await closeStageApprovals(tx, ask, false, now);
  await insertDecision(tx, run, now, { actor, action, reason, because: [touch.because] });
}

function requireSaved(saved: boolean): void {
  if (!saved) throw new Error('a run was written by somebody else under its environment’s lock');
}

function goneOf(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return Object.keys(before).filter((key) => !Object.hasOwn(after, key));
}

function liveProblem({ id, flag }: PinnedRollout, { environment }: Run, because: string): Problem {
  return new Problem(
    'rollout_live',
    `${because} The rollout ${id} of ${flag} is live in ${environment}: wait for its end, or roll it back first ` +
      `(turnout rollout rollback ${id}). Turning off and killing are possible at any time.`,
  );
}
