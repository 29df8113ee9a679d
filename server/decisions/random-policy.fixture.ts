import type { Gate, Guard, Policy, Stage } from '../policies/policy.ts';
import { DAY, GUARDS, HOUR, MINUTE, policyOf } from './decide.fixture.ts';
import type { Dice } from './dice.fixture.ts';

export const GATES: Gate[] = [
  { id: 'ci', kind: 'check', check: 'acceptance', always: true, at: 'every' },
  { id: 'smoke', kind: 'probe', url: '', method: 'GET', expect: 200, everyMs: 1, times: 1, always: false },
  { id: 'boxes', kind: 'instances', atLeast: 2, always: false, at: 'every' },
  { id: 'calm', kind: 'incident-free', withinMs: HOUR, always: false },
];

/** Any policy of one environment: guards in any number and mode, stages of every kind, gates, approvals, deadlines. */
export function randomPolicy(dice: Dice): Policy {
  const exposures = dice.some([0, 1_000, 20_000, 50_000]);
  if (exposures.length === 0 || dice.once(2)) exposures.push(100_000);
  return policyOf({
    path: [{ environment: 'production', stages: exposures.map((exposure) => randomStage(dice, exposure)) }],
    guards: dice.some(Object.values(GUARDS)).map((guard) => randomGuard(dice, guard)),
    gates: GATES.filter(() => dice.once(3)),
    mode: dice.one('automatic', 'automatic', 'button'),
    reversible: dice.one('instant', 'instant', 'instant', 'instant', 'forward-only', 'runbook'),
    evidence: {
      maxAgeMs: 5 * MINUTE,
      onNoData: dice.one('hold', 'hold', 'pause'),
      onError: dice.one('hold', 'hold', 'pause'),
    },
    deadline: { afterMs: dice.one(HOUR, DAY, 7 * DAY), onDeadline: dice.one('ask', 'ask', 'rollBack') },
  });
}

function randomGuard(dice: Dice, guard: Guard): Guard {
  const environment = dice.one(undefined, undefined, undefined, undefined, 'production', 'production', 'staging');
  return {
    ...guard,
    mode: dice.one('enforce', 'enforce', 'shadow'),
    onFail: dice.one('rollBack', 'kill', 'kill', 'pause', 'hold'),
    ...(environment === undefined ? {} : { environment }),
  };
}

function randomStage(dice: Dice, exposure: number): Stage {
  const approvals = dice.one(0, 0, 0, 1, 2);
  const minUnits = dice.one(undefined, 0, 100, 4000);
  return {
    ...(exposure > 0 ? { exposure } : { audience: 'staff' }),
    ...(dice.once(3) ? { audience: 'staff' } : {}),
    bakeMs: dice.upTo(90) * MINUTE,
    ...(minUnits === undefined ? {} : { minUnits }),
    ...(dice.once(3) ? { minHits: { event: 'checkout.done', count: 100 } } : {}),
    gates: dice.once(4) ? ['smoke'] : [],
    approvals: Array.from({ length: approvals }, () => ({
      ...{ role: 'release-manager', count: dice.one(1, 2), expiresMs: DAY },
    })),
  };
}
