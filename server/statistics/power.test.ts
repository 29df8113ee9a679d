import { expect, it } from 'vitest';
import { type Effect, powerAt, timeToSee, unitsNeeded } from './power.ts';

const TRIPLING: Effect = { rate: 0.01, factor: 3, margin: 0.2, direction: 'up', alpha: 0.01, guards: 3 };

it('A tripling of 1 % is seen by half at 2,350 units of each arm and by nine tenths at 3,900, within three points', () => {
  expect(Math.abs(powerAt(TRIPLING, 2350) - 0.5)).toBeLessThan(0.03);
  expect(Math.abs(powerAt(TRIPLING, 3900) - 0.9)).toBeLessThan(0.03);
});

it('What is needed for a power has that power, for effects great and small', () => {
  for (const [factor, rate] of [
    [3, 0.01],
    [2, 0.01],
    [1.5, 0.05],
    [3, 0.0001],
    [1.25, 0.05],
    [6, 0.1],
  ] as const) {
    const effect = { ...TRIPLING, factor, rate };
    const units = unitsNeeded(effect);
    expect(Math.abs(powerAt(effect, units ?? 0) - 0.8), `${factor} of ${rate}`).toBeLessThan(0.02);
  }
});

it('A smaller effect, a rarer event, more guards and a later entry each need more units', () => {
  const needed = (change: Partial<Effect>) => unitsNeeded({ ...TRIPLING, ...change }) ?? Number.NaN;
  const base = needed({});
  for (const change of [
    { factor: 2.5 },
    { rate: 0.008 },
    { guards: 6 },
    { entry: 2 },
    { margin: 0.4 },
    { alpha: 0.001 },
  ]) {
    expect(needed(change), JSON.stringify(change)).toBeGreaterThan(base);
  }
  expect(unitsNeeded(TRIPLING, 0.9)).toBeGreaterThan(base);
});

it('A fall is seen like a rise: to a third is written 3 or a third', () => {
  const fall: Effect = { ...TRIPLING, direction: 'down', rate: 0.03 };
  expect(unitsNeeded(fall)).toBe(unitsNeeded({ ...fall, factor: 1 / 3 }));
  // As many events of both arms, told apart by a margin that is a little stricter.
  expect(Math.abs((unitsNeeded(fall) ?? 0) / (unitsNeeded(TRIPLING) ?? 0) - 1)).toBeLessThan(0.15);
});

it.each<[string, Partial<Effect>]>([
  ['an effect within the margin', { factor: 1.2 }],
  ['a fall where only a rise is worse', { factor: 0.5 }],
  ['an event that nobody has', { rate: 0 }],
  ['an event that everybody has', { rate: 1 }],
  ['an effect that takes more than any traffic', { factor: 1.20001 }],
])('No number of units shows %s', (_, change) => {
  expect(unitsNeeded({ ...TRIPLING, ...change })).toBeUndefined();
  expect(timeToSee({ ...TRIPLING, ...change }, 1e9)).toBeUndefined();
  expect(powerAt({ ...TRIPLING, ...change }, 1000)).toBeLessThan(0.01);
});

it('The time to see is that of the units at the traffic, and never without any', () => {
  const minutes = (timeToSee(TRIPLING, 280) ?? 0) / 60_000;
  expect(Math.round(minutes)).toBe(12);
  expect(timeToSee(TRIPLING, 0)).toBeUndefined();
});

it('It is quick enough to ask while somebody types, also for effects close to the margin', () => {
  for (const factor of [3, 3, 1.5, 1.25, 1.21]) {
    const from = performance.now();
    unitsNeeded({ ...TRIPLING, factor });
    expect(performance.now() - from).toBeLessThan(500);
  }
});
