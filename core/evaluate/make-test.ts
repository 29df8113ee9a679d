import type { Context } from '../model/evaluation.ts';
import type { JsonValue, Scalar, Test } from '../model/ruleset.ts';
import { attributeReader, isPlain } from './attribute.ts';
import type { Matches } from './operators.ts';
import { type Meets, meets, type Texts, testAtSite } from './test-sites.ts';

/** A list matches when any of its elements does. */
function isAnyOf(value: JsonValue | undefined, matches: Matches): boolean {
  return Array.isArray(value) && value.some(matches);
}

function textsOf(values: readonly Scalar[]): Texts | undefined {
  const [a, b = a, c = a] = values;
  const isFew = values.length <= 3 && typeof a === 'string' && typeof b === 'string' && typeof c === 'string';
  return isFew ? { a, b, c } : undefined;
}

/** The tests that are asked most, each written out: a shared one would call what it compares with. */
const TEXT_TESTS: Record<string, (wanted: string, matches: Matches) => Meets> = {
  contains: (wanted, matches) => (value) =>
    typeof value === 'string' ? value.includes(wanted) : isAnyOf(value, matches),
  startsWith: (wanted, matches) => (value) =>
    typeof value === 'string' ? value.startsWith(wanted) : isAnyOf(value, matches),
  endsWith: (wanted, matches) => (value) =>
    typeof value === 'string' ? value.endsWith(wanted) : isAnyOf(value, matches),
};

const NUMBER_TESTS: Record<string, (bound: number, matches: Matches) => Meets> = {
  lt: (bound, matches) => (value) => (typeof value === 'number' ? value < bound : isAnyOf(value, matches)),
  lte: (bound, matches) => (value) => (typeof value === 'number' ? value <= bound : isAnyOf(value, matches)),
  gt: (bound, matches) => (value) => (typeof value === 'number' ? value > bound : isAnyOf(value, matches)),
  gte: (bound, matches) => (value) => (typeof value === 'number' ? value >= bound : isAnyOf(value, matches)),
};

function makeQuick({ op, values, ignoreCase }: Test, matches: Matches): Meets | undefined {
  const [only] = values;
  if (ignoreCase || values.length !== 1 || only === undefined) return undefined;
  if (op === 'equals') return (value) => value === only || isAnyOf(value, matches);
  if (typeof only === 'string') return TEXT_TESTS[op]?.(only, matches);
  return typeof only === 'number' ? NUMBER_TESTS[op]?.(only, matches) : undefined;
}

/** Whether the attribute, or any element of one that is a list, matches. A missing one never does. */
function makeMeets(test: Test, matches: Matches): Meets {
  if (test.op === 'exists') return (value) => value !== undefined && value !== null;
  const quick = makeQuick(test, matches);
  if (quick !== undefined) return quick;
  return (value) => {
    if (typeof value === 'object') return isAnyOf(value, matches);
    return value !== undefined && matches(value);
  };
}

/** Makes a test whose values were understood; `matches` is what its operator made of them. */
export function makeHolds(test: Test, matches: Matches): (context: Context) => boolean {
  const texts = test.op === 'equals' && !test.ignoreCase ? textsOf(test.values) : undefined;
  const other = makeMeets(test, matches);
  if (isPlain(test.attribute)) return testAtSite(test.attribute, texts, other);
  const read = attributeReader(test.attribute);
  return (context) => meets(read(context), texts, other);
}
