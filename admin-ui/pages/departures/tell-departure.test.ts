import type { DepartureItem, TrainAnswer } from '@turnout/server/contracts';
import { describe, expect, test } from 'vitest';
import { arrange, countDown, listAhead, nameOf, restOf, tellAboard, tellCap, wordsOf } from './tell-departure.ts';

const departure = (some: Partial<DepartureItem>) =>
  ({ train: 'weekly', number: 1, kind: 'regular', ...some }) as DepartureItem;

test.each([
  [0, '00:00'],
  [-5_000, '00:00'],
  [1, '00:01'],
  [309_000, '05:09'],
  [3_600_000, '1:00:00'],
  [14_709_000, '4:05:09'],
  [47 * 3_600_000 + 59 * 60_000, '47:59:00'],
  [76 * 3_600_000, '3 d 4 h'],
])('%i ms before a cut-off the clock shows %s', (ms, words) => {
  expect(countDown(ms)).toBe(words);
});

test('Who is ready counts as long as it stands at the platform; then, how many went', () => {
  expect(tellAboard({ state: 'boarding', aboard: 0, ready: 0 })).toBe('nobody yet');
  expect(tellAboard({ state: 'closed', aboard: 3, ready: 2 })).toBe('2 of 3 ready');
  expect(tellAboard({ state: 'under-way', aboard: 3, ready: 0 })).toBe('3 aboard');
  expect(tellAboard({ state: 'recalled', aboard: 3, ready: 0 })).toBe('3 were aboard');
  expect(tellAboard({ state: 'recalled', aboard: 1, ready: 0 })).toBe('1 was aboard');
  expect(tellAboard({ state: 'missed', aboard: 0, ready: 0 })).toBe('nobody');
  expect([tellCap(null, 9), tellCap(4, 2), tellCap(4, 4)]).toEqual(['', '4 at most', 'full, 4 at most']);
});

test.each([
  ['Closed; leaves when it is ready.', 'closed', 'leaves when it is ready.'],
  ['Under way: each change follows its policy.', 'under way', 'each change follows its policy.'],
  ['Arrived.', 'arrived', ''],
  ['Recalled: errors at the till', 'recalled', 'errors at the till'],
  ['Did not leave: Nobody was aboard.', 'missed', 'Did not leave: Nobody was aboard.'],
])('Beside its state, “%s” (%s) says “%s”', (says, state, rest) => {
  expect(restOf(says, state)).toBe(rest);
});

test('An emergency waits until a second person agrees', () => {
  expect(wordsOf({ kind: 'chemspill', state: 'closed' })).toEqual({ name: 'waits', tone: 'warn' });
  expect(wordsOf({ kind: 'regular', state: 'closed' }).name).toBe('closed');
  expect(wordsOf({ kind: 'chemspill', state: 'under-way' }).name).toBe('under way');
});

describe('The board', () => {
  test('shows an emergency first, then what leaves soonest, and last what leaves when something is ready', () => {
    const { next } = arrange([
      departure({ train: 'when-ready', state: 'boarding', leavesAt: null }),
      departure({ train: 'weekly', state: 'scheduled', leavesAt: '2026-12-02T09:00:00.000Z' }),
      departure({ train: 'daily', state: 'closed', leavesAt: '2026-11-27T09:00:00.000Z' }),
      departure({ train: 'weekly', number: 4, kind: 'chemspill', state: 'boarding', leavesAt: null }),
    ]);
    expect(next.map(nameOf)).toEqual(['weekly 4', 'daily 1', 'weekly 1', 'when-ready 1']);
  });

  test('keeps what has left apart from what is over, the newest first', () => {
    const { underWay, lately, next } = arrange([
      departure({ number: 1, state: 'arrived', endedAt: '2026-11-20T09:00:00.000Z' }),
      departure({ number: 2, state: 'recalled', endedAt: '2026-11-24T09:00:00.000Z' }),
      departure({ number: 3, state: 'under-way', departedAt: '2026-11-25T09:00:00.000Z' }),
      departure({ number: 4, state: 'departing', departedAt: '2026-11-26T09:00:00.000Z' }),
    ]);
    expect([underWay, lately, next].map((group) => group.map(({ number }) => number))).toEqual([[4, 3], [2, 1], []]);
  });

  test('tells what is further ahead by the clock, what a freeze skips among it, and nothing twice', () => {
    const train = (key: string, ahead: string[], skipped: { at: string; freeze: string }[] = []) =>
      ({
        key,
        environment: 'production',
        ahead: ahead.map((leavesAt) => ({ leavesAt, closesAt: leavesAt })),
        skipped,
      }) as unknown as TrainAnswer;
    const ahead = listAhead({
      trains: [
        train('weekly', ['2026-12-02', '2026-12-16'], [{ at: '2026-12-09', freeze: 'Sale' }]),
        train('daily', ['2026-12-03']),
      ],
      departures: [departure({ train: 'weekly', leavesAt: '2026-12-02' })],
    });
    expect(ahead.map(({ train: key, at, freeze }) => [key, at, freeze])).toEqual([
      ['daily', '2026-12-03', undefined],
      ['weekly', '2026-12-09', 'Sale'],
      ['weekly', '2026-12-16', undefined],
    ]);
  });
});
