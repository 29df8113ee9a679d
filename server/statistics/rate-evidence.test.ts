import { expect, it } from 'vitest';
import { entryAlpha, guardBound, ratioBound } from './bounds.ts';
import { evidenceWithRestarts } from './evidence-with-restarts.ts';
import { limitEvidence, rateEvidence, toleratedShare } from './rate-evidence.ts';

const DIGITS = 9;
const UP = { direction: 'up', margin: 0.2 } as const;
const DOWN = { direction: 'down', margin: 0.2 } as const;

it('The tolerated share is where a change within the margin would put it', () => {
  expect(toleratedShare({ direction: 'up', margin: 0 })).toBe(0.5);
  expect(toleratedShare(UP)).toBeCloseTo(1.2 / 2.2, 15);
  expect(toleratedShare(DOWN)).toBeCloseTo(0.5555555556, 10);
});

it('With restarts the evidence agrees with its table, soon and after a thousand healthy units', () => {
  expect(evidenceWithRestarts([160, 120], [[100, 100]], 1.2 / 2.2)).toBeCloseTo(4.037720685411788, DIGITS);
  expect(evidenceWithRestarts([1060, 1020], [[1000, 1000]], 1.2 / 2.2)).toBeCloseTo(4.036083173579367, DIGITS);
  expect(rateEvidence(UP, { treatment: 160, control: 120 }, [[100, 100]])).toBeCloseTo(4.037720685411788, DIGITS);
});

it('Where less is worse the arms change places', () => {
  // One opening: half of the e-value of (60, 30), and half of one.
  const alone = Math.log((Math.exp(1.011735617724149) + 1) / 2);
  expect(rateEvidence(DOWN, { treatment: 30, control: 60 }, [])).toBeCloseTo(alone, DIGITS);
  const turned = rateEvidence(DOWN, { treatment: 120, control: 160 }, [[90, 110]]);
  expect(turned).toBe(evidenceWithRestarts([160, 120], [[110, 90]], toleratedShare(DOWN)));
});

it('A limit is judged by bad and good units, without a control', () => {
  const alone = Math.log((Math.exp(1.4336508542925794) + 1) / 2);
  expect(limitEvidence(0.01, { bad: 12, good: 388, restarts: [] })).toBeCloseTo(alone, DIGITS);
});

it('Before the first event-unit, and at the very opening, there is no evidence', () => {
  expect(rateEvidence(UP, { treatment: 0, control: 0 }, [])).toBeCloseTo(0, 12);
  expect(evidenceWithRestarts([100, 100], [[100, 100]], 0.5)).toBeLessThan(0);
});

it('A tripling after 5,000 healthy event-units is seen within 200 more', () => {
  const restarts = Array.from({ length: 25 }, (_, j): [number, number] => [100 * (j + 1), 100 * (j + 1)]);
  const bound = guardBound(0.01, 3, 1);
  expect(rateEvidence(UP, { treatment: 2500, control: 2500 }, restarts)).toBeLessThan(0);
  expect(rateEvidence(UP, { treatment: 2650, control: 2550 }, restarts)).toBeGreaterThan(bound);
  // What went deaf: the same counts with a single opening.
  expect(rateEvidence(UP, { treatment: 2650, control: 2550 }, [])).toBeLessThan(0);
});

it('The bounds share the budget among guards and entries, and the sample ratio has its own', () => {
  expect(guardBound(0.01, 3, 1)).toBeCloseTo(Math.log(600), 12);
  expect(guardBound(0.01, 3, 4)).toBeCloseTo(Math.log(6000), 12);
  expect(entryAlpha(0.01, 1, 2)).toBeCloseTo(0.01 / 6, 15);
  expect(ratioBound(1)).toBeCloseTo(Math.log(2000), 12);
  let spent = 0;
  for (let entry = 1; entry <= 1000; entry++) spent += entryAlpha(0.01, 1, entry);
  expect(spent).toBeLessThan(0.01);
});
