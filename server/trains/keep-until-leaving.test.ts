import { expect, test } from 'vitest';
import { expiryAboard } from './keep-until-leaving.ts';

const day = (count: number) => new Date(Date.UTC(2026, 0, 1) + count * 86_400_000);
const request = (lasts: number) => ({ editedAt: day(0), expiresAt: day(lasts) });

test.each([
  ['lasts a day longer than the time at which it leaves', 7, 9, 1, 10],
  ['is not shortened by an early departure', 7, 2, 1, 7],
  ['lasts no longer than thirty days after it was written', 7, 300, 1, 30],
  ['stays lapsed where it lapsed before', 7, 9, 8, 7],
])('What is aboard %s', (_title, lasts, leaves, now, expected) => {
  expect(expiryAboard(request(lasts), day(leaves), day(now))).toEqual(day(expected));
});

test('What is aboard a train that leaves when something is ready keeps its time', () => {
  expect(expiryAboard(request(7), null, day(1))).toEqual(day(7));
});
