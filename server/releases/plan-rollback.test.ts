import { describe, expect, it } from 'vitest';
import type { Configuration } from '../flags/configuration.ts';
import type { FlagNow } from './plan-rollback.ts';
import { planFlagRollback, planRollback } from './plan-rollback.ts';
import { FORM_CONTENT, nowOf, OFF, ON, thenOf } from './rollback.fixture.ts';
import { splitRollback } from './split-rollback.ts';

const OTHER: Configuration = { ...ON, fallthrough: { variant: 'other' } };
const shed = (configuration: Configuration): Configuration => ({ ...configuration, shedAt: 1 });

interface Case {
  says: string;
  was?: Parameters<typeof thenOf>[0][number][1];
  is: Partial<FlagNow> & Pick<FlagNow, 'configuration'>;
  levels?: [number, number];
  effect: 'changed' | 'kept' | 'same';
  because?: RegExp;
  state?: 'on' | 'off';
}

const CASES: Case[] = [
  { says: 'one that is as it was', was: { configuration: ON }, is: { configuration: ON }, effect: 'same' },
  {
    says: 'one that was edited since goes back',
    ...{ was: { configuration: ON }, is: { configuration: OTHER }, effect: 'changed', state: 'on' },
  },
  {
    says: 'one that was turned on since is turned off',
    ...{ was: { configuration: OFF }, is: { configuration: OTHER }, effect: 'changed', state: 'off' },
  },
  {
    says: 'one that was turned off since stays off',
    ...{ was: { configuration: ON }, is: { configuration: OFF }, effect: 'kept', because: /turned off since/ },
  },
  {
    says: 'one that was killed since stays so',
    ...{
      was: { configuration: ON },
      is: { configuration: OTHER, killed: true },
      effect: 'kept',
      because: /killed since/,
    },
  },
  {
    says: 'one that was killed then and is so now is written as it was, under its kill',
    was: { configuration: ON, killed: true },
    ...{ is: { configuration: OTHER, killed: true }, effect: 'changed', state: 'on' },
  },
  {
    says: 'one that was killed then and restored since is turned off',
    was: { configuration: ON, killed: true },
    ...{ is: { configuration: OTHER }, effect: 'changed', state: 'off', because: /killed then, and restored/ },
  },
  {
    says: 'one that is shed since stays as it is',
    ...{ was: { configuration: shed(ON) }, is: { configuration: shed(OTHER) }, levels: [0, 1] },
    ...{ effect: 'kept', because: /shed since/ },
  },
  {
    says: 'one that was shed then, where the level is lower now, is turned off',
    ...{ was: { configuration: shed(ON) }, is: { configuration: shed(OTHER) }, levels: [1, 0] },
    ...{ effect: 'changed', state: 'off', because: /shed then/ },
  },
  {
    says: 'one that was rolled back since stays where that led',
    was: { configuration: OTHER },
    ...{ is: { configuration: ON, rolledBackSince: true }, effect: 'kept', because: /rolled back since/ },
  },
  {
    says: 'one that is rolled out anew after it was rolled back goes back all the same',
    was: { configuration: ON },
    ...{ is: { configuration: OTHER, anchored: ON, rolledBackSince: true }, effect: 'changed', state: 'on' },
  },
  {
    says: 'one that was made since is turned off',
    ...{ is: { configuration: ON }, effect: 'changed', state: 'off', because: /made since/ },
  },
  { says: 'one that was made since and is off', is: { configuration: OFF }, effect: 'same' },
  {
    says: 'one that was archived since is kept, and how to bring it back is said',
    was: { configuration: ON },
    ...{ is: { configuration: ON, archived: true }, effect: 'kept', because: /unarchive it first/ },
  },
  {
    says: 'one of which a variant has another value now is kept, and how to bring it back is said',
    was: { configuration: ON, content: { variants: { off: 'OFF', on: 'old', other: 'OTHER' } } },
    ...{ is: { configuration: OTHER }, effect: 'kept', because: /Its variant “on” is not what it was/ },
  },
  {
    says: 'one that has got another variant besides goes back',
    was: { configuration: ON, content: { variants: { off: 'OFF', on: 'ON' } } },
    ...{ is: { configuration: OTHER }, effect: 'changed', state: 'on' },
  },
  {
    says: 'one that waits for a flag that is not there any more is kept',
    was: { configuration: { ...ON, prerequisites: [{ flag: 'gone', variants: ['on'] }] } },
    ...{ is: { configuration: OTHER }, effect: 'kept', because: /does not fit any more.*not archived/ },
  },
  {
    says: 'one that was off and waited for a flag that is gone is turned off all the same',
    was: { configuration: { ...OFF, prerequisites: [{ flag: 'gone', variants: ['on'] }] } },
    ...{ is: { configuration: OTHER }, effect: 'changed', state: 'off', because: /was off, so it is turned off/ },
  },
];

