import type { ListedPolicy, MetricAnswer, TriedQuery } from '@turnout/server/contracts';
import { expect, test } from 'vitest';
import { guardsNaming, tellMetric, tellRate } from './metric-words.ts';
import { tellAnswer } from './query-words.ts';

const metric: MetricAnswer = {
  ...{ key: 'm', kind: 'rate', event: 'checkout.error', direction: 'up', unit: '', source: 'server', version: 1 },
};

test.each<[Partial<MetricAnswer>, string]>([
  [{}, 'users with checkout.error; more is worse'],
  [{ direction: 'down' }, 'users with checkout.error; less is worse'],
  [{ kind: 'mean', unit: 'ms', cap: 10_000 }, 'the value of checkout.error in ms, at most 10000; more is worse'],
  [{ kind: 'ratio', event: 'bought', denominator: 'visited' }, 'bought over visited; shown, never tested'],
])('%j is told as %s', (over, told) => {
  expect(tellMetric({ ...metric, ...over })).toBe(told);
});

test('a rate says of how many and over how long', () => {
  expect(tellRate({ rate: 0.012345, n: 12_300, hours: 40.2 })).toBe('1.23 % of 12,300 users in 40 h');
});

test('guards of policies that are put away go by nothing', () => {
  const policies = [
    {
      key: 'a',
      archived: false,
      watches: [
        { guard: 'errors', metric: 'm' },
        { guard: 'p95', source: 'm' },
      ],
    },
    { key: 'b', archived: true, watches: [{ guard: 'errors', metric: 'm' }] },
  ] as unknown as ListedPolicy[];
  expect(guardsNaming(policies, { metric: 'm' })).toEqual([{ policy: 'a', guard: 'errors' }]);
  expect(guardsNaming(policies, { source: 'm' })).toEqual([{ policy: 'a', guard: 'p95' }]);
});

test.each<[TriedQuery['answer'], string, RegExp]>([
  [{ kind: 'value', value: 0.25 }, '0.25', /One number/],
  [{ kind: 'no-data' }, 'No data', /holds, or pauses/],
  [{ kind: 'not-a-number' }, 'Not a number', /for no data/],
  [{ kind: 'several-series', count: 3 }, '3 series', /sum or aggregate/],
  [{ kind: 'error', message: 'connection refused' }, 'Error', /connection refused/],
])('the answer %j is said as %s', (answer, says, means) => {
  const told = tellAnswer(answer);
  expect(told.says).toBe(says);
  expect(told.means).toMatch(means);
});
