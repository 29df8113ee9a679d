import type { FailAction, Gate, Guard } from './policy.ts';

/** How strong an action is: whatever asks for a stronger one asks for more. */
const STRENGTH: Record<FailAction, number> = { hold: 0, pause: 1, rollBack: 2, kill: 3 };

/**
 * The fields of a guard in which the second is less strict than the first, wherever they apply; empty where it is at
 * least as strict.
 */
export function loosenedGuard(before: Guard, after: Guard): string[] {
  const loosened = [
    ...(before.mode === 'enforce' && after.mode === 'shadow' ? ['mode'] : []),
    ...(STRENGTH[after.onFail] < STRENGTH[before.onFail] ? ['onFail'] : []),
  ];
  return [...loosened, ...loosenedBounds(before, after)];
}

function loosenedBounds(before: Guard, after: Guard): string[] {
  if (before.kind === 'versus-control' && after.kind === 'versus-control') {
    return [
      ...differing(before, after, ['metric', 'direction']),
      ...(after.margin > before.margin ? ['margin'] : []),
      ...(seesLess(before, after) ? ['mustSee'] : []),
    ];
  }
  if (before.kind === 'absolute' && after.kind === 'absolute') {
    // A longer window sees more of each unit, and sees it later: neither is the stricter one.
    return [...differing(before, after, ['metric', 'windowMs']), ...(after.limit > before.limit ? ['limit'] : [])];
  }
  if (before.kind === 'threshold' && after.kind === 'threshold') {
    return [
      ...differing(before, after, ['query', 'source']),
      ...(allows(before.above, after.above) ? ['above'] : []),
      ...(allows(negative(before.below), negative(after.below)) ? ['below'] : []),
      ...(after.forMs > before.forMs ? ['forMs'] : []),
    ];
  }
  if (before.kind === 'signal' && after.kind === 'signal') {
    // Each label that is asked for more leaves signals out.
    const isWider = Object.entries(after.signal).every(([label, value]) => before.signal[label] === value);
    return isWider ? [] : ['signal'];
  }
  return before.kind === after.kind ? [] : ['kind'];
}

/** The further from one a factor is, the less has to be seen. */
function seesLess(before: { mustSee?: number }, after: { mustSee?: number }): boolean {
  if (before.mustSee === undefined) return false;
  if (after.mustSee === undefined) return true;
  return before.mustSee > 1
    ? after.mustSee > before.mustSee || after.mustSee <= 1
    : after.mustSee < before.mustSee || after.mustSee >= 1;
}

/** Whether an upper bound lets through what the other did not. */
function allows(before: number | undefined, after: number | undefined): boolean {
  return before !== undefined && (after === undefined || after > before);
}

const negative = (value: number | undefined) => (value === undefined ? undefined : -value);

/** The fields of a gate in which the second asks for less than the first, however long it may try. */
export function loosenedGate(before: Gate, after: Gate): string[] {
  return [...(before.always && !after.always ? ['always'] : []), ...loosenedQuestion(before, after)];
}

function loosenedQuestion(before: Gate, after: Gate): string[] {
  if (before.kind === 'probe' && after.kind === 'probe') {
    return [
      ...differing(before, after, ['url', 'method', 'expect']),
      ...(after.times < before.times ? ['times'] : []),
      ...(after.everyMs < before.everyMs ? ['everyMs'] : []),
    ];
  }
  if (before.kind === 'check' && after.kind === 'check') return differing(before, after, ['check']);
  if (before.kind === 'instances' && after.kind === 'instances') {
    return after.atLeast < before.atLeast ? ['atLeast'] : [];
  }
  if (before.kind === 'incident-free' && after.kind === 'incident-free') {
    return after.withinMs < before.withinMs ? ['withinMs'] : [];
  }
  return ['kind'];
}

function differing<T, K extends keyof T & string>(before: T, after: T, fields: readonly K[]): string[] {
  return fields.filter((field) => before[field] !== after[field]);
}
