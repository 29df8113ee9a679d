import { compile, evaluate, type Flag, type Ruleset, type Serve } from '@turnout/core';
import { flagWith, rulesetWith } from '@turnout/core/fixtures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { direction } from './direction.ts';

function flag(over: Partial<Flag> = {}): Flag {
  return flagWith({ type: 'string', variants: { a: 'A', b: 'B', off: 'OFF' }, fallthrough: { variant: 'a' }, ...over });
}

function ruleset(...flags: Flag[]): Ruleset {
  return rulesetWith(Object.fromEntries(flags.map((one) => [one.key, one])));
}

const split = (cut: number, over: { salt?: string; by?: string } = {}): Serve => ({
  split: {
    by: 'targetingKey',
    salt: 's',
    of: 100_000,
    slices: [
      [0, cut, 'a'],
      [cut, 100_000, 'off'],
    ],
    ...over,
  },
});

const rule = (serve: Serve) => ({ id: 'r', if: { attribute: 'x', op: 'equals' as const, values: [1] }, serve });
const waiting = flag({ key: 'g', prerequisites: [{ flag: 'f', variants: ['off'] }] });

const measured: NonNullable<Flag['run']> = {
  ...{ id: 'r', entry: 1, stage: 0, target: 'fallthrough', by: 'targetingKey', salt: 's', from: 'off', to: 'a' },
  ...{ treatment: [0, 500], control: [50_000, 50_500], sample: { salt: 'm', below: 100_000 } },
};

const table: [string, Flag[], Flag[], 'safe' | 'growing' | 'none'][] = [
  ['nothing changed', [flag()], [flag()], 'none'],
  ['off', [flag()], [flag({ state: 'off' })], 'safe'],
  ['on', [flag({ state: 'off' })], [flag()], 'growing'],
  ['kill', [flag()], [flag({ killed: true })], 'safe'],
  ['restore', [flag({ killed: true })], [flag()], 'growing'],
  [
    'off of one and on of another',
    [flag(), flag({ key: 'g', state: 'off' })],
    [flag({ state: 'off' }), flag({ key: 'g' })],
    'growing',
  ],
  ['the fallthrough to the offVariant', [flag()], [flag({ fallthrough: { variant: 'off' } })], 'safe'],
  ['the fallthrough to another variant', [flag()], [flag({ fallthrough: { variant: 'b' } })], 'growing'],
  [
    'the fallthrough to the offVariant that another flag waits for',
    [flag(), waiting],
    [flag({ fallthrough: { variant: 'off' } }), waiting],
    'growing',
  ],
  [
    'a rollout that ends by an edit to the offVariant',
    [flag({ fallthrough: split(500), run: measured })],
    [flag({ fallthrough: { variant: 'off' } })],
    'safe',
  ],
  [
    'a rollout that ends by an edit to what it rolls out',
    [flag({ fallthrough: split(500), run: measured })],
    [flag({ fallthrough: { variant: 'a' } })],
    'growing',
  ],
  [
    'a rollout for an audience that ends by an edit to the offVariant, and its rule with it',
    [flag({ rules: [rule({ variant: 'a' })], fallthrough: split(500), run: { ...measured, audienceRule: 'r' } })],
    [flag({ fallthrough: { variant: 'off' } })],
    'safe',
  ],
  [
    'the rule of an audience that goes alone, so that some of them get what everybody gets',
    [flag({ rules: [rule({ variant: 'b' })], fallthrough: split(500), run: { ...measured, audienceRule: 'r' } })],
    [flag({ fallthrough: split(500) })],
    'growing',
  ],
  [
    'a rule that goes, and that no rollout put there',
    [flag({ rules: [rule({ variant: 'a' })], fallthrough: { variant: 'off' }, run: measured })],
    [flag({ fallthrough: { variant: 'off' } })],
    'growing',
  ],
  ['a split that shrinks', [flag({ fallthrough: split(500) })], [flag({ fallthrough: split(100) })], 'safe'],
  ['a split that grows', [flag({ fallthrough: split(500) })], [flag({ fallthrough: split(600) })], 'growing'],
  [
    'a split with another salt',
    [flag({ fallthrough: split(500) })],
    [flag({ fallthrough: split(500, { salt: 't' }) })],
    'growing',
  ],
  [
    'a split by another attribute',
    [flag({ fallthrough: split(500) })],
    [flag({ fallthrough: split(100, { by: 'org' }) })],
    'growing',
  ],
  [
    'the offVariant becomes a split',
    [flag({ fallthrough: { variant: 'off' } })],
    [flag({ fallthrough: split(0) })],
    'growing',
  ],
  [
    'with offVariant null nothing can gain',
    [flag({ offVariant: null, fallthrough: split(500) })],
    [flag({ offVariant: null, fallthrough: split(100) })],
    'growing',
  ],
  ['another offVariant', [flag()], [flag({ offVariant: 'b' })], 'growing'],
  ['off together with another offVariant', [flag()], [flag({ state: 'off', offVariant: 'b' })], 'growing'],
  ['a variant gets another value', [flag()], [flag({ variants: { a: 'A', b: 'B', off: '!' } })], 'growing'],
  ['a rule more', [flag()], [flag({ rules: [rule({ variant: 'off' })] })], 'growing'],
  ['a rule less', [flag({ rules: [rule({ variant: 'off' })] })], [flag()], 'growing'],
  [
    "a rule's serve to the offVariant",
    [flag({ rules: [rule({ variant: 'a' })] })],
    [flag({ rules: [rule({ variant: 'off' })] })],
    'safe',
  ],
  ['a prerequisite less', [flag({ prerequisites: [{ flag: 'g', variants: ['a'] }] })], [flag()], 'growing'],
  ['shown to browsers', [flag()], [flag({ clientVisible: true })], 'growing'],
  ['a flag more', [flag()], [flag(), flag({ key: 'g' })], 'growing'],
  ['a flag less', [flag(), flag({ key: 'g' })], [flag()], 'growing'],
  ['another flag in its place', [flag()], [flag({ key: 'g' })], 'growing'],
];

