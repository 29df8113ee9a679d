import { powerAt } from '@turnout/server/statistics';
import { expect, test } from 'vitest';
import { countAlarms } from './false-alarms.ts';
import { NULL_TERMS } from './null-runs.ts';
import { firedAt, powerBy, TRIPLING } from './power.ts';

const SEED = 11;

test('A variant that changes nothing is called out in less than alpha of the runs, where a peeked z-test cries wolf', () => {
  const runs = 600;
  const alarms = countAlarms(SEED, runs, { ...NULL_TERMS, units: 2_000, prone: 0.04 });
  expect(alarms.eachAlone / runs, `seed ${SEED}`).toBeLessThanOrEqual(NULL_TERMS.alpha);
  expect(alarms.peeked / runs, `seed ${SEED}`).toBeGreaterThan(0.2);
});

test('A tripling is seen as often as is computed, and by nine tenths at 3,900 units, within the chance of so many runs', () => {
  const fired = firedAt(SEED, TRIPLING, 600, 4_000);
  // Two standard errors of 600 runs are four points.
  expect(Math.abs(powerBy(fired, 2_400) - powerAt(TRIPLING, 2_400)), `seed ${SEED}`).toBeLessThan(0.05);
  expect(Math.abs(powerBy(fired, 3_900) - 0.9), `seed ${SEED}`).toBeLessThan(0.05);
});
