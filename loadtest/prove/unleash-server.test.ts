import { expect, test } from 'vitest';
import { FLAG_SET } from './flag-set.ts';
import { writeUnleashStrategies } from './unleash-server.ts';

const strategiesOf = (index: number) => writeUnleashStrategies(FLAG_SET[index] as (typeof FLAG_SET)[number]);

test('A rule becomes a strategy with constraints and its variant, before the one for the rest', () => {
  expect(strategiesOf(2)).toMatchObject([
    {
      constraints: [
        { contextName: 'country', operator: 'IN', values: ['DE', 'AT', 'CH'] },
        { contextName: 'plan', operator: 'IN', values: ['pro'] },
      ],
      variants: [{ name: 'blue', payload: { type: 'string', value: 'blue' } }],
    },
    { variants: [{ name: 'green' }] },
    { constraints: [], variants: [{ name: 'grey' }] },
  ]);
  expect(strategiesOf(3)[0]).toMatchObject({
    constraints: [{ contextName: 'age', operator: 'NUM_GTE', value: '40' }],
    variants: [{ name: 'many', payload: { value: '50' } }],
  });
});

test('Half of the users are a rollout of 50, and a boolean has no variants', () => {
  expect(strategiesOf(1)).toEqual([
    { name: 'flexibleRollout', parameters: { rollout: '50', stickiness: 'userId', groupId: 'flag-001' } },
  ]);
  expect(strategiesOf(0)[0]).not.toHaveProperty('variants');
});
