import type { Condition, Ruleset, Segment } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { segmentFaultsIn } from './check-segment.ts';

const naming = (key: string, name: string, times: number): Segment => ({
  ...{ key, by: 'targetingKey', included: [], excluded: [] },
  if: { any: Array.from({ length: times }, (): Condition => ({ segment: name })) },
});
const rulesetOf = (...segments: Segment[]): Ruleset => ({
  ...{
    schema: 1,
    project: 'p',
    environment: 'staging',
    epoch: 'x',
    revision: 1,
    view: 'main',
    shedLevel: 0,
    flags: {},
  },
  segments: Object.fromEntries(segments.map((segment) => [segment.key, segment])),
});

describe('a segment among others', () => {
  it('that name one another thousands of times is looked through once: no author can stop a node', () => {
    const among = rulesetOf(naming('leaf', 'leaf', 0), naming('a', 'leaf', 15_000));
    const from = performance.now();
    expect(segmentFaultsIn(naming('b', 'a', 15_000), among).map(({ code }) => code)).toEqual(['tangled']);
    // It took two minutes.
    expect(performance.now() - from).toBeLessThan(10_000);
  });

  it('may not lead back to itself, over whichever of them', () => {
    const among = rulesetOf(naming('a', 'b', 1), naming('b', 'c', 1));
    expect(segmentFaultsIn(naming('c', 'a', 2), among)[0]).toMatchObject({
      ...{ path: '/if/any/0/segment', code: 'cycle' },
      expected: 'a segment that does not lead back here: c → a → b → c',
    });
  });
});
