import fc from 'fast-check';
import type { Context } from '../model/evaluation.ts';
import { type Flag, OPERATORS, type Operator, type Ruleset, type Segment } from '../model/ruleset.ts';

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

const VALUES: Record<Operator, fc.Arbitrary<unknown>> = {
  ...(Object.fromEntries(OPERATORS.map((op) => [op, fc.constantFrom(...TEXTS)])) as Record<
    Operator,
    fc.Arbitrary<string>
  >),
  ...(Object.fromEntries(['lt', 'lte', 'gt', 'gte'].map((op) => [op, fc.integer({ min: -2, max: 40 })])) as object),
  ...(Object.fromEntries(
    OPERATORS.filter((op) => op.startsWith('semver')).map((op) => [op, fc.constantFrom('1.2.3', '2', 'v0.1')]),
  ) as object),
  equals: scalar,
  before: fc.constantFrom('2026-01-01T00:00:00Z', 5),
  after: fc.constantFrom('2026-01-01T00:00:00Z', 5),
  inCidr: fc.constantFrom('10.0.0.0/8', '::/0'),
};

const test = fc.constantFrom(...OPERATORS, 'equals' as const, 'equals' as const).chain((op) =>
  fc.record({
    attribute: fc.constantFrom(...ATTRIBUTES),
    op: fc.constant(op),
    values: op === 'exists' ? fc.constant([]) : fc.array(VALUES[op], { minLength: 1, maxLength: 3 }),
  }),
);

const unknown = fc.constantFrom(
  { attribute: 'plan', op: 'sounds', values: ['x'] },
  { attribute: 'plan', op: 'matches', values: ['('] },
  { segment: 'gone' },
  { xor: [] },
  null,
);

function conditionOf(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.letrec<{ condition: unknown }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('condition'), { maxLength: 4 }) }),
      fc.record({ not: tie('condition') }),
    ),
  })).condition;
}

const inner = conditionOf(fc.oneof({ weight: 60, arbitrary: test }, { weight: 1, arbitrary: unknown }));
const condition = conditionOf(
  fc.oneof(
    { weight: 60, arbitrary: test },
    { weight: 20, arbitrary: fc.record({ segment: fc.constantFrom(...SEGMENTS) }) },
    { weight: 1, arbitrary: unknown },
  ),
);

const VARIANTS = ['on', 'off', 'other'];

/** The value in one of eight cases. */
function sometimes<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

const split = fc
  .record({
    by: fc.constantFrom('targetingKey', 'plan', 'device.os'),
    salt: fc.constantFrom('', 's1', 's2'),
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 4 }),
    variants: fc.array(fc.constantFrom(...VARIANTS), { minLength: 5, maxLength: 5 }),
    hash: sometimes(fc.constantFrom('flagd', 'unleash', 'launchdarkly', 'xx')),
  })
  .map(({ by, salt, cuts, variants, hash }) => {
    const bounds = [0, ...cuts.sort((a, b) => a - b), 100];
    const slices = bounds.slice(1).map((end, i) => [bounds[i], end, variants[i]]);
    return { by, salt, of: 100, slices, ...(hash === undefined ? {} : { hash }) };
  });

const serve = fc.oneof(
  { weight: 30, arbitrary: fc.record({ variant: fc.constantFrom(...VARIANTS) }) },
  { weight: 20, arbitrary: fc.record({ split }) },
  { weight: 1, arbitrary: fc.constantFrom({ coded: true }, { variant: 'gone' }, { roulette: true }) },
);

const prerequisite = fc.record({
  flag: fc.constantFrom(...KEYS, 'gone'),
  variants: fc.subarray(VARIANTS, { minLength: 1 }),
});

const flag = fc
  .record({
    state: sometimes(fc.constantFrom('off', 'paused')),
    killed: sometimes(fc.constant(true)),
    offVariant: sometimes(fc.constantFrom('on', null, 'gone')),
    prerequisites: sometimes(fc.array(prerequisite, { minLength: 1, maxLength: 2 })),
    rules: fc.array(fc.record({ id: fc.constantFrom('r1', 'r2'), if: condition, serve }), { maxLength: 3 }),
    fallthrough: serve,
    shedAt: sometimes(fc.constantFrom(1, 2, 3)),
  })
  .map(({ killed, shedAt, state, offVariant, prerequisites, ...fields }) => ({
    key: 'f',
    type: 'string',
    variants: { on: 'ON', off: 'OFF', other: 'OTHER' },
    clientVisible: false,
    ...fields,
    state: state ?? 'on',
    offVariant: offVariant === undefined ? 'off' : offVariant,
    prerequisites: prerequisites ?? [],
    ...(killed && { killed }),
    ...(shedAt && { shedAt }),
  }));

const segmentOf = (part: fc.Arbitrary<unknown>) =>
  fc.record(
    {
      key: fc.constant('s'),
      by: fc.constantFrom('targetingKey', 'plan'),
      included: fc.subarray(TEXTS),
      excluded: fc.subarray(TEXTS),
      if: part,
    },
    { requiredKeys: ['key', 'by', 'included', 'excluded'] },
  );

const segment = segmentOf(condition);

function recordOf(keys: string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), value), { selector: ([key]) => key, maxLength: keys.length })
    .map((entries) => Object.fromEntries(entries));
}

/** Rulesets that mostly make sense, with cycles, missing names and elements from the future among them. */
export const rulesets: fc.Arbitrary<Ruleset> = fc
  .record({
    flags: recordOf(KEYS, flag),
    segments: fc.record({ s: segmentOf(inner), t: segmentOf(inner), u: segment, toString: segmentOf(inner) }),
    shedLevel: fc.constantFrom(0, 0, 1, 3),
  })
  .map(
    (part) =>
      ({ schema: 1, project: 'p', environment: 'e', epoch: 'x', revision: 1, view: 'main', ...part }) as Ruleset,
  );

export const flags = flag as fc.Arbitrary<unknown> as fc.Arbitrary<Flag>;
export const segments = segment as fc.Arbitrary<unknown> as fc.Arbitrary<Segment>;

/** Contexts of the attributes that the rulesets ask for. */
export const contexts: fc.Arbitrary<Context> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...ATTRIBUTES), fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), json)), {
    selector: ([attribute]) => attribute,
    maxLength: 5,
  })
  .map((entries) => Object.fromEntries(entries) as Context);