describe('what becomes of a flag when its environment goes back', () => {
  it.each(CASES)('$says', ({ was, is, levels: [levelThen, levelNow] = [0, 0], effect, because, state }) => {
    const then = thenOf(was === undefined ? [] : [['cart', was]], { shedLevel: levelThen });
    const plan = planRollback(then, nowOf([['cart', is]], { shedLevel: levelNow })).flags.get('cart');
    expect(plan?.effect).toBe(effect);
    if (because !== undefined) expect((plan as { because: string }).because).toMatch(because);
    if (plan?.effect === 'changed') expect(plan.write.state).toBe(state);
  });
});

it('a circle by way of a flag that is kept keeps the other one too', () => {
  const needs = (flag: string): Configuration => ({ ...OTHER, prerequisites: [{ flag, variants: ['on'] }] });
  const then = thenOf([
    ['a', { configuration: needs('b') }],
    ['b', { configuration: ON }],
  ]);
  const now = nowOf([
    ['a', { configuration: ON }],
    ['b', { configuration: needs('a'), rolledBackSince: true }],
  ]);
  const { flags } = planRollback(then, now);
  expect([flags.get('a')?.effect, flags.get('b')?.effect]).toEqual(['kept', 'kept']);
});

it('a flag that is archived and no part of a release is not counted as one that is as it was', () => {
  const now = nowOf([
    ['cart', { configuration: ON }],
    ['old', { configuration: ON, archived: true }],
  ]);
  expect([...planRollback(thenOf([['cart', { configuration: ON }]]), now).flags.keys()]).toEqual(['cart']);
});

it('segments come back as they were, and those that were made since stay', () => {
  const plan = planRollback(thenOf([], { staff: ['ada'] }), nowOf([]));
  expect(plan.segments.get('staff')?.write.included).toEqual(['ada']);
  expect(planRollback(thenOf([]), nowOf([])).segments.size).toBe(0);
});

it('whoever names a flag takes back that it was turned off since, and no kill', () => {
  const was = { form: { configuration: ON, content: FORM_CONTENT }, killed: false };
  const back = (is: Partial<FlagNow>) =>
    planFlagRollback('cart', was, nowOf([['cart', { configuration: OFF, ...is }]]));
  expect(back({})).toMatchObject({ effect: 'changed', write: { state: 'on' } });
  expect(back({ killed: true })).toMatchObject({ effect: 'changed', write: { state: 'on' } });
  expect(back({ archived: true })).toMatchObject({ effect: 'kept' });
});

it('a run goes back to its anchor at once where the rest of the way grows', () => {
  const now = nowOf([['cart', { configuration: OTHER, anchored: { ...ON, fallthrough: { variant: 'off' } } }]]);
  const { flags } = planRollback(thenOf([['cart', { configuration: ON }]]), now);
  const { atOnce, waits } = splitRollback(flags, now);
  expect(atOnce.get('cart')?.fallthrough).toEqual({ variant: 'off' });
  expect([...waits]).toEqual(['cart']);
});

it('a flag that was off is turned off at once where its rules have to wait', () => {
  const now = nowOf([['cart', { configuration: OTHER }]]);
  const { flags } = planRollback(thenOf([['cart', { configuration: OFF }]]), now);
  const { atOnce, waits } = splitRollback(flags, now);
  expect(atOnce.get('cart')).toEqual({ ...OTHER, state: 'off' });
  expect([...waits]).toEqual(['cart']);
});
