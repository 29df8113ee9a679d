import { RE2JS } from 're2js';
import type { JsonValue, Operator } from '../model/ruleset.ts';
import { isInBlock, parseAddress, parseBlock } from './address.ts';
import { type Fault, note, pointer } from './fault.ts';
import { parseInstant } from './instant.ts';
import { compareVersions, isWithinCaret, isWithinTilde, parseVersion, type Version } from './semver.ts';

/** Whether one value of the context (an attribute, or an element of one that is a list) matches a test. */
export type Matches = (value: JsonValue) => boolean;

/** Makes the matcher for a test's values, or notes what is wrong with them. */
type MakeMatches = (values: readonly unknown[], ignoreCase: boolean, path: string, faults: Fault[]) => Matches;

/** At most this many characters of a pattern. */
export const LONGEST_PATTERN = 256;
/** At most this many characters of an attribute are matched against a pattern. */
export const LONGEST_MATCHED = 1024;
/**
 * Matching costs characters × instructions, in time and in the states that are kept: one `\pL{990}` takes 250 ms and
 * 25 MB on 1,024 letters, a tenth of it a twentieth. Whatever is written out letter by letter fits.
 */
export const MOST_INSTRUCTIONS = 300;
/** Of all patterns of one test: a body holds thousands, and looking at the rest would only cost more. */
const MOST_TOGETHER = 4_000;

const never: Matches = () => false;

/** Reads every value, noting those that `parse` refuses. */
function parseAll<T>(
  values: readonly unknown[],
  parse: (value: unknown) => T | undefined,
  expected: string,
  path: string,
  faults: Fault[],
): T[] {
  const parsed: T[] = [];
  for (const [i, value] of values.entries()) {
    const one = parse(value);
    if (one === undefined) note(faults, pointer(path, i), 'malformed_value', expected);
    else parsed.push(one);
  }
  return parsed;
}

const asText = (value: unknown) => (typeof value === 'string' ? value : undefined);
const asNumber = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const asScalar = (value: unknown) => (typeof value === 'boolean' ? value : (asText(value) ?? asNumber(value)));

const equals: MakeMatches = (values, ignoreCase, path, faults) => {
  const wanted = parseAll(values, asScalar, 'a string, a number or a boolean', path, faults);
  if (ignoreCase) {
    const lower = new Set<unknown>(wanted.map((value) => (typeof value === 'string' ? value.toLowerCase() : value)));
    return (value) => lower.has(typeof value === 'string' ? value.toLowerCase() : value);
  }
  if (wanted.length === 1) {
    const [only] = wanted;
    return (value) => value === only;
  }
  const set = new Set<unknown>(wanted);
  return (value) => set.has(value);
};

/** An operator that holds if one of the texts stands in some relation to the attribute's text. */
function textOperator(relates: (value: string, wanted: string) => boolean): MakeMatches {
  return (values, ignoreCase, path, faults) => {
    const texts = parseAll(values, asText, 'a string', path, faults);
    const wanted = ignoreCase ? texts.map((text) => text.toLowerCase()) : texts;
    return (value) => {
      if (typeof value !== 'string') return false;
      const text = ignoreCase ? value.toLowerCase() : value;
      for (let i = 0; i < wanted.length; i++) if (relates(text, wanted[i]!)) return true;
      return false;
    };
  };
}

function compilePattern(pattern: unknown, ignoreCase: boolean): RE2JS | undefined {
  if (typeof pattern !== 'string' || pattern.length > LONGEST_PATTERN) return undefined;
  try {
    const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return compiled.programSize() > MOST_INSTRUCTIONS ? undefined : compiled;
  } catch {
    return undefined;
  }
}

