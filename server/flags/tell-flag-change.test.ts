import type { Flag, JsonValue, Patch } from '@turnout/core';
import { flagWith } from '@turnout/core/fixtures';
import { describe, expect, it } from 'vitest';
import { type ToldChange, tellChange } from '../changes/tell-change.ts';
import { flagTeller } from './tell-flag-change.ts';

const patchTo = (flag: Flag): Patch => ({
  ...{ from: 'x.1', to: 'x.2', flags: { [flag.key]: flag }, removedFlags: [] },
  ...{ segments: {}, removedSegments: [], settles: [] },
});

/** A change of the flag f that led to `flag` in each environment. */
function changed(over: Partial<ToldChange>, flag: Partial<Flag> = {}, environments = ['production']): string {
  const change: ToldChange = {
    ...{ action: 'flag.configure', kind: 'flag', key: 'f', before: null, after: null, undoes: null, erased: false },
    places: environments.map((key) => ({ key, patch: () => patchTo(flagWith({ key: 'f', ...flag })) })),
    ...over,
  };
  return tellChange(change, [flagTeller]);
}
const there = (fields: JsonValue, environment = 'production'): JsonValue => ({
  environments: { [environment]: fields },
});
const split = (on: number): Flag['fallthrough'] => ({
  split: {
    ...{ by: 'targetingKey', salt: 's', of: 100_000 },
    slices: [
      [0, on, 'on'],
      [on, 100_000, 'off'],
    ],
  },
});
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as JsonValue;
const rule = (id: string, variant = 'on') => ({ id, if: { all: [] }, serve: { variant } });

describe('a change of a flag in an environment', () => {
  it.each<[string, JsonValue, JsonValue, Partial<Flag>]>([
    ['off → on for everyone', { state: 'off' }, { state: 'on' }, {}],
    ['on for everyone → off', { state: 'on' }, { state: 'off' }, { state: 'off' }],
    ['off → split on 30 %, off 70 %', { state: 'off' }, { state: 'on' }, { fallthrough: split(30_000) }],
    [
      'split on 30 %, off 70 % → split on 50 %, off 50 %',
      { fallthrough: asJson(split(30_000)) },
      { fallthrough: asJson(split(50_000)) },
      { fallthrough: split(50_000) },
    ],
    [
      'off → on for everyone',
      { state: 'off', fallthrough: { variant: 'off' } },
      { state: 'on', fallthrough: { variant: 'on' } },
      {},
    ],
    [
      'fallthrough on → the coded default',
      { fallthrough: { variant: 'on' } },
      { fallthrough: { coded: true } },
      { state: 'off', fallthrough: { coded: true } },
    ],
    [
      'on for everyone → 1 rule, else on, rule staff added',
      { rules: [] },
      { rules: [asJson(rule('staff'))] },
      { rules: [rule('staff')] },
    ],
    [
      'rule a removed, 2 rules changed',
      { rules: asJson([rule('a'), rule('b'), rule('c')]) },
      { rules: asJson([rule('b', 'off'), rule('c', 'off')]) },
      { state: 'off', rules: [rule('b', 'off'), rule('c', 'off')] },
    ],
    [
      'rules in another order',
      { rules: asJson([rule('a'), rule('b')]) },
      { rules: asJson([rule('b'), rule('a')]) },
      { rules: [rule('b'), rule('a')] },
    ],
    ['needs base', { prerequisites: [] }, { prerequisites: [{ flag: 'base', variants: ['on'] }] }, {}],
    [
      'needs no other flag any more',
      { prerequisites: [{ flag: 'base', variants: ['on'] }] },
      { prerequisites: [] },
      {},
    ],
    ['off variant off → none', { offVariant: 'off' }, { offVariant: null }, { offVariant: null }],
    ['shed at level none → 2', { shedAt: null }, { shedAt: 2 }, { shedAt: 2 }],
    ['on for everyone → killed', { killed: false }, { killed: true }, { killed: true }],
    ['killed → on for everyone', { killed: true }, { killed: false }, {}],
    ['killed already', { killed: true }, { killed: true }, { killed: true }],
  ])('is told as: %s', (told, before, after, flag) => {
    expect(changed({ before: there(before), after: there(after) }, flag)).toBe(`f in production: ${told}`);
  });

  it('is told by its fields where the patch names no flag', () => {
    const sides = { before: there({ state: 'off' }), after: there({ state: 'on' }) };
    const places = [{ key: 'production', patch: () => ({ ...patchTo(flagWith({ key: 'other' })) }) }];
    expect(changed({ ...sides, places })).toBe('f in production: off → on');
  });

  it('is told with what it took back', () => {
    const sides = { before: there({ state: 'on' }), after: there({ state: 'off' }) };
    expect(changed({ action: 'flag.undo', undoes: 12, ...sides }, { state: 'off' })).toBe(
      'f in production: on for everyone → off; this undoes change 12',
    );
  });

  it('is told without what it held where that was erased', () => {
    expect(changed({ action: 'flag.on', erased: true })).toBe(
      'flag f in production: turned on; what it held was erased',
    );
  });
});

describe('a change of a flag of the project', () => {
  it.each<[string, JsonValue, JsonValue]>([
    ['name Cart → New cart', { name: 'Cart' }, { name: 'New cart' }],
    ['description none → The cart', { description: '' }, { description: 'The cart' }],
    ['description changed', { description: 'a'.repeat(80) }, { description: 'b' }],
    ['tags changed, owner none → web', { tags: [], owner: '' }, { tags: ['x'], owner: 'web' }],
    ['shown to browsers false → true', { clientVisible: false }, { clientVisible: true }],
    ['archived', { archived: false }, { archived: true }],
    ['brought back', { archived: true }, { archived: false }],
    ['variant blue added, variant red removed', { variants: { red: 1 } }, { variants: { blue: 2 } }],
    ['variants a and b changed', { variants: { a: 1, b: 2 } }, { variants: { a: 2, b: 3 } }],
    ['variants in another order', { variants: { a: 1, b: 2 } }, { variants: { b: 2, a: 1 } }],
  ])('is told as: %s', (told, before, after) => {
    expect(changed({ before: { flag: before }, after: { flag: after } }, {}, ['staging', 'production'])).toBe(
      `f: ${told}`,
    );
  });

  it('is told of a new flag by environment', () => {
    const off = { state: 'off', rules: [], fallthrough: { variant: 'on' } };
    const after = {
      flag: { type: 'boolean' },
      environments: { staging: { ...off, state: 'on' }, test: off, live: off },
    };
    expect(changed({ action: 'flag.create', after }, {}, ['staging', 'test', 'live'])).toBe(
      'f: made; on for everyone in staging; off in test and live',
    );
  });

  it('is cut where a line ends', () => {
    const variants = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`a-long-name-of-a-variant-${i}`, i]));
    const told = changed({ before: { flag: { variants: {} } }, after: { flag: { variants } } });
    expect(told).toHaveLength(300);
    expect(told.endsWith('…')).toBe(true);
  });
});
