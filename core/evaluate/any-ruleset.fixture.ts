import fc from 'fast-check';
import type { Context } from '../model/evaluation.ts';
import { type Condition, type Flag, OPERATORS, type Ruleset, type Segment } from '../model/ruleset.ts';

/** Few names, so that what is named is often there, and cycles come about; with those that objects inherit. */
export const KEYS = ['a', 'b', 'c', 'd', 'e', 'constructor', '__proto__'];
const SEGMENTS = ['s', 't', 'u', 'toString'];
const ATTRIBUTES = ['targetingKey', 'plan', 'age', 'device.os', '__proto__', 'constructor', 'tags'];
const TEXTS = ['pro', 'free', '1.2.3', '10.0.0.1', '2026-01-01T00:00:00Z', 'user-1', ''];

const scalar = fc.oneof(fc.constantFrom(...TEXTS), fc.integer({ min: -2, max: 40 }), fc.boolean());

/** Any JSON, as it comes over a wire. */
export const json = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as ReturnType<typeof JSON.parse>);

const test = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      attribute: fc.constantFrom(...ATTRIBUTES),
      op: fc.constant('equals'),
      values: fc.array(scalar, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      attribute: fc.constantFrom(...ATTRIBUTES),
      op: fc.constant('exists'),
      values: fc.constant([]),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      attribute: fc.constantFrom(...ATTRIBUTES),
      op: fc.constantFrom(...OPERATORS, 'sounds'),
      values: fc.array(scalar, { maxLength: 2 }),
    }),
  },
);

const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    test,
    fc.record({ segment: fc.constantFrom(...SEGMENTS) }),
    fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { maxLength: 4 }) }),
    fc.record({ not: tie('condition') }),
  ),
}));

const VARIANTS = ['on', 'off', 'other'];

const split = fc
  .record({
    by: fc.constantFrom('targetingKey', 'plan', 'device.os'),
    salt: fc.constantFrom('', 's1', 's2'),
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 4 }),
    variants: fc.array(fc.constantFrom(...VARIANTS), { minLength: 5, maxLength: 5 }),
    hash: fc.constantFrom(undefined, undefined, 'flagd', 'unleash', 'launchdarkly', 'growthbook2', 'xx'),
  })
  .map(({ by, salt, cuts, variants, hash }) => {
    const bounds = [0, ...cuts.sort((a, b) => a - b), 100];
    const slices = bounds.slice(1).map((end, i) => [bounds[i], end, variants[i]]);
    return { by, salt, of: 100, slices, ...(hash === undefined ? {} : { hash }) };
  });

const serve = fc.oneof(
  { weight: 5, arbitrary: fc.record({ variant: fc.constantFrom(...VARIANTS) }) },
  { weight: 3, arbitrary: fc.record({ split }) },
  { weight: 1, arbitrary: fc.constantFrom({ coded: true }, { variant: 'gone' }, { roulette: true }) },
);

const flag = fc
  .record(
    {
      state: fc.constantFrom('on', 'on', 'on', 'on', 'off', 'paused'),
      killed: fc.constantFrom(true, undefined, undefined, undefined),
      offVariant: fc.constantFrom('off', 'off', 'on', null, 'gone'),
      prerequisites: fc.array(
        fc.record({ flag: fc.constantFrom(...KEYS, 'gone'), variants: fc.subarray(VARIANTS, { minLength: 1 }) }),
        { maxLength: 2 },
      ),
      rules: fc.array(fc.record({ id: fc.constantFrom('r1', 'r2'), if: condition, serve }), { maxLength: 3 }),
      fallthrough: serve,
      shedAt: fc.constantFrom(1, 2, 3),
    },
    { requiredKeys: ['state', 'offVariant', 'prerequisites', 'rules', 'fallthrough'] },
  )
  .map(({ killed, ...fields }) => ({
    key: 'f',
    type: 'string',
    variants: { on: 'ON', off: 'OFF', other: 'OTHER' },
    clientVisible: false,
    ...fields,
    ...(killed && { killed }),
  }));

const segment = fc.record(
  {
    key: fc.constant('s'),
    by: fc.constantFrom('targetingKey', 'plan'),
    included: fc.subarray(TEXTS),
    excluded: fc.subarray(TEXTS),
    if: condition,
  },
  { requiredKeys: ['key', 'by', 'included', 'excluded'] },
);

function recordOf(keys: string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), value), { selector: ([key]) => key, maxLength: keys.length })
    .map((entries) => Object.fromEntries(entries));
}

/** Rulesets that mostly make sense, with cycles, missing names and elements from the future among them. */
export const rulesets: fc.Arbitrary<Ruleset> = fc
  .record({ flags: recordOf(KEYS, flag), segments: recordOf(SEGMENTS, segment), shedLevel: fc.nat(3) })
  .map(
    (part) =>
      ({ schema: 1, project: 'p', environment: 'e', epoch: 'x', revision: 1, view: 'main', ...part }) as Ruleset,
  );

/** Conditions, for who asks about them alone. */
export const conditions = condition as fc.Arbitrary<Condition>;
export const flags = flag as fc.Arbitrary<unknown> as fc.Arbitrary<Flag>;
export const segments = segment as fc.Arbitrary<unknown> as fc.Arbitrary<Segment>;

/** Contexts of the attributes that the rulesets ask for. */
export const contexts: fc.Arbitrary<Context> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...ATTRIBUTES), fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), json)), {
    selector: ([attribute]) => attribute,
    maxLength: 5,
  })
  .map((entries) => Object.fromEntries(entries) as Context);
