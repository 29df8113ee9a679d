import type { Context } from '../model/evaluation.ts';
import type { HashScheme, JsonObject, JsonValue, Ruleset, Scalar, Slice } from '../model/ruleset.ts';
import type { Patch } from '../sync/wire.ts';
import buckets from './buckets.json' with { type: 'json' };
import conditions from './conditions.json' with { type: 'json' };
import flagd from './flagd.json' with { type: 'json' };
import operators from './operators.json' with { type: 'json' };
import patches from './patches.json' with { type: 'json' };
import prerequisites from './prerequisites.json' with { type: 'json' };
import splits from './splits.json' with { type: 'json' };
import {
  type ConformanceSuite,
  makeSuite,
  readDocument,
  type ShortCase,
  type ShortRuleset,
  wholeRuleset,
} from './suite.ts';
import unknown from './unknown.json' with { type: 'json' };

interface TestVectors {
  op: string;
  values: Scalar[];
  ignoreCase?: true;
  rows: [value: JsonValue, holds: boolean][];
}

const MATCH = { variant: 'on', reason: 'TARGETING_MATCH', ruleId: 'r' } as const;
const NO_MATCH = { variant: 'off', reason: 'DEFAULT' } as const;

/** Each test as the only condition of a flag, and under not in a second one, which answers the opposite. */
function operatorSuite(tests: readonly TestVectors[]): ConformanceSuite {
  const flags: Record<string, JsonObject> = {};
  const cases: ShortCase[] = [];
  for (const [i, { rows, op, values, ignoreCase }] of tests.entries()) {
    const test = { attribute: 'a', op, values, ...(ignoreCase && { ignoreCase }) };
    const [bare, negated] = [`${op}-${i}`, `not-${op}-${i}`];
    flags[bare] = { if: test };
    flags[negated] = { if: { not: test } };
    const asked: [Context, boolean][] = rows.map(([a, holds]) => [{ a }, holds]);
    for (const [context, holds] of [...asked, [{}, false], [{ a: null }, false]] as [Context, boolean][]) {
      const title = `${op} ${JSON.stringify(values)}${ignoreCase ? ' ignoring case' : ''} of ${JSON.stringify(context)}`;
      cases.push([title, bare, context, holds ? MATCH : NO_MATCH]);
      cases.push([`not ${title}`, negated, context, holds ? NO_MATCH : MATCH]);
    }
  }
  return makeSuite('operators', { flags }, cases);
}

interface FlagdVectors {
  flagd: string;
  values: Scalar[];
  rows: [context: Context, holds: boolean][];
}

/** The same for tests as flagd means them, where a missing attribute has a row like any other. */
function flagdSuite(tests: readonly FlagdVectors[]): ConformanceSuite {
  const flags: Record<string, JsonObject> = {};
  const cases: ShortCase[] = [];
  for (const [i, { flagd: op, values, rows }] of tests.entries()) {
    const test = { flagd: op, attribute: 'a.b', values };
    const [bare, negated] = [`flagd-${i}`, `not-flagd-${i}`];
    flags[bare] = { if: test };
    flags[negated] = { if: { not: test } };
    for (const [context, holds] of rows) {
      const title = `flagd ${op} ${JSON.stringify(values)} of ${JSON.stringify(context)}`;
      cases.push([title, bare, context, holds ? MATCH : NO_MATCH]);
      cases.push([`not ${title}`, negated, context, holds ? NO_MATCH : MATCH]);
    }
  }
  return makeSuite('flagd', { flags }, cases);
}

/** Slices that a unit in `bucket` gets `on` from: they begin with it, or end with it. */
function slicesAround(bucket: number, of: number): Record<string, Slice[]> {
  if (of === 1) return { all: [[0, 1, 'on']] };
  const halves: Record<string, Slice[]> = {};
  if (bucket > 0) {
    halves.from = [
      [0, bucket, 'off'],
      [bucket, of, 'on'],
    ];
  }
  if (bucket + 1 < of) {
    halves.upTo = [
      [0, bucket + 1, 'on'],
      [bucket + 1, of, 'off'],
    ];
  }
  return halves;
}

type BucketRow = [salt: string, unit: string | number, of: number, bucket: number, hash?: HashScheme];

function bucketSuite(rows: readonly BucketRow[]): ConformanceSuite {
  const flags: Record<string, JsonObject> = {};
  const cases: ShortCase[] = [];
  for (const [i, [salt, unit, of, bucket, hash]] of rows.entries()) {
    const split = { by: 'unit', salt, of, ...(hash && { hash }) };
    for (const [where, slices] of Object.entries(slicesAround(bucket, of))) {
      const key = `${hash ?? 'native'}-${i}-${where}`;
      flags[key] = { fallthrough: { split: { ...split, slices } } };
      const title = `${hash ?? 'native'} bucket ${bucket} of ${of} for ${JSON.stringify([salt, unit])}, ${where}`;
      cases.push([title, key, { unit }, { variant: 'on', reason: 'SPLIT' }]);
    }
  }
  return makeSuite('buckets', { flags }, cases);
}

function readSuite(name: string, document: unknown): ConformanceSuite {
  const { about, cases, ...ruleset } = readDocument(document) as { about: string; cases: ShortCase[] } & ShortRuleset;
  return makeSuite(name, ruleset, cases);
}

/** All suites. Each call makes new ones, so that whoever asks may do with them as it likes. */
export function conformanceSuites(): ConformanceSuite[] {
  const tests: unknown = operators.tests;
  const flagdTests: unknown = flagd.tests;
  const native: unknown = buckets.rows;
  const schemes: unknown = buckets.schemes;
  const foreign = schemes as [HashScheme, string, string | number, number, number][];
  return [
    operatorSuite(tests as TestVectors[]),
    bucketSuite([
      ...(native as BucketRow[]),
      ...foreign.map(([hash, salt, unit, of, bucket]): BucketRow => [salt, unit, of, bucket, hash]),
    ]),
    flagdSuite(flagdTests as FlagdVectors[]),
    readSuite('splits', splits),
    readSuite('conditions', conditions),
    readSuite('prerequisites', prerequisites),
    readSuite('unknown', unknown),
  ];
}

/** One step in the history of an environment. `apply(before, patch)` deep-equals `after`. */
export interface PatchVector {
  title: string;
  before: Ruleset;
  patch: Patch;
  after: Ruleset;
}

/** The patches, made anew by each call. */
export function patchVectors(): PatchVector[] {
  const document = readDocument(patches.patches);
  type Short = { title: string; before: ShortRuleset; patch: Patch; after: ShortRuleset };
  return (document as Short[]).map(({ title, before, patch, after }) => {
    // What a patch carries of flags and segments is written as short as in a ruleset.
    const shortFlags: unknown = patch.flags;
    const shortSegments = Object.entries(patch.segments).map(([key, change]) => {
      if (!('whole' in change)) return [key, change] as const;
      const segments: unknown = { [key]: change.whole };
      return [
        key,
        { whole: wholeRuleset({ segments: segments as Record<string, JsonObject> }).segments[key]! },
      ] as const;
    });
    const { flags } = wholeRuleset({ flags: shortFlags as Record<string, JsonObject> });
    return {
      title,
      before: wholeRuleset(before),
      patch: { ...patch, flags, segments: Object.fromEntries(shortSegments) },
      after: wholeRuleset(after),
    };
  });
}
