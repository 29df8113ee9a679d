import type { FieldFault } from '../platform/problem.ts';
import { loosenedGate, loosenedGuard } from './loosened-terms.ts';
import { holdsApprovals } from './loosening.ts';
import {
  type Gate,
  type Guard,
  gatesOfStage,
  type PathStep,
  type Policy,
  type StageApproval,
  sharesAlpha,
  USUAL_ALPHA,
} from './policy.ts';
import { writeDuration, writeExposure } from './quantity.ts';

/**
 * What a project asks of every policy, in each protected environment of its path. A policy may ask for more. Ids of
 * its guards and gates are names for people: what counts is what they watch.
 */
export interface Floor {
  /** Each stage bakes at least so long. */
  bakeMs?: number;
  /** The first stage that has an exposure has at most this. */
  firstExposure?: number;
  /** A policy's alpha is at least this, so that a guard of its own which stands for one of these is not deaf. */
  alpha?: number;
  /** Guards, each matched by an enforced one that is at least as strict. */
  guards: Guard[];
  /** Gates, each matched before the first stage or a later one by one that asks for at least as much. */
  gates: Gate[];
  /** Approvals, each given before some stage of the environment. */
  approvals: StageApproval[];
}

interface Protection {
  environments: readonly { key: string; protected: boolean }[];
}

/** Where a policy asks for less than the floor; `path` points into the policy. */
export function floorFaults(policy: Policy, floor: Floor, { environments }: Protection): FieldFault[] {
  const isProtected = (step: PathStep) => environments.some((one) => one.key === step.environment && one.protected);
  const alpha = policy.path.some(isProtected) ? alphaFaults(policy, floor) : [];
  const steps = policy.path.flatMap((step, at) => {
    if (!isProtected(step)) return [];
    const path = `/path/${at}`;
    return [
      ...stageFaults(step, floor, path),
      ...guardFaults(policy, step, floor),
      ...gateFaults(policy, step, floor, path),
      ...approvalFaults(step, floor, path),
    ];
  });
  return [...alpha, ...steps];
}

/** The smaller it is, the more must go wrong before a guard fails: as strict as the floor's in its bounds, it would be deaf. */
function alphaFaults({ alpha }: Policy, floor: Floor): FieldFault[] {
  const least = alphaOf(floor);
  return alpha < least ? [below('/alpha', `at least ${least}`)] : [];
}

/** Floors that were written before they had one ask for the usual one where they have guards that it is for. */
function alphaOf({ alpha, guards }: Floor): number {
  return alpha ?? (guards.some(sharesAlpha) ? USUAL_ALPHA : 0);
}

function stageFaults({ stages }: PathStep, { bakeMs, firstExposure }: Floor, path: string): FieldFault[] {
  const faults: FieldFault[] = [];
  stages.forEach((stage, at) => {
    if (bakeMs === undefined || stage.bakeMs >= bakeMs) return;
    faults.push(below(`${path}/stages/${at}/bake`, `at least ${writeDuration(bakeMs)}`));
  });
  const first = stages.findIndex(({ exposure }) => exposure !== undefined);
  const given = stages[first]?.exposure ?? 0;
  if (firstExposure !== undefined && given > firstExposure) {
    faults.push(below(`${path}/stages/${first}/exposure`, `at most ${writeExposure(firstExposure)} to begin with`));
  }
  return faults;
}

function guardFaults({ guards, reversible }: Policy, { environment }: PathStep, floor: Floor): FieldFault[] {
  const here = guards.filter((guard) => guard.environment === undefined || guard.environment === environment);
  // What cannot be reversed is paused by its guards, whatever else they say.
  const acting = reversible === 'instant' ? here : here.map(pausing);
  const isMetBy = (some: readonly Guard[], wanted: Guard) =>
    some.some((guard) => loosenedGuard(wanted, guard).length === 0);
  return floor.guards.flatMap((wanted) => {
    if (isMetBy(acting, wanted)) return [];
    if (isMetBy(here, wanted)) return [below('/reversible', `instant, so that ${describeGuard(wanted)} can act`)];
    return [below('/guards', `a guard at least as strict as the project's ${describeGuard(wanted)}`)];
  });
}

function pausing(guard: Guard): Guard {
  return guard.onFail === 'kill' || guard.onFail === 'rollBack' ? { ...guard, onFail: 'pause' } : guard;
}

function describeGuard(guard: Guard): string {
  const about = 'metric' in guard ? ` of ${guard.metric}` : '';
  return `${guard.id} (${guard.kind}${about}, ${guard.mode}, ${guard.onFail})`;
}

function gateFaults(policy: Policy, step: PathStep, floor: Floor, path: string): FieldFault[] {
  const standing = step.stages.flatMap((_stage, at) => gatesOfStage(policy, step, at, true));
  return floor.gates.flatMap((wanted) => {
    const isMet = standing.some((gate) => loosenedGate(wanted, gate).length === 0);
    if (isMet) return [];
    return [below(path, `a gate before one of its stages that asks for what the project's ${wanted.id} does`)];
  });
}

function approvalFaults({ stages }: PathStep, floor: Floor, path: string): FieldFault[] {
  const given = stages.flatMap(({ approvals }) => approvals);
  return floor.approvals.flatMap((wanted) => {
    if (holdsApprovals([wanted], given)) return [];
    return [below(`${path}/stages`, `an approval by ${wanted.count} of ${wanted.role} before one of them`)];
  });
}

const below = (path: string, expected: string): FieldFault => ({
  path,
  code: 'below_floor',
  expected: `${expected}: the project asks for it in protected environments`,
});

/** Whether a floor asks for less than another did. */
export function isLowering(before: Floor, after: Floor): boolean {
  const bakes = (after.bakeMs ?? 0) < (before.bakeMs ?? 0);
  const exposes =
    before.firstExposure !== undefined && (after.firstExposure ?? Number.MAX_VALUE) > before.firstExposure;
  const guards = before.guards.some((was) => !after.guards.some((is) => loosenedGuard(was, is).length === 0));
  const gates = before.gates.some((was) => !after.gates.some((is) => loosenedGate(was, is).length === 0));
  const alpha = alphaOf(after) < alphaOf(before);
  return bakes || exposes || alpha || guards || gates || !holdsApprovals(before.approvals, after.approvals);
}
