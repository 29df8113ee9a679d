import { countTested } from './check-units.ts';
import { loosenedGate, loosenedGuard } from './loosened-terms.ts';
import { type Deadline, gatesOfStage, type PathStep, type Policy, type Stage, type StageApproval } from './policy.ts';

/** Where one policy asks for less than another. */
export interface Loosening {
  /** A JSON pointer into the document before, or after where it is something new. */
  path: string;
  /** What became looser, in words. */
  says: string;
}

/**
 * Everything in which `after` is looser than `before`. Only a stricter bound, a longer bake and one more condition are
 * none; whatever cannot be compared is. A stage's name and the address of a runbook decide nothing, and count for
 * nothing.
 */
export function loosenings(before: Policy, after: Policy): Loosening[] {
  return [
    ...loosenedFrame(before, after),
    ...loosenedPath(before, after),
    ...loosenedGuards(before, after),
    ...loosenedGates(before, after),
  ];
}

export function isLoosening(before: Policy, after: Policy): boolean {
  return loosenings(before, after).length > 0;
}

function loosenedFrame(before: Policy, after: Policy): Loosening[] {
  const { evidence: was } = before;
  const { evidence: is } = after;
  const found: [boolean, string, string][] = [
    [before.key !== after.key, '/key', 'it is another policy'],
    [before.reversible !== after.reversible, '/reversible', 'how it is taken back is another'],
    [before.unit !== after.unit, '/unit', 'other units are counted'],
    // A larger alpha fires sooner and waits for fewer units: neither is the stricter one.
    [before.alpha !== after.alpha, '/alpha', 'alpha is another'],
    [is.maxAgeMs > was.maxAgeMs, '/evidence/maxAge', 'older evidence is good enough'],
    [was.onNoData === 'pause' && is.onNoData === 'hold', '/evidence/onNoData', 'no data pauses no more'],
    [was.onError === 'pause' && is.onError === 'hold', '/evidence/onError', 'an error pauses no more'],
    [before.mode === 'button' && after.mode === 'automatic', '/mode', 'nobody presses for an advance any more'],
    [isLaxer(before.deadline, after.deadline), '/deadline', 'the deadline is later, or only asks'],
  ];
  return found.flatMap(([isSo, path, says]) => (isSo ? [{ path, says }] : []));
}

function isLaxer(before: Deadline, after: Deadline): boolean {
  return after.afterMs > before.afterMs || (before.onDeadline === 'rollBack' && after.onDeadline === 'ask');
}

function loosenedPath(before: Policy, after: Policy): Loosening[] {
  const shapeOf = ({ path }: Policy) => path.map(({ environment, stages }) => `${environment} ${stages.length}`).join();
  if (shapeOf(before) !== shapeOf(after)) {
    return [{ path: '/path', says: 'it goes another way: other environments, or another number of stages' }];
  }
  return before.path.flatMap((step, at) =>
    step.stages.flatMap((stage, index) => {
      const now = after.path[at]?.stages[index];
      return now === undefined ? [] : loosenedStage(before, after, stage, now, `/path/${at}/stages/${index}`);
    }),
  );
}

function loosenedStage(before: Policy, after: Policy, was: Stage, is: Stage, path: string): Loosening[] {
  const found: [boolean, string, string][] = [
    [was.audience !== is.audience, 'audience', 'another audience'],
    // A smaller stage is a larger step to the next one.
    [was.exposure !== is.exposure, 'exposure', 'another exposure'],
    [is.bakeMs < was.bakeMs, 'bake', 'a shorter bake'],
    [waitsForLess(before, after, was, is), 'minUnits', 'fewer units'],
    [was.minHits !== undefined && !holdsHits(was.minHits, is.minHits), 'minHits', 'fewer hits'],
    [!holdsApprovals(was.approvals, is.approvals), 'approvals', 'fewer approvals, or ones that last longer'],
    [
      isLaxer(was.deadline ?? before.deadline, is.deadline ?? after.deadline),
      'deadline',
      'the deadline is later, or only asks',
    ],
  ];
  return found.flatMap(([isSo, field, says]) => (isSo ? [{ path: `${path}/${field}`, says }] : []));
}

