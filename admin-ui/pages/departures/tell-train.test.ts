import { expect, test } from 'vitest';
import { tellHabits, type VelocityFields, writeVelocity } from './tell-train.ts';

const fields: VelocityFields = {
  ...{ kind: 'train', days: ['3'], time: '10:00', zone: 'Europe/Zurich', rule: '' },
  ...{ changes: '5', longestWait: '', at: '2026-12-24T18:00' },
};

test.each([
  [{}, { kind: 'train', rule: '0 10 * * 3', zone: 'Europe/Zurich' }],
  [{ rule: 'FREQ=WEEKLY' }, { kind: 'train', rule: 'FREQ=WEEKLY', zone: 'Europe/Zurich' }],
  [{ days: [] }, { kind: 'train', rule: '', zone: 'Europe/Zurich' }],
  [{ kind: 'critical-mass' }, { kind: 'critical-mass', changes: 5, longestWait: null }],
  [
    { kind: 'critical-mass', longestWait: '2d' },
    { kind: 'critical-mass', changes: 5, longestWait: '2d' },
  ],
  [
    { kind: 'deadline', at: '' },
    { kind: 'deadline', at: '' },
  ],
  [{ kind: 'continuous' }, { kind: 'continuous' }],
] as const)('%j is written as %j', (some, velocity) => {
  expect(writeVelocity({ ...fields, ...some })).toEqual(velocity);
});

test('A deadline is a moment, whatever clock it was typed by', () => {
  expect(writeVelocity({ ...fields, kind: 'deadline' })).toEqual({
    kind: 'deadline',
    at: new Date(2026, 11, 24, 18).toISOString(),
  });
});

test('Of a train it is told what it does beside leaving', () => {
  expect(tellHabits({ cutOff: '4h', opens: null, mode: 'button', onItemFail: 'hold', mostCars: 12 })).toEqual([
    ...['cut-off 4h before', 'waits for somebody to press', 'a failed change holds the others', '12 changes at most'],
  ]);
});
