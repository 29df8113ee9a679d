import { decide } from '../decisions/decide.ts';
import type { Decision, Refusal } from '../decisions/decision.ts';
import { measuredUnits } from '../decisions/guard-ground.ts';
import { becomeEffective, keepTime } from '../decisions/move-run.ts';
import type { Run } from '../decisions/rollout.ts';
import type { HeldLease } from '../platform/lease.ts';
import { actOn } from './act.ts';
import { countUnseen } from './count-unseen.ts';
import { atPoints, type LoopStep } from './crash-point.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { keepLook, type Looked } from './keep-look.ts';
import type { LoopParts } from './loop-parts.ts';
import { lowerSample } from './lower-sample.ts';
import { followReach } from './reach.ts';
import { readRefusal } from './read-refusal.ts';
import { readUnitsGround } from './read-units-ground.ts';
import { readingsOf } from './readings.ts';
import type { PinnedRollout } from './rollout-store.ts';
import type { KeptRun } from './run-store.ts';
import { askStageApprovals, stageAskOf } from './stage-approvals.ts';

/**
 * One look at a live run: gather, decide, act. What is refused is decided on again, with that known: it is kept and told
 * like whatever else holds. Answers when to look again, at the latest.
 */
export async function lookAtRun(
  parts: LoopParts,
  rollout: PinnedRollout,
  kept: KeptRun,
  lease: HeldLease,
): Promise<Date | null> {
  const { door, sources, crash } = parts;
  const now = door.clock.now();
  const look = { db: door.db, sources, rollout, kept, now };
  const { evidence, readings } = await atPoints(crash, 'ask sources', () => gatherEvidence(look));
  const reach = kept.reach && followReach(kept.reach, evidence.readBack, now);
  if (reach?.lateAt && !kept.reach?.lateAt) warnLate(parts, rollout, kept, reach.laggards);
  const isInForce = kept.run.enteredAt !== null && reach?.reachedAt != null;
  const counted = keepTime(await countUnseen(sources, kept, evidence, now), evidence, now);
  const run = isInForce ? becomeEffective(counted, now) : counted;
  const refused: Refusal[] = [];
  for (;;) {
    const seen = refused.length === 0 ? evidence : { ...evidence, refused: [...refused] };
    const decision = decide({ rollout, run, policy: rollout.pinned }, seen, now);
    const looked: Looked = { rollout, kept, run, decision, evidence: seen, beside: { readings, reach }, lease, now };
    if (decision.page !== null) await atPoints(crash, 'page', async () => page(parts, looked));
    const refusal = await carryOutOrRead(parts, looked);
    if (refusal === undefined) return decision.checkAgainAt === null ? null : new Date(decision.checkAgainAt);
    refused.push(refusal);
  }
}

/** Undefined where it was carried out, and otherwise what was answered to it. */
async function carryOutOrRead(parts: LoopParts, looked: Looked): Promise<Refusal | undefined> {
  try {
    await carryOut(parts, looked);
    return undefined;
  } catch (error) {
    const refusal = readRefusal(error, looked.decision.action);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

const STEP_OF: Record<Exclude<Decision['action'], 'hold' | 'needApproval'>, LoopStep> = {
  advance: 'advance',
  finish: 'finish',
  rollBack: 'roll back',
  kill: 'kill',
  pause: 'pause',
  end: 'end',
};

async function carryOut(parts: LoopParts, looked: Looked): Promise<void> {
  const { crash, names } = parts;
  const { rollout, run, decision, now } = looked;
  if (decision.action === 'hold') {
    const saved = await atPoints(crash, 'keep look', () => keepLook(parts, looked));
    return lowerIfMany(parts, looked, saved);
  }
  if (decision.action === 'needApproval') {
    const ask = stageAskOf(rollout, run);
    if (ask === undefined || decision.askFor.length === 0) {
      await atPoints(crash, 'keep look', () => keepLook(parts, looked));
      return;
    }
    // Asked and noted in one transaction: nobody is asked twice for the same.
    await atPoints(crash, 'ask approval', () =>
      keepLook(parts, withAsks(looked), (tx) => askStageApprovals(tx, ask, decision.askFor, now)),
    );
    return;
  }
  const { action } = decision;
  const units = await readUnitsGround(parts, rollout, run);
  await atPoints(crash, STEP_OF[action], () => actOn(parts, looked, action, { units, names }));
}

function withAsks(looked: Looked): Looked {
  const readings = readingsOf(looked.beside.readings ?? {}, looked.run.entry);
  for (const place of looked.decision.askFor) readings.asks[place] = (readings.asks[place] ?? 0) + 1;
  return { ...looked, beside: { ...looked.beside, readings } };
}

/** What comes in is more than it takes: measured is less of it from now on. A freeze is no time to write anything. */
async function lowerIfMany(parts: LoopParts, { rollout, evidence, lease, now }: Looked, run: Run): Promise<void> {
  const below = run.wrote?.run?.sample.below;
  if (below === undefined || run.state !== 'running' || run.enteredAt === null || evidence.freeze !== null) return;
  const units = measuredUnits(evidence.entry);
  const next = parts.sources.suggestBelow(below, units, now.getTime() - run.enteredAt.getTime());
  if (next >= below) return;
  await atPoints(parts.crash, 'lower sample', () => lowerSample(parts, { rollout, run, below: next, lease }));
}

function warnLate({ log }: LoopParts, { id, flag }: PinnedRollout, { run }: KeptRun, laggards: string[]): void {
  const { environment, stage } = run;
  log.warn({ rollout: id, flag, environment, stage, laggards }, 'a stage is not in force everywhere');
}

/** Loud in the log, where whoever is on call has an alarm on it; the screen shows the same. */
function page({ log, paged }: LoopParts, { rollout, run, decision }: Looked): void {
  if (decision.page !== null) paged?.(decision.page);
  const { environment } = run;
  log.error(
    { page: decision.page, rollout: rollout.id, flag: rollout.flag, environment, reason: decision.reason },
    'a rollout needs a person',
  );
}
