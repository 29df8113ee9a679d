import { isObject } from '../evaluate/fault.ts';
import type { Context, Evaluation } from '../model/evaluation.ts';
import type { Condition, Flag, JsonObject, JsonValue, Ruleset, Segment } from '../model/ruleset.ts';

/** One question and the one right answer. */
export interface ConformanceCase {
  title: string;
  flag: string;
  context: Context;
  expected: Evaluation;
}

/** Questions that are asked of one ruleset. */
export interface ConformanceSuite {
  name: string;
  ruleset: Ruleset;
  cases: ConformanceCase[];
}

/** What the vectors may leave out of a ruleset; the rest is the same in all of them. */
export interface ShortRuleset {
  flags?: Record<string, JsonObject>;
  segments?: Record<string, JsonObject>;
  [field: string]: JsonValue | Record<string, JsonObject> | undefined;
}

/** A case as the vectors write it; value, key and metadata follow from the flag. */
export type ShortCase = [title: string, flag: string, context: Context, expected: Omit<Evaluation, 'key' | 'metadata'>];

/**
 * A document as it is meant: what the vectors call `[__proto__]`, in keys and as a text, is `__proto__`. Loaders that
 * turn JSON into a module would take the real name for a prototype.
 */
export function readDocument(value: unknown): unknown {
  if (value === '[__proto__]') return '__proto__';
  if (Array.isArray(value)) return value.map(readDocument);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [readDocument(key), readDocument(inner)]));
}

/** A condition that is nested so many deep and never holds: `{any: [{any: [… {any: []}]}]}`. */
function nestedAny(depth: number): Condition {
  let condition: Condition = { any: [] };
  for (let i = 1; i < depth; i++) condition = { any: [condition] };
  return condition;
}

/**
 * A boolean flag that is on for everybody, with what the vectors write of it. `if` stands for a rule `r` that serves `on`
 * before a fallthrough of `off`, and `deep` for a rule whose condition is nested so deep and never holds.
 */
function wholeFlag(key: string, { if: condition, deep, ...fields }: JsonObject): Flag {
  const nested = typeof deep === 'number' ? [{ id: 'deep', if: nestedAny(deep), serve: { variant: 'on' } }] : [];
  const ruled = condition === undefined ? nested : [{ id: 'r', if: condition, serve: { variant: 'on' } }];
  const whole: object = {
    key,
    type: 'boolean',
    variants: { on: true, off: false },
    state: 'on',
    offVariant: 'off',
    prerequisites: [],
    rules: ruled,
    fallthrough: { variant: ruled.length === 0 ? 'on' : 'off' },
    clientVisible: false,
    ...fields,
  };
  return whole as Flag;
}

function mapRecord<T, U>(record: Readonly<Record<string, T>>, map: (key: string, value: T) => U): Record<string, U> {
  // fromEntries defines the fields, so that `__proto__` is a key like any other.
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(key, value)]));
}

/** A whole ruleset out of what the vectors write of it. */
export function wholeRuleset({ flags = {}, segments = {}, ...fields }: ShortRuleset): Ruleset {
  return {
    schema: 1,
    project: 'conformance',
    environment: 'test',
    epoch: 'x',
    revision: 1,
    view: 'main',
    shedLevel: 0,
    ...fields,
    flags: mapRecord(flags, wholeFlag),
    segments: mapRecord(
      segments,
      (key, segment): Segment => ({ key, by: 'targetingKey', included: [], excluded: [], ...segment }),
    ),
  };
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A suite out of a short ruleset and short cases. */
export function makeSuite(name: string, short: ShortRuleset, cases: readonly ShortCase[]): ConformanceSuite {
  const ruleset = wholeRuleset(short);
  return {
    name,
    ruleset,
    cases: cases.map(([title, key, context, answer]) => {
      const flag = own(ruleset.flags, key);
      const value = answer.variant === undefined ? undefined : flag?.variants[answer.variant];
      const expected = { key, ...answer, metadata: flag?.metadata ?? {} };
      return { title, flag: key, context, expected: value === undefined ? expected : { ...expected, value } };
    }),
  };
}
