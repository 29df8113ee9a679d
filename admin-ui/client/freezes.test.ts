import type { FreezeAnswer } from '@turnout/server/contracts';
import { expect, test } from 'vitest';
import { frozenIn } from './freezes.ts';

const freeze = (
  name: string,
  until: string | null,
  environments: string[] | null,
  state: FreezeAnswer['state'] = 'holds',
) => ({ name, until, environments, state, tags: null as string[] | null }) as FreezeAnswer;

test('An environment is frozen until the last of the freezes that hold there is over', () => {
  const items = [
    freeze('short', '2026-11-27T00:00:00Z', ['production']),
    freeze('long', '2026-11-30T00:00:00Z', null),
    freeze('elsewhere', '2026-12-30T00:00:00Z', ['staging']),
    freeze('later', null, ['production'], 'ahead'),
  ];
  expect(frozenIn(items, 'production')).toEqual({ name: 'long', until: '2026-11-30T00:00:00Z' });
  expect(frozenIn(items, 'staging')?.name).toBe('elsewhere');
  expect(frozenIn([], 'production')).toBeUndefined();
  const endless = freeze('hourly', null, ['production']);
  expect(frozenIn([endless, ...items], 'production')).toEqual({ name: 'hourly', until: null });
});
