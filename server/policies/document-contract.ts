import { z } from '@hono/zod-openapi';
import { isEventName } from '@turnout/core';
import { faultsOf } from '../access/field-faults.ts';
import { ROLES } from '../access/principal.ts';
import { isObjectKey } from '../platform/is-object-key.ts';
import type { FieldFault } from '../platform/problem.ts';
import { sharesAlpha, USUAL_ALPHA } from './policy.ts';
import { readDuration, readExposure, readFactor, readShare } from './quantity.ts';

const text = (error: string) => z.string({ error });
/** Checked by what reads it later, so that what passes here can always be read. */
const duration = text('a time such as 30s, 10m, 2h or 1d').refine(
  (value) => readDuration(value) !== undefined,
  'a whole number with s, m, h or d, such as 30m, and at most 366d',
);
const share = text('per cent, such as 20%').refine(
  (value) => readShare(value) !== undefined,
  'per cent with four decimals at most, such as 20% or 0.5%',
);
const factor = text('a factor such as 3x').refine(
  (value) => (readFactor(value) ?? 0) > 0,
  'a factor such as 3x (three times as many) or 0.5x (half as many)',
);
const key = text('a key such as web-standard').refine(
  isObjectKey,
  '1 to 128 letters, digits, _ . or -, beginning with a letter, a digit or _',
);
const link = text('an address').refine(
  isLink,
  'an address that begins with http:// or https://, without a password in it',
);
const count = (most: number) => z.number({ error: 'a number' }).int().min(1).max(most);
const event = text('the name of an event').refine(isEventName, 'the name of an event that apps track');
const alpha = z.number({ error: 'a number' }).gt(0, 'more than 0').max(0.2, 'at most 0.2');
const words = text('text').trim().min(1).max(200);

const deadline = z.strictObject({ after: duration, onDeadline: z.enum(['ask', 'rollBack']).default('ask') });
const approvers = ROLES.filter((role) => role !== 'viewer');
const approval = z.strictObject({
  role: z.enum(approvers, { error: `one of the roles ${approvers.join(', ')}` }),
  count: count(20).default(1),
  expires: duration.default('2d'),
});
const exposure = z
  .number({ error: 'per cent, as a number: 5, or 0.1' })
  .gt(0, 'more than 0: whoever is to get nothing needs no stage')
  .max(100, 'at most 100 per cent')
  .refine((value) => readExposure(value) !== undefined, 'per cent with three decimals at most, such as 0.125');

const stage = z.strictObject({
  name: words.optional(),
  audience: key.optional(),
  exposure: exposure.optional(),
  bake: duration.default('0s'),
  minUnits: count(100_000_000).optional(),
  minHits: z.strictObject({ event, count: count(100_000_000) }).optional(),
  gates: z.array(key).max(50).optional(),
  approvals: z.array(approval).max(10).optional(),
  deadline: deadline.optional(),
});
const step = z.strictObject({
  environment: key,
  stages: z.array(stage, { error: 'a list of stages' }).min(1, 'at least one stage').max(50),
});

const guardTerms = {
  id: key,
  onFail: z.enum(['rollBack', 'kill', 'pause', 'hold']),
  mode: z.enum(['enforce', 'shadow']).default('enforce'),
};
const ofMetric = { ...guardTerms, metric: key };
const environment = key.optional();
/** By the kind that a guard says, or that its `query` or `signal` shows. */
const GUARDS = {
  'versus-control': z.strictObject({
    ...ofMetric,
    kind: z.literal('versus-control'),
    direction: z.enum(['up', 'down']).optional(),
    margin: share.default('0%'),
    mustSee: factor.optional(),
  }),
  absolute: z.strictObject({ ...ofMetric, kind: z.literal('absolute'), limit: share, window: duration }),
  threshold: z.strictObject({
    ...guardTerms,
    kind: z.literal('threshold').default('threshold'),
    query: text('a query').trim().min(1).max(4_000),
    source: key,
    above: z.number({ error: 'a number' }).optional(),
    below: z.number({ error: 'a number' }).optional(),
    for: duration.default('0s'),
    environment,
  }),
  signal: z.strictObject({
    ...guardTerms,
    kind: z.literal('signal').default('signal'),
    signal: z
      .record(words, words, { error: 'labels and their values, such as {severity: critical}' })
      .refine((labels) => Object.keys(labels).length > 0, 'at least one label: without any it would be every signal'),
    environment,
  }),
  'sample-ratio': z.strictObject({
    id: key,
    kind: z.literal('sample-ratio'),
    onFail: z
      .enum(['hold', 'pause'], { error: 'hold or pause: unequal arms say that the evidence is bad, not the variant' })
      .default('hold'),
    mode: guardTerms.mode,
  }),
};
type GuardKind = keyof typeof GUARDS;
const GUARD_KINDS = Object.keys(GUARDS) as GuardKind[];

