import fc from 'fast-check';
import type { Flag, Ruleset, Segment } from '../model/ruleset.ts';

/** Few keys, so that two arbitrary rulesets share some; with those that plain objects have trouble with. */
const keys = fc.constantFrom('a', 'b', 'c', 'Z', '10', '9', '__proto__', 'constructor', 'toString', 'hasOwnProperty');

/** Any JSON that has crossed the wire, where -0 does not exist. */
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const members = fc.oneof(
  fc.uniqueArray(fc.nat(120).map(String), { maxLength: 120 }),
  fc.uniqueArray(fc.nat(120).map(String), { maxLength: 120 }).map((list) => list.sort()),
  fc.array(fc.nat(20).map(String), { maxLength: 120 }),
  fc.nat(120).map((gap) => Array.from({ length: 121 }, (_, i) => `u${i}`).filter((_, i) => i !== gap)),
);

const flag = fc.record(
  {
    key: keys,
    state: fc.constantFrom('on', 'off'),
    killed: fc.constant(true),
    variants: fc.dictionary(keys, json),
    x: json,
  },
  { requiredKeys: ['key', 'state'] },
);

const segment = fc.record(
  { key: keys, by: fc.constantFrom('targetingKey', 'account'), included: members, excluded: members, x: json },
  { requiredKeys: ['key', 'by', 'included', 'excluded'] },
);

/** `fc.dictionary` in an order of its own, so that orders of keys differ between two rulesets. */
function recordOf<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.uniqueArray(fc.tuple(keys, value), { selector: ([key]) => key }).map((all) => Object.fromEntries(all));
}

/** Rulesets of one environment, of few shapes and any content, fields included that nobody knows. */
export const rulesets: fc.Arbitrary<Ruleset> = fc
  .record({
    revision: fc.nat(1000),
    shedLevel: fc.constantFrom(0, 1, 2, 3),
    flags: recordOf(fc.oneof(flag, json)),
    segments: recordOf(fc.oneof({ weight: 3, arbitrary: segment }, { weight: 1, arbitrary: json })),
  })
  .map((changing) => {
    const { flags, segments, revision, shedLevel } = changing;
    return {
      schema: 1,
      project: 'p',
      environment: 'e',
      epoch: 'x',
      view: 'main',
      later: { kept: true },
      revision,
      shedLevel: shedLevel as Ruleset['shedLevel'],
      flags: flags as Record<string, Flag>,
      segments: segments as Record<string, Segment>,
    };
  });
