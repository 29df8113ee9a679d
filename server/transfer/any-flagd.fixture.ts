import type { Context, JsonValue } from '@turnout/core';
import fc from 'fast-check';

/** A document with a few flags, and contexts to ask them with. */
export interface AnyDocument {
  document: { flags: Record<string, Record<string, JsonValue>>; $evaluators?: Record<string, JsonValue> };
  contexts: Context[];
}

type Any = fc.Arbitrary<JsonValue>;

const op = (name: string, args: Any): Any => args.map((given) => ({ [name]: given }));
const list = (...parts: Any[]): Any => fc.tuple(...parts);
const variable = (path: string): Any => fc.constant({ var: path });
const weighted = (...options: [number, Any][]): Any =>
  fc.oneof(...options.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const COUNTRIES = ['CH', 'DE', 'at', 'C', ''];
const TEXT_PATHS = ['country', 'plan', 'user.role', 'email'];
const NUMBER_PATHS = ['age', 'user.level', 'score'];
const PATHS = [...TEXT_PATHS, ...NUMBER_PATHS, 'beta', 'tags', 'targetingKey', 'nowhere', '$flagd.flagKey'];
const TEXTS = [...COUNTRIES, 'pro', 'free', 'admin', 'a@x.org', '@x.org', 'a@', '18', '1e1', 'user-1', 'über'];
const VERSIONS = ['1.2.3', '1.2', '2', 'v1.10.0', '1.2.3-rc.1', '1.2.3+b7', '0.0.1', 'one'];

const text = fc.constantFrom(...TEXTS);
const number = fc.constantFrom(0, 1, 17, 18, 18.5, -3, 100);
const scalar: Any = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const path = fc.constantFrom(...PATHS);
const read: Any = weighted(
  [8, path.map((name) => ({ var: name }))],
  [1, path.map((name) => ({ var: [name] }))],
  [1, fc.tuple(path, scalar).map(([name, otherwise]) => ({ var: [name, otherwise] }))],
);
const textOf: Any = fc.constantFrom(...TEXT_PATHS).map((name) => ({ var: name }));
const numberOf: Any = fc.constantFrom(...NUMBER_PATHS).map((name) => ({ var: name }));

const comparison: Any = weighted(
  [4, op('==', list(textOf, text))],
  [2, op('==', list(read, scalar))],
  [1, op('==', list(scalar, read))],
  [2, op('!=', list(read, scalar))],
  [1, op('===', list(read, scalar))],
  [1, op('!==', list(scalar, read))],
  ...(['<', '<=', '>', '>='].flatMap((name) => [
    [2, op(name, list(numberOf, number))],
    [1, op(name, list(read, scalar))],
    [1, op(name, list(number, numberOf))],
    [1, op(name, list(number, numberOf, number))],
  ]) as [number, Any][]),
);
const membership: Any = weighted(
  [4, op('in', list(textOf, fc.array(text, { maxLength: 4 })))],
  [2, op('in', list(read, fc.array(fc.oneof(text, number), { maxLength: 4 })))],
  [2, op('in', list(text, read))],
  [1, op('in', list(read, text))],
);
const other: Any = weighted(
  [3, op('starts_with', list(read, text))],
  [3, op('ends_with', list(read, text))],
  [
    3,
    op(
      'sem_ver',
      list(
        variable('version'),
        fc.constantFrom('=', '!=', '<', '<=', '>', '>=', '^', '~', '=>'),
        fc.constantFrom(...VERSIONS),
      ),
    ),
  ],
  [1, read],
  [1, scalar],
  [1, fc.constant({ $ref: 'isStaff' })],
  [1, fc.constant({ $ref: 'isOld' })],
  // What no rule here can say.
  [1, op('==', list(op('%', list(numberOf, number)), number))],
  [1, op('>', list(variable('$flagd.timestamp'), number))],
);
const test: Any = weighted([5, comparison], [3, membership], [3, other]);

const NAMES = ['on', 'off', 'true', 'false', 'half', 'ünter'];
const bucket: Any = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('on', 'off', 'half'), fc.integer({ min: 0, max: 60 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom<JsonValue[]>('on', true, null)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('on'), fc.constantFrom<JsonValue[]>(-5, 0, 1_000_000, 2 ** 30)) },
);
const buckets = fc.array(bucket, { minLength: 2, maxLength: 5 });
const hashedBy: Any = weighted(
  [4, variable('email')],
  [1, variable('user.role')],
  [4, fc.constant({ cat: [{ var: '$flagd.flagKey' }, { var: 'email' }] })],
  [2, fc.constant({ cat: ['seed', { var: 'targetingKey' }] })],
);
const fractional: Any = fc.oneof(
  { weight: 3, arbitrary: op('fractional', buckets) },
  {
    weight: 3,
    arbitrary: op(
      'fractional',
      fc.tuple(hashedBy, buckets).map(([by, rest]) => [by, ...rest]),
    ),
  },
);

