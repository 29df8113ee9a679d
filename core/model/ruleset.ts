/** Any JSON value. What an author may put into a variant and what an app may put into a context. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };
export type Scalar = string | number | boolean;
export type Metadata = Record<string, Scalar>;

export type FlagType = 'boolean' | 'string' | 'number' | 'object';

/** The closed list of operators, in the order in which the docs show them. */
export const OPERATORS = [
  'equals',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'lt',
  'lte',
  'gt',
  'gte',
  'before',
  'after',
  'semverLt',
  'semverLte',
  'semverEq',
  'semverGte',
  'semverGt',
  'semverTilde',
  'semverCaret',
  'inCidr',
  'exists',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** A question about one attribute of the context; `values` is "any of". */
export interface Test {
  attribute: string;
  op: Operator;
  values: Scalar[];
  ignoreCase?: true;
}

/** The comparisons of flagd's targeting by their own names; `has` is its `in` with the attribute on the right. */
export const FLAGD_OPERATORS = [
  '==',
  '===',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'has',
  'starts_with',
  'ends_with',
  'sem_ver',
  '!!',
] as const;
export type FlagdOperator = (typeof FLAGD_OPERATORS)[number];

/**
 * A test as flagd means it, so that an imported condition holds for the same contexts: a path goes by its dots alone, what
 * is missing is null, null counts as 0 and texts as the numbers they write. `values` are the other operands, in order.
 */
export interface FlagdTest {
  flagd: FlagdOperator;
  attribute: string;
  values: Scalar[];
}

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { segment: string }
  | Test
  | FlagdTest;

/** Hash schemes of other systems, so that an imported flag keeps every unit where it was. */
export type HashScheme = 'flagd' | 'flagdCat' | 'unleash' | 'launchdarkly' | 'growthbook2';

/** `[start, end)` in buckets, and the variant that the units in it get. */
export type Slice = [start: number, end: number, variant: string];

/** Slices are sorted, disjoint and cover `[0, of)`; `of` is 100000 for native splits. */
export interface Split {
  by: string;
  salt: string;
  of: number;
  slices: Slice[];
  hash?: HashScheme;
}

/** `coded`: an answer without value and variant, so that the caller's own default holds. */
export type Serve = { variant: string } | { split: Split } | { coded: true };

export interface Rule {
  id: string;
  if: Condition;
  serve: Serve;
}

export interface Prerequisite {
  flag: string;
  variants: string[];
}

/** The concurrent, equal arms of a measured run. All bounds are integers in [0, 100000]. */
export interface MeasuredRun {
  id: string;
  entry: number;
  stage: number;
  target: string;
  by: string;
  salt: string;
  from: string;
  to: string;
  treatment: [number, number];
  control: [number, number];
  /** Units whose bucket by this salt is below are measured, the same everywhere. It only falls within an entry. */
  sample: { salt: string; below: number };
  audienceRule?: string;
  /** The events that its metrics are made of: what else is tracked says nothing of it. */
  events?: string[];
}

/** A flag as one environment serves it. */
export interface Flag {
  key: string;
  type: FlagType;
  variants: Record<string, JsonValue>;
  state: 'on' | 'off';
  /** Its own field: only kill sets it, only restore clears it, no other write touches it. */
  killed?: true;
  /** Served when off, killed, shed, or a prerequisite fails; null is the caller's coded default. */
  offVariant: string | null;
  prerequisites: Prerequisite[];
  rules: Rule[];
  fallthrough: Serve;
  shedAt?: 1 | 2 | 3;
  clientVisible: boolean;
  maxStalenessMs?: number;
  whenStale?: 'keep' | 'off';
  metadata?: Metadata;
  run?: MeasuredRun;
}

/** `excluded` wins over `included`, which wins over `if`. */
export interface Segment {
  key: string;
  by: string;
  included: string[];
  excluded: string[];
  if?: Condition;
}

export type ShedLevel = 0 | 1 | 2 | 3;

/** Everything an evaluator needs for one environment at one position. */
export interface Ruleset {
  schema: 1;
  project: string;
  environment: string;
  epoch: string;
  revision: number;
  /** 'main', or the name of a channel. */
  view: string;
  shedLevel: ShedLevel;
  flags: Record<string, Flag>;
  segments: Record<string, Segment>;
}
