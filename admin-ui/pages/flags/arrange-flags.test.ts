import type { EvaluationSummaryAnswer, FlagAnswer } from '@turnout/server/contracts';
import { describe, expect, test } from 'vitest';
import { arrangeFlags, type Seen } from './arrange-flags.ts';
import { readView } from './view.ts';

type Summary = FlagAnswer['environments'][string];

const served = (more: Partial<Summary> = {}): Summary => ({
  ...{ state: 'on', killed: false, serves: 'on for everyone', shares: { on: 1 }, rules: 0 },
  ...{ rollout: 1, offVariant: 'off', version: 1, ...more },
});

function flag(key: string, production: Summary, more: Partial<FlagAnswer> = {}): FlagAnswer {
  return {
    ...{ key, type: 'boolean', variants: { on: true, off: false }, name: '', description: '', owner: '', tags: [] },
    ...{ kind: 'release', clientVisible: false, metadata: null, signalKill: false, archived: false, version: 1 },
    ...{ createdAt: '2026-01-01T00:00:00Z', environments: { production }, ...more },
  };
}

const flags = [
  flag('a-old', served({ state: 'off' }), { archived: true }),
  flag('banner', served({ rollout: 0.3 }), { owner: 'web', tags: ['shop', 'checkout'], kind: 'ops' }),
  flag('cart', served({ killed: true }), { owner: 'Pay', tags: ['checkout'], type: 'string' }),
  flag('delivery', served({ state: 'off' }), { owner: 'web' }),
  flag('express', served()),
];

const asked = (key: string, state: 'new' | 'live' | 'fully on' | 'stale', count: number) =>
  [
    key,
    { flag: key, lifecycle: { state, why: '' }, lastDay: [count, 1] } as unknown as EvaluationSummaryAnswer,
  ] as const;
const seen: Seen = {
  environment: 'production',
  evaluations: new Map([asked('banner', 'live', 7), asked('cart', 'stale', 0), asked('delivery', 'new', 90)]),
};

const keysOf = (query: Record<string, string>) => arrangeFlags(flags, readView(query), seen).map(({ key }) => key);

describe('The table', () => {
  test.each([
    [{}, ['banner', 'cart', 'delivery', 'express']],
    [{ archived: 'too' }, ['a-old', 'banner', 'cart', 'delivery', 'express']],
    [{ archived: 'only' }, ['a-old']],
    [{ state: 'killed' }, ['cart']],
    [{ state: 'on' }, ['banner', 'express']],
    [{ state: 'off,killed' }, ['cart', 'delivery']],
    [{ tag: 'checkout' }, ['banner', 'cart']],
    [{ tag: 'checkout,shop' }, ['banner']],
    [{ owner: 'web,Pay', state: 'killed,off' }, ['cart', 'delivery']],
    [{ kind: 'ops' }, ['banner']],
    [{ type: 'string' }, ['cart']],
    [{ life: 'stale,new' }, ['cart', 'delivery']],
    [{ q: 'ca' }, ['cart']],
    [{ q: 'web', kind: 'release' }, ['delivery']],
  ])('narrowed by %j shows %j', (query, keys) => expect(keysOf(query)).toEqual(keys));

  test.each([
    ['-key', ['express', 'delivery', 'cart', 'banner']],
    ['owner', ['cart', 'banner', 'delivery', 'express']],
    ['in.production', ['cart', 'delivery', 'banner', 'express']],
    ['-in.production', ['express', 'banner', 'delivery', 'cart']],
    ['-asked', ['delivery', 'banner', 'cart', 'express']],
    ['life', ['delivery', 'banner', 'cart', 'express']],
    ['tags', ['cart', 'banner', 'delivery', 'express']],
    ['in.nowhere', ['banner', 'cart', 'delivery', 'express']],
    ['nonsense', ['banner', 'cart', 'delivery', 'express']],
  ])('sorted by %s shows %j', (sort, keys) => expect(keysOf({ sort })).toEqual(keys));
});
