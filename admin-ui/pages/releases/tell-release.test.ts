import { describe, expect, test } from 'vitest';
import { fileOf, pageOfOrigin, revisionOf, tellContent, tellGood } from './tell-release.ts';

test.each([
  [{ knownGood: true, latestKnownGood: true, unproven: 0 }, 'last known good', 'on'],
  [{ knownGood: true, latestKnownGood: false, unproven: 0 }, 'known good', 'on'],
  [{ knownGood: false, latestKnownGood: false, unproven: 1 }, 'one flag not known good', ''],
  [{ knownGood: false, latestKnownGood: false, unproven: 12 }, '12 flags not known good', ''],
])('Of %j it is said “%s”', (item, words, tone) => {
  expect(tellGood(item)).toMatchObject({ words, tone });
});

describe('Where a release comes from', () => {
  test.each([
    ['/trains/weekly/departures/12', '/p/shop/departures/weekly/12'],
    ['/rollouts/0f3a', '/p/shop/rollouts/0f3a'],
    ['/flags/cart', undefined],
    ['//elsewhere.example/rollouts/1', undefined],
    ['javascript:alert(1)', undefined],
    [null, undefined],
  ])('by %s is the page %s', (link, page) => {
    expect(pageOfOrigin('shop', link)).toBe(page);
  });
});

test('What is in a release is counted', () => {
  expect(tellContent({ flags: 1, segments: 0 })).toBe('one flag');
  expect(tellContent({ flags: 12, segments: 1 })).toBe('12 flags and one segment');
});

test('The name of a file has nothing in it that leads elsewhere', () => {
  expect(fileOf('shop', 'production', '2026-11-25.1')).toBe('shop-production-2026-11-25.1.turnout.json');
  expect(fileOf('shop', 'production', '../a b')).toBe('shop-production-.._a_b.turnout.json');
});

test('Of a position its revision is shown', () => {
  expect(revisionOf('0dfdc0a50f3252626b3bd6e2faedb558.29')).toBe('29');
});
