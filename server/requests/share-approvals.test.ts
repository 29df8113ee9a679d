import { describe, expect, it } from 'vitest';
import { shareApprovals } from './share-approvals.ts';

const TWO = [
  { id: 'manager', count: 1 },
  { id: 'admin', count: 1 },
];
const shared = (places: { id: string; count: number }[], ...given: [personId: string, place: string][]) =>
  Object.fromEntries(
    shareApprovals(
      places,
      given.map(([personId, place]) => ({ personId, place })),
    ),
  );

describe('approvals that are asked for at once', () => {
  it('are given by one person each, however many roles somebody has', () => {
    expect(shared(TWO, ['pat', 'manager'], ['pat', 'admin'])).toEqual({ pat: 'manager' });
  });

  it('are used where nobody else is, whichever somebody gave first', () => {
    expect(shared(TWO, ['pat', 'manager'], ['pat', 'admin'], ['rita', 'manager'])).toEqual({
      ...{ pat: 'admin', rita: 'manager' },
    });
    const three = [...TWO, { id: 'editor', count: 2 }];
    const given: [string, string][] = [
      ...([
        ['pat', 'manager'],
        ['pat', 'admin'],
        ['pat', 'editor'],
      ] as [string, string][]),
      ...([
        ['rita', 'manager'],
        ['rita', 'editor'],
        ['ed', 'editor'],
        ['sue', 'manager'],
      ] as [string, string][]),
    ];
    expect(shared(three, ...given)).toEqual({ pat: 'admin', rita: 'editor', ed: 'editor', sue: 'manager' });
  });

  it('are given by nobody who gave none, and no more of them than are asked for', () => {
    expect(shared(TWO)).toEqual({});
    expect(shared(TWO, ['rita', 'manager'], ['sue', 'manager'])).toEqual({ rita: 'manager' });
  });
});
