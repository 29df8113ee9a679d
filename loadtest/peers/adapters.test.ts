import { expect, test } from 'vitest';
import { workloads } from '../bench/workloads.ts';
import { writeFlagd } from './flagd.ts';
import { writePayload } from './growthbook.ts';
import { writeFlags } from './launchdarkly.ts';
import { listPeerVersions } from './peer.ts';
import { type Strategy, writeFeatures } from './unleash.ts';

const cases = workloads();
const ruled = cases[2] as (typeof cases)[number];
const segmented = cases[3] as (typeof cases)[number];
const half = cases[1] as (typeof cases)[number];

type Constraint = Strategy['constraints'][number];

const CHECKS: Record<string, (got: string, constraint: Constraint) => boolean> = {
  IN: (got, { values }) => values?.includes(got) === true,
  STR_ENDS_WITH: (got, { values }) => values?.some((value) => got.endsWith(value)) === true,
  STR_CONTAINS: (got, { values }) => values?.some((value) => got.includes(value)) === true,
  NUM_GTE: (got, { value }) => Number(got) >= Number(value),
  NUM_LT: (got, { value }) => Number(got) < Number(value),
};

test('Rules that turn off before rules that turn on become strategies of Unleash that hold for the same users', () => {
  const [feature] = writeFeatures(ruled.ruleset).filter(({ name }) => name === ruled.key);
  let on = 0;
  for (const context of ruled.contexts.slice(0, 1_000)) {
    const holds = (constraint: Constraint) => {
      const got = String(context[constraint.contextName]);
      return CHECKS[constraint.operator]?.(got, constraint) !== (constraint.inverted === true);
    };
    const isOn = feature?.strategies.some(({ constraints }) => constraints.every(holds)) === true;
    expect(isOn).toBe(ruled.floor(context));
    if (isOn) on += 1;
  }
  expect(on).toBeGreaterThan(100);
  expect(on).toBeLessThan(900);
});

test('The members of a segment are named once, and Unleash is told of the segment by its number', () => {
  const [feature] = writeFeatures(segmented.ruleset);
  expect(feature?.strategies).toEqual([{ name: 'default', parameters: {}, constraints: [], segments: [1] }]);
  const members = segmented.ruleset.segments.vip?.included;
  expect(writeFlagd(segmented.ruleset).$evaluators).toEqual({ vip: { in: [{ var: 'targetingKey' }, members] } });
  expect(writePayload(segmented.ruleset).savedGroups).toEqual({ vip: members });
});

test('A rule of two conditions is one branch of flagd, one condition of GrowthBook and two clauses of LaunchDarkly', () => {
  const flagd = writeFlagd(ruled.ruleset).flags.search as { targeting: { if: unknown[] } };
  expect(flagd.targeting.if).toHaveLength(11);
  expect(flagd.targeting.if.slice(2, 4)).toEqual([
    { and: [{ ends_with: [{ var: 'email' }, '@corp.test'] }, { '>=': [{ var: 'age' }, 60] }] },
    'off',
  ]);
  const growthbook = writePayload(ruled.ruleset).features.search as { rules: unknown[] };
  expect(growthbook.rules[1]).toEqual({
    condition: { email: { $regex: '@corp\\.test$' }, age: { $gte: 60 } },
    force: false,
  });
  const launchdarkly = writeFlags(ruled.ruleset)[1] as { rules: { variation: number; clauses: object[] }[] };
  expect(launchdarkly.rules[1]).toMatchObject({
    variation: 1,
    clauses: [
      { attribute: 'email', op: 'endsWith', values: ['@corp.test'] },
      { attribute: 'age', op: 'greaterThanOrEqual', values: [60] },
    ],
  });
});

test('A split is a half in everybody’s words', () => {
  expect(writeFlagd(half.ruleset).flags.search).toMatchObject({
    targeting: {
      fractional: [
        ['on', 50],
        ['off', 50],
      ],
    },
  });
  expect(writePayload(half.ruleset).features.search).toMatchObject({ rules: [{ coverage: 0.5, force: true }] });
  expect(writeFeatures(half.ruleset)[1]?.strategies).toMatchObject([
    { name: 'flexibleRollout', parameters: { rollout: '50', groupId: 'search' } },
  ]);
  expect(writeFlags(half.ruleset)[1]).toMatchObject({
    fallthrough: { rollout: { variations: [{ weight: 50_000 }, { weight: 50_000 }] } },
  });
});

test('Every peer is pinned to one version', () => {
  for (const version of Object.values(listPeerVersions())) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});
