import { compile, type Flag } from '@turnout/core';
import { flagWith, rulesetWith } from '@turnout/core/fixtures';
import { describe, expect, it } from 'vitest';
import { imaginePast } from './demo-past.ts';
import { busyness } from './demo-shoppers.ts';
import { MOST_VISITS, TRIALS_A_MINUTE } from './demo-traffic.ts';

const NOW = new Date('2026-03-04T15:20:30Z');
const HOUR_MS = 3_600_000;
const split: Flag['fallthrough'] = {
  split: {
    by: 'targetingKey',
    salt: 's',
    of: 10,
    slices: [
      [0, 3, 'on'],
      [3, 10, 'off'],
    ],
  },
};
const ruleset = compile(
  rulesetWith({
    banner: flagWith({ key: 'banner' }),
    'smart-search': flagWith({ key: 'smart-search', fallthrough: split }),
  }),
);

describe('the past of the demo', () => {
  it('covers two days by the hour and the present hour by the minute, and nothing that is not over', async () => {
    const { counts, events } = await imaginePast(ruleset, 'production', NOW);
    const of = (per: string) =>
      new Set(counts.filter((row) => row.per === per && row.flag === 'banner').map(({ at }) => at));
    expect([...of('hour')]).toHaveLength(48);
    expect([...of('minute')]).toHaveLength(20);
    const latest = Math.max(...[...counts, ...events].map(({ at }) => Date.parse(at)));
    expect(new Date(latest).toISOString()).toBe('2026-03-04T15:19:00.000Z');
    const earliest = Math.min(...events.map(({ at }) => Date.parse(at)));
    expect(new Date(earliest).toISOString()).toBe('2026-03-02T15:00:00.000Z');
  });

  it('is as busy as the apps are that go on from it', async () => {
    const { counts, events } = await imaginePast(ruleset, 'production', NOW);
    for (const hour of [3, 9, 14, 19]) {
      const at = new Date(Date.UTC(2026, 2, 3, hour));
      const middle = new Date(at.getTime() + HOUR_MS / 2);
      const expected = MOST_VISITS * busyness(middle) * 3_600;
      const [row] = counts.filter((one) => one.flag === 'banner' && one.at === at.toISOString());
      expect(Math.abs((row?.count ?? 0) - expected)).toBeLessThanOrEqual(1);
      const [pages] = events.filter((one) => one.event === 'page-viewed' && one.at === at.toISOString());
      expect(pages?.count).toBe(row?.count);
    }
    const minute = counts.find((one) => one.flag === 'banner' && one.at === '2026-03-04T15:10:00.000Z');
    expect(minute?.count).toBeGreaterThan(30);
    expect(minute?.count).toBeLessThanOrEqual(MOST_VISITS * 60 + 1);
  });

  it('serves what the ruleset serves, and counts the coded default for flags that it does not have', async () => {
    const { counts } = await imaginePast(ruleset, 'production', NOW);
    const total = (flag: string, variant: string) =>
      counts.filter((row) => row.flag === flag && row.variant === variant).reduce((sum, { count }) => sum + count, 0);
    expect(total('banner', 'off')).toBe(0);
    const share = total('smart-search', 'on') / (total('smart-search', 'on') + total('smart-search', 'off'));
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
    expect(total('new-checkout', '')).toBeGreaterThan(0);
  });

  it('is the same for whoever asks twice, and leaves one flag behind that nobody asks for any more', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => imaginePast(ruleset, 'production', NOW)));
    expect(one).toEqual(other);
    const forgotten = one?.counts.filter(({ flag }) => flag === 'legacy-export') ?? [];
    const last = Math.max(...forgotten.map(({ at }) => Date.parse(at)));
    expect(Math.floor((NOW.getTime() - last) / (24 * HOUR_MS))).toBe(41);
  });

  it('in development is what a developer clicks through', async () => {
    const { counts, events } = await imaginePast(ruleset, 'development', NOW);
    const row = counts.find(({ flag, per }) => flag === 'banner' && per === 'hour');
    expect(row?.count).toBe(TRIALS_A_MINUTE * 60);
    expect(events).toEqual([]);
    expect(counts.some(({ flag }) => flag === 'legacy-export')).toBe(false);
  });
});
