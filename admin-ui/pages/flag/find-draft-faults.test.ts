import { conditionFaults } from '@turnout/core';
import { expect, test } from 'vitest';
import type { Draft } from './draft.ts';
import { findDraftFaults } from './find-draft-faults.ts';

const sound: Draft = {
  offVariant: 'off',
  prerequisites: [{ flag: 'cart', variants: ['on'] }],
  rules: [{ id: 'a', if: { segment: 'x' }, serve: { variant: 'on' } }],
  fallthrough: { split: { by: 'targetingKey', of: 10, weights: { on: 4, off: 6 } } },
  shedAt: null,
  maxStalenessMs: null,
  whenStale: null,
};
const split = (weights: Record<string, number>, by = 'id') => ({ split: { by, of: 10, weights } });

test.each<[string, Partial<Draft>, [string, RegExp][]]>([
  ['nothing', {}, []],
  ['an off variant that is gone', { offVariant: 'old' }, [['offVariant', /no variant old/]]],
  ['a prerequisite without a flag', { prerequisites: [{ flag: '', variants: [] }] }, [['prerequisites', /which flag/]]],
  [
    'a prerequisite that accepts nothing',
    { prerequisites: [{ flag: 'b', variants: [] }] },
    [['prerequisites', /what b must/]],
  ],
  [
    'a condition that asks nothing yet',
    { rules: [{ id: 'n', if: { attribute: '', op: 'equals', values: [] }, serve: { variant: 'on' } }] },
    [['rule n', /not complete: the name of an attribute/]],
  ],
  [
    'a rule that serves what is not there',
    { rules: [{ id: 'n', if: { all: [] }, serve: { variant: 'x' } }] },
    [['rule n', /no variant x/]],
  ],
  ['weights that leave some over', { fallthrough: split({ on: 4, off: 5 }) }, [['fallthrough', /10 % of users/]]],
  ['a split by nothing', { fallthrough: split({ on: 4, off: 6 }, '') }, [['fallthrough', /by which attribute/]]],
  ['a weight of what is not there', { fallthrough: split({ on: 4, x: 6 }) }, [['fallthrough', /no variant x/]]],
])('%s is found before it is sent', (_title, changed, expected) => {
  const found = findDraftFaults({ ...sound, ...changed }, { variants: ['on', 'off'], conditionFaults });
  expect(found.map(({ place }) => place)).toEqual(expected.map(([place]) => place));
  for (const [at, [, says]] of expected.entries()) expect(found[at]?.says).toMatch(says);
});
