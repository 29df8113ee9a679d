import {
  type Compiled,
  type Condition,
  compile,
  evaluate,
  type Flag,
  type Ruleset,
  type Serve,
  type Slice,
} from '@turnout/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { direction } from './direction.ts';

const KEYS = ['a', 'b', 'c'] as const;
const VARIANTS = ['off', 'low', 'high'] as const;
const OF = 8;

const variant = fc.constantFrom(...VARIANTS);
const split = fc
  .tuple(
    fc.array(variant, { minLength: OF, maxLength: OF }),
    fc.constantFrom('s', 't'),
    fc.constantFrom('targetingKey', 'org'),
  )
  .map(([buckets, salt, by]): Serve => {
    const slices = buckets.map((name, at): Slice => [at, at + 1, name]);
    return { split: { by, salt, of: OF, slices } };
  });
const serve: fc.Arbitrary<Serve> = fc.oneof(
  { weight: 3, arbitrary: variant.map((name): Serve => ({ variant: name })) },
  { weight: 3, arbitrary: split },
  { weight: 1, arbitrary: fc.constant<Serve>({ coded: true }) },
);
const condition: fc.Arbitrary<Condition> = fc.constantFrom<Condition>(
  { segment: 'staff' },
  { not: { segment: 'staff' } },
  { attribute: 'plan', op: 'equals', values: ['pro'] },
  { all: [{ attribute: 'plan', op: 'equals', values: ['pro'] }, { segment: 'staff' }] },
  { any: [{ attribute: 'plan', op: 'exists', values: [true] }, { segment: 'staff' }] },
);

/** The first rule is that of its audience. */
const RUN: NonNullable<Flag['run']> = {
  ...{ id: 'r', entry: 1, stage: 0, target: 'fallthrough', by: 'targetingKey', salt: 's', from: 'off', to: 'high' },
  ...{ treatment: [0, 1], control: [4, 5], sample: { salt: 'm', below: 8 }, audienceRule: 'r0' },
};

/** A flag may wait for those that come before it in the alphabet, so that nothing goes in a circle. */
const flag = (key: (typeof KEYS)[number]): fc.Arbitrary<Flag> =>
  fc
    .record({
      state: fc.constantFrom('on' as const, 'on' as const, 'off' as const),
      killed: fc.constantFrom(undefined, undefined, true as const),
      offVariant: fc.constantFrom('off', 'off', 'low', null),
      shedAt: fc.constantFrom(undefined, undefined, 1 as const, 2 as const),
      waitsFor: fc.option(fc.constantFrom(...KEYS)),
      wanted: fc.uniqueArray(variant, { minLength: 1 }),
      rules: fc.array(fc.tuple(condition, serve), { maxLength: 2 }),
      fallthrough: serve,
      isRolledOut: fc.boolean(),
    })
    .map(({ killed, shedAt, waitsFor, wanted, rules, isRolledOut, ...rest }) => ({
      ...{ key, type: 'string', variants: { off: 'OFF', low: 'LOW', high: 'HIGH' }, clientVisible: false, ...rest },
      ...(killed ? { killed } : {}),
      ...(shedAt ? { shedAt } : {}),
      ...(isRolledOut ? { run: RUN } : {}),
      prerequisites: waitsFor && waitsFor < key ? [{ flag: waitsFor, variants: wanted }] : [],
      rules: rules.map(([when, then], index) => ({ id: `r${index}`, if: when, serve: then })),
    }));

const ruleset = fc.tuple(flag('a'), flag('b'), flag('c'), fc.constantFrom(0 as const, 1 as const, 2 as const)).map(
  ([a, b, c, shedLevel]): Ruleset => ({
    ...{ schema: 1, project: 'p', environment: 'e', epoch: 'x', revision: 1, view: 'main', shedLevel },
    flags: { a, b, c },
    segments: { staff: { key: 'staff', by: 'targetingKey', included: ['u1', 'u2'], excluded: [] } },
  }),
);

/** Lets a variant gain on some buckets of a split, as an author does who turns it down. */
const gain =
  (name: string, buckets: number) =>
  (was: Serve): Serve =>
    'split' in was
      ? {
          split: {
            ...was.split,
            slices: was.split.slices.map((one): Slice => (one[0] < buckets ? [one[0], one[1], name] : one)),
          },
        }
      : { variant: name };

/** The same shares for other people. */
const redraw = (was: Serve, over: { salt: string } | { by: string }): Serve =>
  'split' in was ? { split: { ...was.split, ...over } } : was;

type Edit = (was: Flag) => Flag;