const matches: MakeMatches = (values, ignoreCase, path, faults) => {
  const expected = `an RE2 pattern of at most ${LONGEST_PATTERN} characters and ${MOST_INSTRUCTIONS} compiled instructions`;
  let left = MOST_TOGETHER;
  const patterns = parseAll(
    values,
    (value) => {
      // Beyond the limit nothing is compiled any more, and what is left is refused.
      const pattern = left < 0 ? undefined : compilePattern(value, ignoreCase);
      left -= pattern?.programSize() ?? 0;
      return left < 0 ? undefined : pattern;
    },
    `${expected}, ${MOST_TOGETHER} instructions in all`,
    path,
    faults,
  );
  return (value) => {
    if (typeof value !== 'string') return false;
    const text = value.length > LONGEST_MATCHED ? value.slice(0, LONGEST_MATCHED) : value;
    return patterns.some((pattern) => pattern.test(text));
  };
};

/** An operator on numbers. "Any of" several bounds is the loosest one, so a single bound is compared. */
function numberOperator(
  loosest: (bounds: number[]) => number,
  holds: (bound: number) => (value: number) => boolean,
): MakeMatches {
  return (values, _ignoreCase, path, faults) => {
    const bounds = parseAll(values, asNumber, 'a number', path, faults);
    const isWithin = holds(loosest(bounds));
    return (value) => typeof value === 'number' && isWithin(value);
  };
}

function instantOperator(loosest: (bounds: number[]) => number, isBefore: boolean): MakeMatches {
  return (values, _ignoreCase, path, faults) => {
    const expected = 'an RFC 3339 date-time with an offset, or epoch milliseconds';
    const bound = loosest(parseAll(values, parseInstant, expected, path, faults));
    return (value) => {
      const instant = parseInstant(value);
      return instant !== undefined && (isBefore ? instant < bound : instant > bound);
    };
  };
}

function versionOperator(holds: (version: Version, wanted: Version) => boolean): MakeMatches {
  return (values, _ignoreCase, path, faults) => {
    const wanted = parseAll(values, parseVersion, 'a semantic version', path, faults);
    return (value) => {
      const version = parseVersion(value);
      return version !== undefined && wanted.some((one) => holds(version, one));
    };
  };
}

const inCidr: MakeMatches = (values, _ignoreCase, path, faults) => {
  const blocks = parseAll(values, parseBlock, 'an IPv4 or IPv6 address or CIDR block', path, faults);
  return (value) => {
    const address = parseAddress(value);
    return address !== undefined && blocks.some((block) => isInBlock(address, block));
  };
};

// Pair by pair rather than Math.max(...list): a list as long as a body allows would not fit on the stack.
const greatest = (bounds: number[]) => bounds.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
const least = (bounds: number[]) => bounds.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

/** How each operator makes its matcher. `exists` never comes to a value: the test itself answers it. */
export const MAKE_MATCHES: Record<Operator, MakeMatches> = {
  equals,
  contains: textOperator((value, wanted) => value.includes(wanted)),
  startsWith: textOperator((value, wanted) => value.startsWith(wanted)),
  endsWith: textOperator((value, wanted) => value.endsWith(wanted)),
  matches,
  lt: numberOperator(greatest, (bound) => (value) => value < bound),
  lte: numberOperator(greatest, (bound) => (value) => value <= bound),
  gt: numberOperator(least, (bound) => (value) => value > bound),
  gte: numberOperator(least, (bound) => (value) => value >= bound),
  before: instantOperator(greatest, true),
  after: instantOperator(least, false),
  semverLt: versionOperator((version, wanted) => compareVersions(version, wanted) < 0),
  semverLte: versionOperator((version, wanted) => compareVersions(version, wanted) <= 0),
  semverEq: versionOperator((version, wanted) => compareVersions(version, wanted) === 0),
  semverGte: versionOperator((version, wanted) => compareVersions(version, wanted) >= 0),
  semverGt: versionOperator((version, wanted) => compareVersions(version, wanted) > 0),
  semverTilde: versionOperator(isWithinTilde),
  semverCaret: versionOperator(isWithinCaret),
  inCidr,
  exists: () => never,
};

/** The operators that look at letters, and so can ignore their case. */
export const TEXT_OPERATORS: ReadonlySet<Operator> = new Set([
  'equals',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
]);
