import { expect, it } from 'vitest';
import type { Freeze } from '../environments/freeze.ts';
import type { Departure } from './departure.ts';
import { frozenAtLeaving } from './frozen-at-leaving.ts';
import { sayCar, sayDeparture } from './say-departure.ts';
import type { Train } from './train.ts';

const now = new Date('2026-12-01T08:00:00Z');
const weekly: Pick<Train, 'stopped' | 'velocity' | 'mode'> = {
  ...{ stopped: null, mode: 'automatic', velocity: { kind: 'train', rule: '0 10 * * 3', zone: 'UTC' } },
};
const twelve: Departure = {
  ...{ id: 'd', projectId: 1, trainId: 1, environmentId: 1, number: 12, kind: 'regular', state: 'boarding' },
  ...{ opensAt: null, closesAt: new Date('2026-12-02T06:00:00Z'), leavesAt: new Date('2026-12-02T10:00:00Z') },
  ...{ closedAt: null, departedAt: null, effectiveAt: null, endedAt: null, because: null, pressedBy: null },
  ...{ releaseId: null, changeId: null, position: null, chemspill: null, createdAt: now, version: 1 },
};
const sale: Freeze = {
  ...{ id: 'f', name: 'Sale', environments: null, tags: null, inFlight: 'hold', overrideBy: null },
  ...{ from: new Date('2026-12-02T09:00:00Z'), to: new Date('2026-12-03T09:00:00Z') },
  ...{ rule: null, zone: 'UTC', lastsMs: null, endedAt: null },
};
const stopped = { by: 'person:v', at: now.toISOString(), reason: 'The till fails' };
const aboard = { state: 'aboard', because: null } as const;

function say(departure: Partial<Departure>, freezes: Freeze[] = [sale], train: Partial<Train> = {}, count = 2) {
  const found = { ...twelve, ...departure };
  const frozen = frozenAtLeaving(freezes, found, now);
  return sayDeparture({ ...weekly, ...train }, found, { aboard: count, ready: 1, frozen });
}

it('says that a freeze over its time makes it miss, whatever it waits for else', () => {
  const misses =
    'The freeze “Sale” holds at its time, until 2026-12-03 09:00 UTC: it will be missed, and its cars take the next.';
  for (const state of ['scheduled', 'boarding', 'closed'] as const) expect(say({ state })).toBe(misses);
  expect(say({}, [sale], {}, 0)).toBe(
    'The freeze “Sale” holds at its time, until 2026-12-03 09:00 UTC: it will be missed.',
  );
  const once = { velocity: { kind: 'deadline', at: '2026-12-02T10:00:00Z' } } as const;
  expect(say({}, [sale], once)).toBe(
    'The freeze “Sale” holds at its time, until 2026-12-03 09:00 UTC: it will be missed, and there is no next.',
  );
});

it('says nothing of freezes that are for some flags, for elsewhere, for another time, or end before', () => {
  for (const other of [
    { tags: ['web'] },
    { environments: [2] },
    { from: new Date('2026-12-02T10:00:01Z') },
    { endedAt: new Date('2026-12-02T09:30:00Z') },
  ]) {
    expect(say({}, [{ ...sale, ...other }])).toBe('Boarding until 2026-12-02 06:00 UTC.');
  }
});

it('says of what leaves when it is ready that a freeze holds it now', () => {
  const whenReady = { closesAt: null, leavesAt: null };
  const train = { velocity: { kind: 'continuous' } } as const;
  expect(say(whenReady, [sale], train)).toBe('Boarding: leaves when a change is ready.');
  expect(say(whenReady, [{ ...sale, from: now }], train)).toBe(
    'The freeze “Sale” holds until 2026-12-03 09:00 UTC: nothing leaves before.',
  );
});

it('says nothing of a freeze once it has left, or where something else must come first', () => {
  expect(say({ state: 'under-way' })).toBe('Under way: each change follows its policy.');
  expect(say({ state: 'missed', because: 'Nobody was aboard.' })).toBe('Did not leave: Nobody was aboard.');
  expect(say({ kind: 'chemspill' })).toBe('Waits for a second person to agree.');
  expect(say({}, [sale], { stopped })).toBe('The line is stopped: The till fails');
});

it('says of a car that is ready for what it waits', () => {
  expect(sayCar(aboard, [], weekly, twelve)).toBe('Ready: nothing but the time is missing.');
  expect(sayCar(aboard, [], { ...weekly, stopped }, twelve)).toBe('Ready: leaves once the line is started again.');
  expect(sayCar(aboard, [], { ...weekly, stopped }, { ...twelve, kind: 'chemspill' })).toBe(
    'Ready: leaves as soon as a second person agrees.',
  );
  expect(sayCar(aboard, ['It needs 1 more approval.'], { ...weekly, stopped }, twelve)).toBe(
    'It needs 1 more approval.',
  );
  expect(sayCar({ state: 'recalled', because: null }, [], weekly, twelve)).toBe('Recalled.');
});