const gateTerms = { id: key, always: z.boolean().default(false), at: z.literal('every').optional() };
/** By the one field that says what a gate asks. */
const GATES = {
  probe: z.strictObject({
    ...gateTerms,
    probe: z.strictObject({
      url: link,
      method: z.enum(['GET', 'HEAD'], { error: 'GET or HEAD: a probe looks and changes nothing' }).default('GET'),
      expect: z.number({ error: 'a status such as 200' }).int().min(100).max(599).default(200),
      every: duration.default('10s'),
      times: count(1_000).default(1),
    }),
    timeout: duration.optional(),
  }),
  check: z.strictObject({ ...gateTerms, check: key, timeout: duration.optional() }),
  instances: z.strictObject({ ...gateTerms, instances: z.strictObject({ atLeast: count(100_000) }) }),
  incidentFree: z.strictObject({ ...gateTerms, incidentFree: duration }),
};
type GateKind = keyof typeof GATES;
const GATE_KINDS = Object.keys(GATES) as GateKind[];
/** Written in documents, and not built yet: each is refused by its name. */
const LATER = ['parity', 'drill'];

const frame = z.strictObject({
  key,
  reversible: z.enum(['instant', 'forward-only', 'runbook']).default('instant'),
  runbookUrl: link.optional(),
  unit: text('the attribute of a context').min(1).max(256).default('targetingKey'),
  path: z.array(step, { error: 'a list of environments with their stages' }).min(1, 'at least one environment').max(20),
  guards: z.array(z.unknown(), { error: 'a list of guards' }).max(100).default([]),
  alpha: alpha.default(USUAL_ALPHA),
  evidence: z
    .strictObject({
      maxAge: duration.default('5m'),
      onNoData: z.enum(['hold', 'pause']).optional(),
      onError: z.enum(['hold', 'pause']).optional(),
    })
    .default({ maxAge: '5m' }),
  gates: z.array(z.unknown(), { error: 'a list of gates' }).max(100).default([]),
  deadline: deadline.default({ after: '7d', onDeadline: 'ask' }),
  mode: z.enum(['automatic', 'button']).default('automatic'),
});

export type GuardDocument = z.output<(typeof GUARDS)[GuardKind]>;
export type GateDocument = z.output<(typeof GATES)[GateKind]>;
export type PolicyDocument = Omit<z.output<typeof frame>, 'guards' | 'gates'> & {
  guards: GuardDocument[];
  gates: GateDocument[];
};
export type StageDocument = PolicyDocument['path'][number]['stages'][number];

/** What a project asks of every policy that goes through its protected environments. */
const floorFrame = z.strictObject({
  bake: duration.optional(),
  firstExposure: exposure.optional(),
  alpha: alpha.optional(),
  guards: z.array(z.unknown(), { error: 'a list of guards' }).max(50).default([]),
  gates: z.array(z.unknown(), { error: 'a list of gates' }).max(50).default([]),
  approvals: z.array(approval).max(10).default([]),
});
export type FloorDocument = Omit<z.output<typeof floorFrame>, 'guards' | 'gates'> & {
  guards: GuardDocument[];
  gates: GateDocument[];
};

export type Parsed<T> = { document: T; faults?: never } | { document?: never; faults: FieldFault[] };

/** A policy's document in its normal form, with every default written out, or every fault of its shape. */
export function parsePolicy(written: unknown): Parsed<PolicyDocument> {
  return withLists(written, frame);
}

