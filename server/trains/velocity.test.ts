import { describe, expect, it } from 'vitest';
import type { Freeze } from '../environments/freeze.ts';
import { isDue } from './due.ts';
import type { Velocity } from './train.ts';
import { departuresAhead } from './velocity.ts';

const HOUR = 3_600_000;
const at = (text: string) => new Date(text);
const train = (rule: string, zone: string): Velocity => ({ kind: 'train', rule, zone });
const timing = { cutOffMs: 0, opensMs: null, since: at('2026-01-01T00:00:00Z') };
const thawed = { freezes: [], environmentId: 1 };

function freeze(name: string, from: string, to: string): Freeze {
  const once = { rule: null, zone: 'UTC', lastsMs: null, endedAt: null, environments: [1], tags: null };
  return { ...once, id: name, name, from: at(from), to: at(to), inFlight: 'hold' as const, overrideBy: null };
}

describe('when a train leaves', () => {
  it.each([
    ['every Wednesday at ten', '0 10 * * 3', 'Europe/Zurich', '2026-06-01T00:00:00Z'],
    ['the same as an RRULE', 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=10;BYMINUTE=0', 'Europe/Zurich', '2026-06-01T00:00:00Z'],
  ])('%s', (_title, rule, zone, from) => {
    const { ahead } = departuresAhead(train(rule, zone), timing, thawed, at(from), 2);
    expect(ahead.map(({ leavesAt }) => leavesAt)).toEqual([at('2026-06-03T08:00:00Z'), at('2026-06-10T08:00:00Z')]);
  });

  it.each<[string, string, string, string, string[]]>([
    [
      'stays at ten when clocks go forward in Zurich',
      ...(['0 10 * * 0', 'Europe/Zurich', '2026-03-21T00:00:00Z'] as const),
      ['2026-03-22T09:00:00Z', '2026-03-29T08:00:00Z'],
    ],
    [
      'stays at ten when they go back',
      ...(['0 10 * * 0', 'Europe/Zurich', '2026-10-17T00:00:00Z'] as const),
      ['2026-10-18T08:00:00Z', '2026-10-25T09:00:00Z'],
    ],
    [
      'leaves in the next hour where its own is skipped',
      ...(['30 2 * * *', 'Europe/Zurich', '2026-03-28T12:00:00Z'] as const),
      ['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z'],
    ],
    [
      'leaves once in the hour that comes twice, the first time',
      ...(['30 2 * * *', 'Europe/Zurich', '2026-10-24T12:00:00Z'] as const),
      ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
    ],
    [
      'leaves each hour once where an hour is skipped',
      ...(['0 * * * *', 'Europe/Zurich', '2026-03-29T00:30:00Z'] as const),
      ['2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z'],
    ],
    [
      'knows that Lord Howe moves by half an hour',
      ...(['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T20:00:00Z'] as const),
      ['2026-10-03T15:45:00Z', '2026-10-04T15:15:00Z'],
    ],
    [
      'counts every second week from when it was made',
      ...(['FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYHOUR=9;BYMINUTE=0', 'UTC', '2026-01-02T00:00:00Z'] as const),
      ['2026-01-15T09:00:00Z', '2026-01-29T09:00:00Z'],
    ],
    [
      'waits for years where its rule says so',
      ...(['0 12 29 2 *', 'UTC', '2026-01-02T00:00:00Z'] as const),
      ['2028-02-29T12:00:00Z'],
    ],
  ])('%s', (_title, rule, zone, from, expected) => {
    const found = departuresAhead(train(rule, zone), timing, thawed, at(from), expected.length);
    expect(found.ahead.map(({ leavesAt }) => leavesAt.toISOString())).toEqual(
      expected.map((text) => at(text).toISOString()),
    );
  });

  it('closes so many hours before by elapsed time, also where clocks change between', () => {
    const long = { ...timing, cutOffMs: 24 * HOUR, opensMs: 72 * HOUR };
    const { ahead } = departuresAhead(
      train('0 10 * * 0', 'Europe/Zurich'),
      long,
      thawed,
      at('2026-03-28T00:00:00Z'),
      1,
    );
    expect(ahead).toEqual([
      {
        opensAt: at('2026-03-26T08:00:00Z'),
        closesAt: at('2026-03-28T08:00:00Z'),
        leavesAt: at('2026-03-29T08:00:00Z'),
      },
    ]);
  });

  it('leaves out the times that lie in a freeze, and names the freeze', () => {
    const freezes = [freeze('Holidays', '2026-12-14T00:00:00Z', '2027-01-04T00:00:00Z')];
    const weekly = train('0 10 * * 3', 'UTC');
    const found = departuresAhead(weekly, timing, { freezes, environmentId: 1 }, at('2026-12-07T00:00:00Z'), 2);
    expect(found.ahead.map(({ leavesAt }) => leavesAt)).toEqual([
      at('2026-12-09T10:00:00Z'),
      at('2027-01-06T10:00:00Z'),
    ]);
    expect(found.skipped).toEqual(
      ['2026-12-16', '2026-12-23', '2026-12-30'].map((day) => ({ at: at(`${day}T10:00:00Z`), freeze: 'Holidays' })),
    );
    const elsewhere = departuresAhead(weekly, timing, { freezes, environmentId: 2 }, at('2026-12-07T00:00:00Z'), 2);
    expect(elsewhere.skipped).toEqual([]);
  });

  it('has a deadline once, and none where a freeze holds at its date', () => {
    const deadline: Velocity = { kind: 'deadline', at: '2026-12-24T10:00:00Z' };
    const from = at('2026-12-01T00:00:00Z');
    expect(departuresAhead(deadline, timing, thawed, from, 5).ahead).toHaveLength(1);
    expect(departuresAhead(deadline, timing, thawed, at('2026-12-24T10:00:00Z'), 5).ahead).toEqual([]);
    const freezes = [freeze('Holidays', '2026-12-14T00:00:00Z', '2027-01-04T00:00:00Z')];
    const frozen = departuresAhead(deadline, timing, { freezes, environmentId: 1 }, from, 5);
    expect(frozen).toEqual({ ahead: [], skipped: [{ at: at('2026-12-24T10:00:00Z'), freeze: 'Holidays' }] });
  });

  it('says nothing ahead of what leaves when something is ready', () => {
    for (const velocity of [
      { kind: 'continuous' },
      { kind: 'critical-mass', changes: 2, longestWaitMs: null },
    ] as const)
      expect(departuresAhead(velocity, timing, thawed, timing.since, 5)).toEqual({ ahead: [], skipped: [] });
  });
});

describe('whether its time has come', () => {
  const now = at('2026-06-03T08:00:00Z');
  const since = (hours: number) => new Date(now.getTime() - hours * HOUR);
  const mass = (longestWaitMs: number | null): Velocity => ({ kind: 'critical-mass', changes: 3, longestWaitMs });
  const weekly = train('0 10 * * 3', 'Europe/Zurich');

  it.each<[string, Velocity, number, Date | null, Date | null, boolean]>([
    ['a train before its time', weekly, 5, null, since(-1), false],
    ['a train at its time', weekly, 0, null, now, true],
    ['a deadline at its date', { kind: 'deadline', at: now.toISOString() }, 0, null, now, true],
    ['a critical mass that is not reached', mass(null), 2, since(1_000), null, false],
    ['a critical mass that is', mass(null), 3, since(1), null, true],
    ['fewer before the longest wait is over', mass(48 * HOUR), 1, since(47), null, false],
    ['fewer when it is', mass(48 * HOUR), 1, since(48), null, true],
    ['nothing that is ready, however long it waited', mass(48 * HOUR), 0, since(100), null, false],
    ['a continuous one with nothing ready', { kind: 'continuous' }, 0, since(1), null, false],
    ['a continuous one with a change that is ready', { kind: 'continuous' }, 1, since(1), null, true],
  ])('%s', (_title, velocity, readyCars, firstBoardedAt, leavesAt, expected) => {
    const due = isDue(velocity, { now, leavesAt, readyCars, firstBoardedAt });
    expect(due.leaves).toBe(expected);
    expect(due.because).toMatch(/\.$/);
  });

  it('says until when it waits at the longest', () => {
    const due = isDue(mass(48 * HOUR), { now, leavesAt: null, readyCars: 1, firstBoardedAt: since(47) });
    expect(due).toEqual({
      leaves: false,
      because: '1 of 3 changes is ready; it waits until 2026-06-03T09:00:00.000Z at the longest.',
      at: since(-1),
    });
  });
});