/** Left out, it is what `mustSee` needs, which only an entry tells; a number can be less. */
function waitsForLess(before: Policy, after: Policy, was: Stage, is: Stage): boolean {
  const isComputed = (policy: Policy) =>
    policy.guards.some((guard) => guard.kind === 'versus-control' && guard.mustSee !== undefined);
  if (was.minUnits === undefined) return is.minUnits !== undefined && isComputed(before) && isComputed(after);
  return is.minUnits === undefined || is.minUnits < was.minUnits;
}

function holdsHits(was: NonNullable<Stage['minHits']>, is: Stage['minHits']): boolean {
  return is !== undefined && is.event === was.event && is.count >= was.count;
}

/** Each approval is matched by one of its own, the strictest first, so that two are not answered by one. */
export function holdsApprovals(wanted: readonly StageApproval[], given: readonly StageApproval[]): boolean {
  const left = [...given];
  const hardestFirst = [...wanted].sort((a, b) => b.count - a.count || a.expiresMs - b.expiresMs);
  return hardestFirst.every((one) => {
    const at = left.findIndex(
      ({ role, count, expiresMs }) => role === one.role && count >= one.count && expiresMs <= one.expiresMs,
    );
    if (at === -1) return false;
    left.splice(at, 1);
    return true;
  });
}

function loosenedGuards(before: Policy, after: Policy): Loosening[] {
  const loosened = before.guards.flatMap((guard, at): Loosening[] => {
    const now = after.guards.find(({ id }) => id === guard.id);
    if (now === undefined) return [{ path: `/guards/${at}`, says: `the guard ${guard.id} is gone` }];
    const elsewhere = guard.environment === now.environment ? [] : ['environment'];
    return [...elsewhere, ...loosenedGuard(guard, now)].map((field) => ({
      path: `/guards/${at}/${field.replace(/Ms$/, '')}`,
      says: `the guard ${guard.id} is less strict: ${field.replace(/Ms$/, '')}`,
    }));
  });
  // They share alpha: with one more, each of the others needs more evidence to fail.
  const [was, is] = [countTested(before.guards), countTested(after.guards)];
  if (was === 0 || is <= was) return loosened;
  return [...loosened, { path: '/guards', says: `${is} guards share alpha instead of ${was}: each is less sensitive` }];
}

function loosenedGates(before: Policy, after: Policy): Loosening[] {
  const loosened = before.gates.flatMap((gate, at): Loosening[] => {
    const now = after.gates.find(({ id }) => id === gate.id);
    if (now === undefined) return [{ path: `/gates/${at}`, says: `the gate ${gate.id} is gone` }];
    // Of a check it never meant anything, and it may be written no more.
    const longer = gate.kind === 'check' || gate.timeoutMs === now.timeoutMs ? [] : ['timeoutMs'];
    return [...longer, ...loosenedGate(gate, now)].map((field) => ({
      path: `/gates/${at}/${field.replace(/Ms$/, '')}`,
      says: `the gate ${gate.id} asks for less: ${field.replace(/Ms$/, '')}`,
    }));
  });
  return [...loosened, ...lostGates(before, after)];
}

/**
 * Stages that a gate does not stand before any more. Whether an environment is protected may change, and says where a
 * gate stands that no stage names: both are looked at.
 */
function lostGates(before: Policy, after: Policy): Loosening[] {
  return before.path.flatMap((step, at) =>
    step.stages.flatMap((_stage, index) => {
      const now = after.path[at];
      if (now?.stages[index] === undefined) return [];
      const lost = new Set(
        [true, false].flatMap((isProtected) => lostAt(before, after, step, now, index, isProtected)),
      );
      return [...lost].map((gate) => ({
        path: `/path/${at}/stages/${index}/gates`,
        says: `the gate ${gate} does not stand before this stage any more`,
      }));
    }),
  );
}

function lostAt(
  before: Policy,
  after: Policy,
  was: PathStep,
  is: PathStep,
  stage: number,
  isProtected: boolean,
): string[] {
  const now = new Set(gatesOfStage(after, is, stage, isProtected).map(({ id }) => id));
  // One that is gone altogether is told of already.
  const there = new Set(after.gates.map(({ id }) => id));
  return gatesOfStage(before, was, stage, isProtected).flatMap(({ id }) => (now.has(id) || !there.has(id) ? [] : [id]));
}