const { condition } = fc.letrec<{ condition: JsonValue }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: test },
    { weight: 1, arbitrary: op('and', fc.array(tie('condition'), { maxLength: 3 })) },
    { weight: 1, arbitrary: op('or', fc.array(tie('condition'), { maxLength: 3 })) },
    { weight: 1, arbitrary: op('!', list(tie('condition'))) },
    { weight: 1, arbitrary: op('if', fc.array(tie('condition'), { minLength: 1, maxLength: 3 })) },
  ),
}));

const name: Any = weighted(
  [20, fc.constantFrom('on', 'off', 'half')],
  [3, fc.constantFrom<JsonValue[]>(true, false, null)],
  [1, fc.constantFrom('nobody', 'ünter')],
);
const { result } = fc.letrec<{ result: JsonValue }>((tie) => ({
  result: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: name },
    { weight: 3, arbitrary: fractional },
    {
      weight: 4,
      arbitrary: op(
        'if',
        fc
          .tuple(fc.array(list(condition, tie('result')), { minLength: 1, maxLength: 3 }), fc.option(tie('result')))
          .map(([pairs, last]) => [...(pairs as JsonValue[][]).flat(), ...(last === null ? [] : [last])]),
      ),
    },
    { weight: 1, arbitrary: test },
    { weight: 1, arbitrary: op('or', list(test, tie('result'))) },
    { weight: 1, arbitrary: op('and', list(test, tie('result'))) },
  ),
}));

/** Operations alone: what is no operation is no targeting. */
const targeting = result.filter((one) => typeof one === 'object' && one !== null);

const VALUES: Record<string, JsonValue[]> = {
  boolean: [true, false],
  string: ['', 'A', 'ß'],
  number: [0, 1, 2.5],
  object: [{}, { a: [1] }, { b: { c: null } }],
};
const flag: fc.Arbitrary<Record<string, JsonValue>> = fc
  .record({
    type: fc.constantFrom(...Object.keys(VALUES)),
    picks: fc.array(fc.nat(2), { minLength: NAMES.length, maxLength: NAMES.length }),
    state: fc.constantFrom('ENABLED', 'ENABLED', 'ENABLED', 'ENABLED', 'DISABLED'),
    defaultVariant: fc.constantFrom<(string | null | undefined)[]>('on', 'off', 'off', 'half', '', null, undefined),
    targeting: fc.option(targeting, { nil: undefined, freq: 8 }),
    metadata: fc.option(fc.record({ team: text, level: number }), { nil: undefined }),
  })
  .map(({ type, picks, targeting: rule, defaultVariant, metadata, state }) => {
    const values = VALUES[type] ?? [];
    const variants = Object.fromEntries(
      NAMES.map((one, at) => [one, values[(picks[at] ?? 0) % values.length] ?? null]),
    );
    return {
      ...{ state, variants },
      ...(defaultVariant === undefined ? {} : { defaultVariant }),
      ...(rule === undefined ? {} : { targeting: rule }),
      ...(metadata === undefined ? {} : { metadata }),
    };
  });

const oddly = fc.constantFrom<JsonValue[]>(null, '', 0, 5, true, false, [], ['CH', 5], {}, { a: 1 }, 'a@x.org ');
const sometimes = (usual: Any, odd = 12): Any => weighted([odd, usual], [1, oddly]);
const context: fc.Arbitrary<Context> = fc
  .record(
    {
      targetingKey: fc.oneof(
        { weight: 20, arbitrary: fc.stringMatching(/^[a-z]{1,3}-[0-9]{1,6}$/) },
        { weight: 1, arbitrary: fc.constantFrom('', 'jürg', 'x ') },
      ),
      country: sometimes(fc.constantFrom(...COUNTRIES)),
      plan: sometimes(fc.constantFrom('pro', 'free')),
      email: sometimes(fc.stringMatching(/^[a-z]{1,6}@[xy]\.org$/)),
      age: sometimes(fc.oneof(number, fc.constantFrom('17', '18', '1e1', 'old'))),
      score: sometimes(number),
      version: sometimes(fc.constantFrom(...VERSIONS)),
      beta: sometimes(fc.boolean()),
      tags: sometimes(fc.array(text, { maxLength: 3 })),
      user: sometimes(
        fc.record(
          { role: sometimes(fc.constantFrom('admin', 'guest')), level: sometimes(number) },
          { requiredKeys: [] },
        ),
      ),
      'user.role': fc.constant('literal'),
      nowhere: oddly,
    },
    { requiredKeys: [] },
  )
  // Mostly there: what is missing is asked often enough all the same.
  .map((made) => made as Context);

/** Any document that a flagd might be given, and contexts for it: mostly as people write them, sometimes as they do not. */
export const anyDocument: fc.Arbitrary<AnyDocument> = fc.record({
  document: fc
    .tuple(fc.array(flag, { minLength: 1, maxLength: 3 }), comparison, test)
    .map(([flags, isStaff, isOld]) => ({
      flags: Object.fromEntries(flags.map((one, at) => [`flag-${at}`, one])),
      $evaluators: { isStaff, isOld },
    })),
  contexts: fc.array(context, { minLength: 3, maxLength: 6 }),
});
