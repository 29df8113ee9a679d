import type { Condition } from '@turnout/core';
import type { ConfigurationAnswer, ConfigurationIn, ServeAnswer, ServeIn } from '@turnout/server/contracts';
import fc from 'fast-check';
import type { Draft, DraftServe } from './draft.ts';

const name = fc.stringMatching(/^[a-z]{1,6}$/);

const anyCondition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    name.map((segment): Condition => ({ segment })),
    fc
      .tuple(name, fc.array(fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minLength: 1, maxLength: 3 }))
      .map(([attribute, values]): Condition => ({ attribute, op: 'equals', values })),
    fc.array(tie('condition'), { maxLength: 3 }).map((all): Condition => ({ all })),
    fc.array(tie('condition'), { maxLength: 3 }).map((any): Condition => ({ any })),
    tie('condition').map((not): Condition => ({ not })),
  ),
})).condition;

const anyServe: fc.Arbitrary<DraftServe> = fc.oneof(
  name.map((variant) => ({ variant })),
  fc.constant({ coded: true as const }),
  fc
    .tuple(name, fc.dictionary(name, fc.integer({ min: 1, max: 50_000 }), { minKeys: 1, maxKeys: 4 }))
    .map(([by, weights]) => ({
      split: { by, of: Object.values(weights).reduce((sum, weight) => sum + weight, 0), weights },
    })),
);

/** Drafts as somebody could have made them: every kind of serve and condition, ids that differ. */
export const anyDraft: fc.Arbitrary<Draft> = fc.record({
  offVariant: fc.option(name),
  prerequisites: fc.array(fc.record({ flag: name, variants: fc.array(name, { minLength: 1, maxLength: 2 }) }), {
    maxLength: 2,
  }),
  rules: fc.uniqueArray(fc.record({ id: name, if: anyCondition, serve: anyServe }), {
    maxLength: 4,
    selector: ({ id }) => id,
  }),
  fallthrough: anyServe,
  shedAt: fc.constantFrom(null, 1 as const, 2 as const, 3 as const),
  maxStalenessMs: fc.option(fc.integer({ min: 1, max: 100_000 })),
  whenStale: fc.constantFrom(null, 'keep' as const, 'off' as const),
});

function shownServe(serve: ServeIn): ServeAnswer {
  if (serve.variant !== undefined) return { variant: serve.variant };
  if (serve.split === undefined) return { coded: true };
  const { by = 'targetingKey', of = 100_000, weights } = serve.split;
  let start = 0;
  const slices = Object.entries(weights).map(([variant, weight]): [number, number, string] => {
    start += weight;
    return [start - weight, start, variant];
  });
  return { split: { by, of, weights, salt: 'salt', slices } };
}

/** What the server would answer of a configuration that it was given. */
export function shownAs(wanted: ConfigurationIn, version = 1): ConfigurationAnswer {
  return {
    ...wanted,
    ...{ key: 'flag', environment: 'production', type: 'string', archived: false, killed: false, serves: '', version },
    rules: wanted.rules.map((rule) => ({ id: rule.id ?? '', if: rule.if, serve: shownServe(rule.serve) })),
    fallthrough: shownServe(wanted.fallthrough),
  };
}