/** The first rule goes, and what stands next gives the offVariant: a rollout for an audience that is set to 0 % by hand. */
const endRollout: Edit = ({ run: _run, ...was }) => {
  const [next, ...rest] = was.rules.slice(1);
  const off: Serve = { variant: was.offVariant ?? 'off' };
  return { ...was, ...(next ? { rules: [{ ...next, serve: off }, ...rest] } : { rules: [], fallthrough: off }) };
};
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.constant<Edit>(endRollout),
  fc.constant<Edit>((was) => ({ ...was, state: 'off' })),
  fc.constant<Edit>((was) => ({ ...was, killed: true })),
  fc.integer({ min: 1, max: OF }).map(
    (buckets): Edit =>
      (was) => ({ ...was, fallthrough: gain(was.offVariant ?? 'off', buckets)(was.fallthrough) }),
  ),
  fc.integer({ min: 1, max: OF }).map(
    (buckets): Edit =>
      (was) => ({
        ...was,
        rules: was.rules.map((rule) => ({ ...rule, serve: gain(was.offVariant ?? 'off', buckets)(rule.serve) })),
      }),
  ),
  serve.map(
    (fallthrough): Edit =>
      (was) => ({ ...was, fallthrough }),
  ),
  fc.constantFrom<Edit>(
    (was) => ({ ...was, state: 'on' }),
    ({ killed: _killed, ...was }) => was,
    (was) => ({ ...was, rules: was.rules.slice(1) }),
    (was) => ({ ...was, rules: [...was.rules].reverse() }),
    (was) => ({ ...was, prerequisites: [] }),
    (was) => ({ ...was, fallthrough: redraw(was.fallthrough, { salt: 'u' }) }),
    (was) => ({ ...was, fallthrough: redraw(was.fallthrough, { by: 'plan' }) }),
    (was) => ({ ...was, offVariant: 'high' }),
    (was) => ({ ...was, shedAt: 3 }),
    (was) => ({ ...was, variants: { ...was.variants, off: 'CHANGED' } }),
  ),
);
const edits = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(fc.constantFrom(...KEYS), edit).map(([key, how]) => (was: Ruleset): Ruleset => {
        const one = was.flags[key];
        return one ? { ...was, flags: { ...was.flags, [key]: how(one) } } : was;
      }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const).map(
        (shedLevel) =>
          (was: Ruleset): Ruleset => ({ ...was, shedLevel }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constant(
        (was: Ruleset): Ruleset => ({
          ...was,
          segments: { staff: { key: 'staff', by: 'targetingKey', included: ['u1'], excluded: [] } },
        }),
      ),
    },
  ),
  { minLength: 1, maxLength: 3 },
);

const CONTEXTS = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', undefined].flatMap((targetingKey) =>
  [undefined, 'pro', 'free'].flatMap((plan) =>
    [undefined, 'o1', 'o2'].map((org) => ({
      ...(targetingKey ? { targetingKey } : {}),
      ...(plan ? { plan } : {}),
      ...(org ? { org } : {}),
    })),
  ),
);

it('says safe only if no context leaves a flag’s offVariant, over random rulesets and edits', () => {
  let safe = 0;
  let moved = 0;
  let gone = 0;
  fc.assert(
    fc.property(ruleset, edits, (before, steps) => {
      const after = steps.reduce((was, step) => step(was), before);
      if (direction(before, after) !== 'safe') return;
      safe++;
      if (KEYS.some((key) => before.flags[key]?.rules.length !== after.flags[key]?.rules.length)) gone++;
      const [was, is] = [compile(before), compile(after)];
      for (const context of CONTEXTS) {
        for (const key of KEYS) if (staysSafe(was, is, before.flags[key]?.offVariant, key, context)) moved++;
      }
    }),
    { numRuns: 3_000 },
  );
  // Else the property would say nothing.
  expect(safe).toBeGreaterThan(200);
  expect(moved).toBeGreaterThan(500);
  expect(gone).toBeGreaterThan(20);
});

/** Throws where a context leaves the offVariant, or gets anything else that is new; true where it moved to it. */
function staysSafe(was: Compiled, is: Compiled, off: string | null | undefined, key: string, context: object): boolean {
  const [old, now] = [evaluate(was, key, { ...context }), evaluate(is, key, { ...context })];
  const got = (one: typeof old) => `${one.errorCode ?? one.variant ?? 'coded'} ${JSON.stringify(one.value)}`;
  if (got(old) === got(now)) return false;
  const safeValue = off == null ? 'coded undefined' : `${off} ${JSON.stringify(`${off}`.toUpperCase())}`;
  expect({ key, context, now: got(now) }).toEqual({ key, context, now: safeValue });
  return true;
}
