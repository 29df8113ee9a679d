import { expect, test } from 'vitest';
import { departureSteps } from './departure-steps.ts';

const PLAN = {
  ...{
    kind: 'regular',
    opensAt: '2026-11-25T09:00:00Z',
    closesAt: '2026-12-02T05:00:00Z',
    leavesAt: '2026-12-02T09:00:00Z',
  },
  ...{ closedAt: null, departedAt: null, effectiveAt: null, endedAt: null },
} as const;
const LEFT = { closedAt: PLAN.closesAt, departedAt: PLAN.leavesAt };
const told = (some: object) =>
  departureSteps({ ...PLAN, ...some } as Parameters<typeof departureSteps>[0]).map(
    ({ name, state }) => `${name} ${state}`,
  );

test.each([
  [
    'scheduled',
    {},
    ['Scheduled now', 'Boarding ahead', 'Cut-off ahead', 'Departing ahead', 'Under way ahead', 'Arrived ahead'],
  ],
  [
    'boarding',
    {},
    ['Scheduled done', 'Boarding now', 'Cut-off ahead', 'Departing ahead', 'Under way ahead', 'Arrived ahead'],
  ],
  [
    'under-way',
    LEFT,
    ['Scheduled done', 'Boarding done', 'Cut-off done', 'Departing done', 'Under way now', 'Arrived ahead'],
  ],
  [
    'recalled',
    LEFT,
    ['Scheduled done', 'Boarding done', 'Cut-off done', 'Departing done', 'Under way done', 'Recalled now'],
  ],
  [
    'missed',
    { closedAt: PLAN.closesAt },
    ['Scheduled done', 'Boarding done', 'Cut-off done', 'Departing off', 'Under way off', 'Missed now'],
  ],
])('The way of one that is %s says how far it came', (state, more, steps) => {
  expect(told({ state, ...more })).toEqual(steps);
});

test('A train that leaves when something is ready has no cut-off, and an emergency is begun at once', () => {
  const bare = { opensAt: null, closesAt: null, leavesAt: null };
  const ahead = ['Under way ahead', 'Arrived ahead'];
  expect(told({ state: 'boarding', ...bare })).toEqual(['Boarding now', 'Departing ahead', ...ahead]);
  const urgent = { kind: 'chemspill', ...bare, closedAt: PLAN.closesAt, leavesAt: PLAN.closesAt };
  expect(told({ state: 'closed', ...urgent })).toEqual(['Begun now', 'Departing ahead', ...ahead]);
  expect(told({ state: 'departing', ...urgent, ...LEFT })).toEqual(['Begun done', 'Departing now', ...ahead]);
});