describe('direction', () => {
  it.each(table)('%s', (_title, before, after, expected) => {
    expect(direction(ruleset(...before), ruleset(...after))).toBe(expected);
  });

  it('raising the shed level is safe, lowering it is not', () => {
    const low = ruleset(flag());
    const high: Ruleset = { ...low, shedLevel: 2 };
    expect(direction(low, high)).toBe('safe');
    expect(direction(high, low)).toBe('growing');
  });

  it('a change of a segment is growing, whatever it does', () => {
    const before = ruleset(flag());
    const after = { ...before, segments: { s: { key: 's', by: 'targetingKey', included: [], excluded: [] } } };
    expect(direction(before, after)).toBe('growing');
  });
});

const serve: fc.Arbitrary<Serve> = fc.oneof(
  fc.constantFrom<Serve>({ variant: 'a' }, { variant: 'b' }, { variant: 'off' }, { coded: true }),
  fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })).map(([x, y]): Serve => {
    const [low, high] = [Math.min(x, y) * 25_000, Math.max(x, y) * 25_000];
    const slices = [
      [0, low, 'a'],
      [low, high, 'b'],
      [high, 100_000, 'off'],
    ] as [number, number, string][];
    return { split: { by: 'targetingKey', salt: 's', of: 100_000, slices: slices.filter(([from, to]) => from < to) } };
  }),
);

const anyFlag = (key: string, prerequisite: string | undefined) =>
  fc
    .record({
      state: fc.constantFrom('on' as const, 'off' as const),
      killed: fc.boolean(),
      offVariant: fc.constantFrom('off', 'off', 'off', 'b', null),
      fallthrough: serve,
      ruleServe: fc.option(serve),
      shedAt: fc.constantFrom(undefined, 1 as const, 2 as const),
      needs: fc.option(fc.constantFrom('a', 'off')),
    })
    .map(({ killed, ruleServe, shedAt, needs, ...rest }) =>
      flag({
        key,
        ...rest,
        ...(killed ? { killed: true as const } : {}),
        ...(shedAt ? { shedAt } : {}),
        rules: ruleServe ? [rule(ruleServe)] : [],
        prerequisites: prerequisite && needs ? [{ flag: prerequisite, variants: [needs] }] : [],
      }),
    );

/** Small steps, so that enough of them are safe for the property to say something. */
const step = (from: Flag): fc.Arbitrary<Flag> =>
  fc.oneof(
    fc.constant(from),
    fc.constant<Flag>({ ...from, state: 'off' }),
    fc.constant<Flag>({ ...from, killed: true }),
    serve.map((fallthrough): Flag => ({ ...from, fallthrough })),
    serve.map((next): Flag => ({ ...from, rules: from.rules.map((one) => ({ ...one, serve: next })) })),
    anyFlag(from.key, undefined),
  );

describe('direction, as a property', () => {
  it('says safe only if no context leaves a flag’s offVariant', () => {
    let safe = 0;
    const pair = fc
      .tuple(anyFlag('f', undefined), anyFlag('g', 'f'))
      .chain(([f, g]) => fc.tuple(fc.constant([f, g]), fc.tuple(step(f), step(g)), fc.constantFrom(0, 1, 2)));
    fc.assert(
      fc.property(pair, fc.constantFrom(0, 1, 2), ([was, is, shedAfter], shedBefore) => {
        const before: Ruleset = { ...ruleset(...was), shedLevel: shedBefore as 0 };
        const after: Ruleset = { ...ruleset(...is), shedLevel: shedAfter as 0 };
        if (direction(before, after) !== 'safe') return;
        safe++;
        const [a, b] = [compile(before), compile(after)];
        for (let unit = 0; unit < 24; unit++) {
          for (const context of [{ targetingKey: `u${unit}` }, { targetingKey: `u${unit}`, x: 1 }, {}, { x: 1 }]) {
            for (const key of ['f', 'g']) {
              const off = before.flags[key]?.offVariant;
              const [old, now] = [evaluate(a, key, context), evaluate(b, key, context)];
              const onOff = off === null ? old.variant === undefined && !old.errorCode : old.variant === off;
              if (onOff) expect({ key, context, now: now.variant ?? null }).toEqual({ key, context, now: off });
            }
          }
        }
      }),
      { numRuns: 1500 },
    );
    expect(safe).toBeGreaterThan(50);
  });
});
