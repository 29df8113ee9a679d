import { expect, it } from 'vitest';
import { tellSight } from './tell-sight.ts';

const ERRORS = { rate: 0.01, margin: 0.2, direction: 'up', alpha: 0.01, guards: 3 } as const;
const HALF_AN_HOUR = 30 * 60_000;

it('It says what will show before a start, and what will not', () => {
  expect(tellSight(ERRORS, 'errors', { unitsPerMinute: 280, bakeMs: HALF_AN_HOUR })).toBe(
    'At the traffic of the last day a tripling of errors shows in about 12 minutes; +25 % will not show in this bake.',
  );
});

it('What the margin tolerates is said to be tolerated', () => {
  const told = tellSight({ ...ERRORS, margin: 0.3 }, 'errors', { unitsPerMinute: 100_000, bakeMs: HALF_AN_HOUR });
  expect(told).toContain('+25 % is tolerated');
});

it('Falls have words of their own', () => {
  const told = tellSight(
    { ...ERRORS, rate: 0.3, direction: 'down' },
    'checkout.done',
    { unitsPerMinute: 10, bakeMs: 1e9 },
    [1 / 3, 2, 1.5],
  );
  expect(told).toMatch(
    /^At the traffic of the last day a fall to a third of checkout.done shows in about \d+ minutes; /,
  );
  expect(told).toMatch(/a fall to half shows in about \d+ (minutes|hours); −33.3 % shows in about \d+ hours\.$/);
});

it('Without traffic nothing shows', () => {
  const told = tellSight(ERRORS, 'errors', { unitsPerMinute: 0, bakeMs: 1e12 });
  expect(told).toContain('a tripling of errors will not show in this bake');
});