/** Its guards are tested with some alpha, so it says which: left out, the usual one. */
export function parseFloor(written: unknown): Parsed<FloorDocument> {
  const { document, faults } = withLists(written, floorFrame);
  if (document === undefined) return { faults };
  if (document.alpha !== undefined || !document.guards.some(sharesAlpha)) return { document };
  const { guards, gates, approvals, ...first } = document;
  return { document: { ...first, alpha: USUAL_ALPHA, guards, gates, approvals } };
}

/** Guards and gates are read one by one, each by what it says it is, so that a fault names the very field. */
function withLists<T extends { guards: unknown[]; gates: unknown[] }>(
  written: unknown,
  schema: z.ZodType<T>,
): Parsed<Omit<T, 'guards' | 'gates'> & { guards: GuardDocument[]; gates: GateDocument[] }> {
  const parsed = schema.safeParse(written);
  const faults = parsed.success ? [] : faultsOf(parsed.error.issues);
  const guards = itemsOf(written, 'guards').map((one, at) => parseGuard(one, `/guards/${at}`));
  const gates = itemsOf(written, 'gates').map((one, at) => parseGate(one, `/gates/${at}`));
  for (const one of [...guards, ...gates]) faults.push(...(one.faults ?? []));
  if (!parsed.success || faults.length > 0) return { faults };
  const found = <D>(items: Parsed<D>[]) => items.flatMap(({ document }) => (document === undefined ? [] : [document]));
  return { document: { ...parsed.data, guards: found(guards), gates: found(gates) } };
}

/** Looked at also where the rest is not sound: whoever writes wants to hear of all of it at once. */
function itemsOf(written: unknown, name: 'guards' | 'gates'): unknown[] {
  const items = isObject(written) ? written[name] : undefined;
  return Array.isArray(items) ? items : [];
}

function parseGuard(written: unknown, path: string): Parsed<GuardDocument> {
  if (!isObject(written)) return refuse(path, 'invalid_type', 'a guard');
  const kind = kindOfGuard(written);
  if (kind !== undefined) return parseItem(GUARDS[kind] as z.ZodType<GuardDocument>, written, path);
  return refuse(`${path}/kind`, 'unknown_kind', `one of ${GUARD_KINDS.join(', ')}`);
}

function kindOfGuard(written: Record<string, unknown>): GuardKind | undefined {
  const { kind } = written;
  if (kind !== undefined) return GUARD_KINDS.find((one) => one === kind);
  if (written.query !== undefined) return 'threshold';
  return written.signal === undefined ? undefined : 'signal';
}

function parseGate(written: unknown, path: string): Parsed<GateDocument> {
  if (!isObject(written)) return refuse(path, 'invalid_type', 'a gate');
  const later = LATER.find((name) => Object.hasOwn(written, name));
  if (later !== undefined) {
    const named = typeof written.id === 'string' ? written.id : later;
    const expected = `a gate that can be asked: ${later} (the gate ${named}) is not there yet`;
    return refuse(`${path}/${later}`, 'not_there_yet', expected);
  }
  const [kind, ...others] = GATE_KINDS.filter((name) => Object.hasOwn(written, name));
  if (kind !== undefined && others.length === 0) {
    return parseItem(GATES[kind] as z.ZodType<GateDocument>, written, path);
  }
  return refuse(path, 'unknown_kind', `exactly one of ${GATE_KINDS.join(', ')}`);
}

function parseItem<T>(schema: z.ZodType<T>, written: unknown, path: string): Parsed<T> {
  const parsed = schema.safeParse(written);
  if (parsed.success) return { document: parsed.data };
  return {
    faults: faultsOf(parsed.error.issues).map((fault) => ({
      ...fault,
      path: fault.path === '/' ? path : `${path}${fault.path}`,
    })),
  };
}

function refuse(path: string, code: string, expected: string): { faults: FieldFault[] } {
  return { faults: [{ path, code, expected }] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A link that may be shown to anybody: of the web, and without a secret in it. */
function isLink(value: string): boolean {
  if (value.length > 2_000 || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
