import { describe, expect, it } from 'vitest';
import type { RolloutState } from '../decisions/rollout.ts';
import { judgeCar, sayLaggards } from './judge-car.ts';

const states = (...all: RolloutState[]) => all.map((state, at) => ({ id: `r${at}`, flag: `f${at}`, state }));

describe('how a car stands', () => {
  it.each<[RolloutState[], string, string | null]>([
    [[], 'arrived', null],
    [['finished', 'finished'], 'arrived', null],
    [['finished', 'waiting'], 'under-way', null],
    [['running', 'rolledBack'], 'failed', 'The rollout of f1 failed: it was rolled back.'],
    [['killed', 'ended'], 'failed', 'The rollout of f0 failed: a guard killed it.'],
    [['ended', 'paused'], 'under-way', null],
    [['finished', 'ended'], 'kept', 'Somebody edited what the rollout of f1 owned: their edit stands.'],
  ])('by rollouts that are %j it is %s', (rollouts, state, because) => {
    expect(judgeCar(states(...rollouts))).toEqual({ state, because });
  });

  it('says who lags, and says so once', () => {
    const late = sayLaggards('Errors at the till.', ['shop-1']);
    expect(late).toBe('Errors at the till. Not in force everywhere: shop-1.');
    expect(sayLaggards(late, ['shop-2'])).toBe('Errors at the till. Not in force everywhere: shop-2.');
    expect(sayLaggards(late, [])).toBe('Errors at the till.');
    expect(sayLaggards(null, [])).toBeNull();
  });
});
