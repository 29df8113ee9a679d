import type { FlagdOperator, JsonValue, Scalar } from '../../model/ruleset.ts';
import { compareVersions, parseVersion, type Version } from '../semver.ts';

// What flagd's targeting compares, and how. Source: the evaluation of flagd in Go and its JSONLogic engine (3.9), whose
// behaviour is written anew here. Its port to JavaScript differs in places; docs/moving-in.md names them.

/** An attribute's value; undefined where it is missing. */
type Value = JsonValue | undefined;
export type FlagdMatches = (value: Value) => boolean;

// Each letter has one way to be read, so that a long text is read once.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?\d+)$/i;
const WHITE = /^\s*$/;

/** The number that Go reads in a text; NaN where there is none. */
function parseNumber(text: string): number {
  if (DECIMAL.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const hex = HEXADECIMAL.exec(text);
  if (hex === null) return Number.NaN;
  const [, sign, whole = '', fraction = '', power] = hex;
  const digits = Number.parseInt(whole + fraction, 16);
  return (sign === '-' ? -1 : 1) * digits * 2 ** (Number(power) - 4 * fraction.length);
}

/** What a value counts as where numbers are compared: null is 0, and so is an empty text; a list is no number. */
function asNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined || value === null) return 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return Number.NaN;
  return WHITE.test(value) ? 0 : parseNumber(value);
}

/** Code units as code points are ordered: the halves of pairs stand for what comes after all others. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Texts in the order of their code points, which is that of their UTF-8 bytes. */
function comesBefore(a: string, b: string): boolean {
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at === shared ? a.length < b.length : rank(a.charCodeAt(at)) < rank(b.charCodeAt(at));
}

function isLess(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return comesBefore(a, b);
  return asNumber(a) < asNumber(b);
}

function isEqual(a: Value, b: Value): boolean {
  const [left, right] = [a ?? null, b ?? null];
  if (left === null || right === null) return left === right;
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  return asNumber(left) === asNumber(right);
}

/** Whether a condition that is a value alone holds. */
function isTruthy(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}

/** The attribute is a member of a list. A number is held against what texts in it count as, and 0 is any other text. */
function isIn(values: readonly Scalar[]): FlagdMatches {
  const texts = new Set(values.filter((value) => typeof value === 'string'));
  const numbers = new Set(
    values.map((value) => {
      const number = typeof value === 'string' ? parseNumber(value) : Number(value);
      return Number.isNaN(number) ? 0 : number;
    }),
  );
  return (value) => (typeof value === 'number' ? numbers.has(value) : typeof value === 'string' && texts.has(value));
}

/** The attribute is a text that holds another, or a list with it as a member. */
function hasIn(wanted: string): FlagdMatches {
  return (value) =>
    typeof value === 'string' ? value.includes(wanted) : Array.isArray(value) && value.includes(wanted);
}

/** A version as flagd takes it: labels only after all three numbers. */
function asVersion(value: Value): Version | undefined {
  const version = parseVersion(value);
  return version !== undefined && version.given < 3 && /[-+]/.test(String(value)) ? undefined : version;
}

const VERSION_RELATIONS: Record<string, (version: Version, wanted: Version) => boolean> = {
  '=': (version, wanted) => compareVersions(version, wanted) === 0,
  '!=': (version, wanted) => compareVersions(version, wanted) !== 0,
  '<': (version, wanted) => compareVersions(version, wanted) < 0,
  '<=': (version, wanted) => compareVersions(version, wanted) <= 0,
  '>=': (version, wanted) => compareVersions(version, wanted) >= 0,
  '>': (version, wanted) => compareVersions(version, wanted) > 0,
  '^': (version, wanted) => version.major === wanted.major,
  '~': (version, wanted) => version.major === wanted.major && version.minor === wanted.minor,
};

function versionMatches(relation: Scalar | undefined, wanted: Scalar | undefined): FlagdMatches | undefined {
  const version = asVersion(wanted);
  if (typeof relation !== 'string' || !Object.hasOwn(VERSION_RELATIONS, relation) || !version) return undefined;
  const holds = VERSION_RELATIONS[relation]!;
  return (value) => {
    const actual = asVersion(value);
    return actual !== undefined && holds(actual, version);
  };
}

function onText(wanted: Scalar | undefined, make: (wanted: string) => FlagdMatches): FlagdMatches | undefined {
  return typeof wanted === 'string' ? make(wanted) : undefined;
}

/** One operand, or none, which is null. */
const ORDERS: Record<'==' | '===' | '<' | '<=' | '>' | '>=', (a: Value, b: Value) => boolean> = {
  '==': isEqual,
  '===': (a, b) => typeof (a ?? null) === typeof (b ?? null) && isEqual(a, b),
  '<': isLess,
  '<=': (a, b) => isLess(a, b) || isEqual(a, b),
  '>': (a, b) => isLess(b, a),
  '>=': (a, b) => isLess(b, a) || isEqual(b, a),
};

/**
 * Makes the matcher of a test with its other operands; undefined where these are not what the operator takes. The
 * matcher says for every value what flagd's targeting says, where that is an answer and no error.
 */
export function makeFlagdMatches(op: FlagdOperator, values: readonly Scalar[]): FlagdMatches | undefined {
  const [first, second] = values;
  switch (op) {
    case '!!':
      return values.length === 0 ? isTruthy : undefined;
    case 'in':
      return values.every((value) => typeof value !== 'boolean') ? isIn(values) : undefined;
    case 'sem_ver':
      return values.length === 2 ? versionMatches(first, second) : undefined;
    case 'has':
      return values.length === 1 ? onText(first, hasIn) : undefined;
    case 'starts_with':
      return values.length === 1
        ? onText(first, (text) => (value) => typeof value === 'string' && value.startsWith(text))
        : undefined;
    case 'ends_with':
      return values.length === 1
        ? onText(first, (text) => (value) => typeof value === 'string' && value.endsWith(text))
        : undefined;
    default:
      return values.length <= 1 ? (value) => ORDERS[op](value, first) : undefined;
  }
}

/** The value at a path as flagd finds it: step by step, never by a literal key, and by number in a list. */
export function readFlagdPath(context: Value, steps: readonly string[]): Value {
  let value = context;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value)) {
      const index = Math.trunc(parseNumber(step) || 0);
      value = value[index];
    } else value = Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value ?? undefined;
}
