import type { PathStep } from '../policies/policy.ts';
import { atDeadline } from './decide-deadline.ts';
import { decideFailed, decideIntegrity } from './decide-failed.ts';
import { decideOnward, holdingConditions } from './decide-onward.ts';
import { refusedConditions, unlessRefused } from './decide-refused.ts';
import { decideProtection, decideStanding, decideStopped, tellOfFreeze, tellOfLess } from './decide-standing.ts';
import type { Decided, Decision, Evidence } from './decision.ts';
import { approvalConditions, buttonConditions, gateConditions, type Onward } from './entering-conditions.ts';
import { guardConditions } from './guard-conditions.ts';
import type { GuardGround } from './guard-ground.ts';
import { countTesting } from './guard-scope.ts';
import { judgeGuard } from './judge-guard.ts';
import { leavingConditions } from './leaving-conditions.ts';
import type { Outcome } from './outcome.ts';
import { isLive } from './rollout.ts';
import { nextLook, pageNow } from './when-to-look.ts';

/**
 * What happens with a run now, and why. It asks no clock and no world: the same evidence at the same moment gives the
 * same decision. The first of these that has something to say decides: somebody stopped it; a guard failed; it is paused;
 * its place was protected since; the evidence cannot be believed; a freeze, an incident or a stopped line; what the stage still lacks; gates; approvals; and then it
 * goes on. What must wait, or could not be done, is asked about at its deadline, and goes back after another.
 */
export function decide({ rollout, run, policy }: Decided, evidence: Evidence, now: Date): Decision {
  const step = policy.path[rollout.step];
  if (step === undefined) throw new Error(`rollout ${rollout.id} is at step ${rollout.step}, which its policy has not`);
  const ground: GuardGround = {
    policy,
    run,
    stage: step.stages[run.stage],
    evidence,
    now,
    sharers: Math.max(1, countTesting(policy, run)),
    measuredEntry: Math.max(1, run.measuredEntry),
  };
  const guards = policy.guards.map((guard) => judgeGuard(guard, ground));
  const onward: Onward = { rollout, policy, step, run, evidence };
  const conditions = {
    holding: holdingConditions(evidence, run.environment),
    leaving: leavingConditions(ground, guards),
    guards: guardConditions(guards),
    gates: gateConditions(onward),
    approvals: approvalConditions(onward),
    button: buttonConditions(onward),
  };
  const outcome = isLive(run.state)
    ? decideLive({ ground, guards, onward, conditions, to: rollout.to })
    : { action: 'hold' as const, reason: 'It is over.', because: [], until: [] };
  const page = pageNow(outcome, run, now);
  return {
    action: outcome.action,
    reason: outcome.reason,
    because: outcome.because,
    checkAgainAt: nextLook({ outcome, ground, guards, page }),
    guards: guards.map(({ verdict }) => verdict),
    conditions: [
      ...conditions.holding,
      ...conditions.leaving,
      ...conditions.guards,
      ...conditions.gates,
      ...conditions.approvals,
      ...conditions.button,
      ...refusedConditions(evidence),
    ],
    cause: outcome.cause ?? null,
    askFor: outcome.askFor ?? [],
    page,
  };
}

type Findings = Parameters<typeof decideOnward>[0];

function decideLive(findings: Findings): Outcome {
  const { ground, guards, onward } = findings;
  const { run, policy, evidence, now } = ground;
  const stopped = decideStopped(run, evidence.flag);
  if (stopped !== undefined) return unlessRefused(stopped, evidence);
  const failed = decideFailed(ground, guards);
  if (failed?.action === 'kill' || failed?.action === 'rollBack') return unlessRefused(failed, evidence);
  if (run.state === 'paused') return tellOfLess(decideStanding(run, failed?.because ?? []), failed);
  const outcome = unlessRefused(
    failed ?? decideProtection(run, evidence) ?? decideIntegrity(ground, guards) ?? decideOnward(findings),
    evidence,
  );
  if (outcome.action !== 'hold' && outcome.action !== 'needApproval') return outcome;
  const waits = tellOfFreeze(outcome, run, evidence);
  return unlessRefused(atDeadline(waits, { policy, run, deadline: deadlineOf(onward), now }), evidence);
}

/** Waiting for the first stage takes no longer than that stage may. */
function deadlineOf({ policy, step, run }: { policy: Onward['policy']; step: PathStep; run: Onward['run'] }) {
  return step.stages[Math.max(0, run.stage)]?.deadline ?? policy.deadline;
}
