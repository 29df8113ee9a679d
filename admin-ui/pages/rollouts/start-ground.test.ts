import type { ListedPolicy, ServeAnswer } from '@turnout/server/contracts';
import { expect, test } from 'vitest';
import { attachedPolicy, mostServed } from './start-ground.ts';

const flag = { key: 'banner', tags: ['web', 'shop'], kind: 'release', type: 'boolean' } as const;
type By = ListedPolicy['attachments'][number]['by'];
const attached = (...all: [by: By, value: string][]) =>
  all.map(([by, value]) => ({ key: `by-${by}-${value}`, attachments: [{ by, value }] }));
const find = (...all: [by: By, value: string][]) => attachedPolicy({ ...flag, tags: [...flag.tags] }, attached(...all));

test('the most specific attachment of a policy wins, of several tags the first', () => {
  expect(find(['type', 'boolean'], ['kind', 'release'])).toBe('by-kind-release');
  expect(find(['tag', 'web'], ['tag', 'shop'], ['kind', 'release'])).toBe('by-tag-shop');
  expect(find(['tag', 'web'], ['flag', 'banner'])).toBe('by-flag-banner');
  expect(find(['tag', 'other'], ['flag', 'web'])).toBeUndefined();
});

test('a rollout begins at what most get', () => {
  const split = (weights: Record<string, number>) =>
    ({ split: { by: 'targetingKey', salt: 's', of: 100, slices: [], weights } }) as ServeAnswer;
  expect(mostServed({ variant: 'off' })).toBe('off');
  expect(mostServed(split({ on: 20, off: 80 }))).toBe('off');
  expect(mostServed({ coded: true })).toBeUndefined();
  expect(mostServed(undefined)).toBeUndefined();
});
