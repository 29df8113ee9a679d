import { describe, expect, it } from 'vitest';
import { isReached, tellMeter } from './tell-meter.ts';

const receipts = (live: number, reached: number, max: number | null, unknown: string[] = []) => ({
  ...{ live, reached, max, unknown },
  complete: unknown.length === 0,
});

describe('the meter of a kill', () => {
  it.each([
    ['all have it', receipts(412, 412, 143), '412/412', '143 ms', 1, 'all'],
    ['one has not: no time is told, for it is not over', receipts(412, 411, 90), '411/412', '', 411 / 412, 'waiting'],
    ['nobody runs', receipts(0, 0, null), '0/0', '', 1, 'nobody'],
    ['a node could not be asked', receipts(5, 5, 20, ['node-b']), '5/5', '20 ms', 1, 'unsure'],
    ['nothing is known yet', undefined, '–', '', 0, 'waiting'],
  ] as const)('says so where %s', (_title, given, figure, took, share, state) => {
    expect(tellMeter(given)).toMatchObject({ figure, took, share, state });
  });

  it('names the nodes that could not be asked, and waits on for them', () => {
    const unsure = receipts(5, 5, 20, ['node-b']);
    expect(tellMeter(unsure).words).toContain('node-b');
    expect([isReached(unsure), isReached(receipts(5, 5, 20)), isReached(receipts(5, 4, 20))]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
