import { FlagdCore } from '@openfeature/flagd-core';
import { type Compiled, type Context, compile, evaluate, type Flag, type JsonValue, type Ruleset } from '@turnout/core';
import { servedFlag } from '../flags/configuration.ts';
import type { AnyDocument } from './any-flagd.fixture.ts';
import { readFlagd } from './read-flagd.ts';

/** What was compared, what was left out and why, and which reasons went with which. */
export class Tally {
  flags = 0;
  carried = 0;
  compared = 0;
  readonly leftOut = new Map<string, number>();
  readonly reasons = new Map<string, number>();
  readonly notImported = new Map<string, number>();

  count(of: Map<string, number>, name: string): void {
    of.set(name, (of.get(name) ?? 0) + 1);
  }
}

const QUIET = { error() {}, warn() {}, info() {}, debug() {} };
const NO_VALUE = { string: 'no value', number: -987, boolean: false, object: { no: 'value' } } as const;

/** Reasons of flagd's, and those that Turnout may give for them. */
export const REASONS: Record<string, readonly string[]> = {
  STATIC: ['STATIC'],
  TARGETING_MATCH: ['TARGETING_MATCH', 'SPLIT'],
  // Null is the default variant: of no rule at all, of one that says so, or of a bucket.
  DEFAULT: ['DEFAULT', 'STATIC', 'TARGETING_MATCH', 'SPLIT'],
  DISABLED: ['DISABLED'],
};

export function rulesetOf(flags: readonly Flag[]): Ruleset {
  return {
    ...{ schema: 1, project: 'p', environment: 'e', epoch: '1', revision: 1, view: 'main', shedLevel: 0 },
    ...{ flags: Object.fromEntries(flags.map((flag) => [flag.key, flag])), segments: {} },
  };
}

/** The flags of a document as Turnout serves them, compiled. */
export function importDocument(document: JsonValue): { compiled: Compiled; notImported: string[] } {
  const { flags, notImported } = readFlagd(document);
  const served = flags.map(({ key, content, configuration }) =>
    servedFlag({ key, ...content }, { ...configuration, killed: false, run: null }),
  );
  return { compiled: compile(rulesetOf(served)), notImported: notImported.map(({ reason }) => reason) };
}

/** Whoever answers for Turnout: its evaluator, or a house that was asked over the wire. */
export type Ask = (flag: string, context: Context) => Answered;

interface Answered {
  value?: unknown;
  variant?: string | undefined;
  reason: string;
  errorCode?: string | undefined;
}

/** Where Turnout and the port of flagd to JavaScript answer differently, one line each. */
export function findDifferences({ document, contexts }: AnyDocument, tally: Tally, ask?: Ask): string[] {
  const text = JSON.stringify(document);
  const core = new FlagdCore(undefined, QUIET);
  core.setConfigurations(text);
  const { compiled, notImported } = importDocument(JSON.parse(text));
  for (const reason of notImported) tally.count(tally.notImported, reason.replace(/“[^”]*”/g, '“…”'));
  tally.flags += Object.keys(document.flags).length;
  tally.carried += compiled.flags.size;
  const answer: Ask = ask ?? ((flag, context) => evaluate(compiled, flag, context));
  const different: string[] = [];
  for (const [key, { source }] of compiled.flags) {
    for (const context of contexts) {
      const theirs = askPort(core, source, context);
      const named = portDiffers(document, key, context, theirs);
      if (named !== undefined) {
        tally.count(tally.leftOut, named);
        continue;
      }
      tally.compared += 1;
      const ours = answer(key, context);
      tally.count(tally.reasons, `${theirs.reason} → ${ours.reason}`);
      const same = [theirs, ours].map(({ value, variant }) => JSON.stringify({ value, variant }));
      if (same[0] === same[1] && REASONS[theirs.reason]?.includes(ours.reason)) continue;
      different.push(
        `${key} of ${JSON.stringify(document.flags[key])} for ${JSON.stringify(context)}: flagd ${JSON.stringify(theirs)}, ` +
          `Turnout ${JSON.stringify(ours)}`,
      );
    }
  }
  return different;
}

function askPort(core: FlagdCore, { key, type }: Flag, context: Context): Answered & { message?: string } {
  const missing = NO_VALUE[type];
  const told =
    type === 'boolean'
      ? core.resolveBooleanEvaluation(key, NO_VALUE.boolean, context as never)
      : type === 'string'
        ? core.resolveStringEvaluation(key, NO_VALUE.string, context as never)
        : type === 'number'
          ? core.resolveNumberEvaluation(key, NO_VALUE.number, context as never)
          : core.resolveObjectEvaluation(key, NO_VALUE.object, context as never);
  const { value, variant, reason = '', errorCode, errorMessage } = told;
  const isAnswer = variant !== undefined || (value !== missing && errorCode === undefined);
  return {
    ...(isAnswer ? { value, variant } : {}),
    reason,
    ...(errorCode ? { errorCode } : {}),
    ...(errorMessage ? { message: errorMessage } : {}),
  };
}

/**
 * The places where the port is known to answer otherwise than flagd itself, by name; flagd wins there. Asked of the
 * whole targeting, so more is left out than has to be.
 */
export function portDiffers(
  document: AnyDocument['document'],
  key: string,
  context: Context,
  theirs: { message?: string },
): string | undefined {
  if (theirs.message?.startsWith('Error evaluating targeting rule')) return 'a comparison of what is no number';
  const { targeting } = document.flags[key] ?? {};
  if (targeting === null) return 'targeting: null';
  return targeting === undefined ? undefined : nodeDiffers(targeting, { document, key, context });
}

interface Asked {
  document: AnyDocument['document'];
  key: string;
  context: Context;
}

function nodeDiffers(node: JsonValue, asked: Asked): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if (Array.isArray(node)) return firstOf(node, asked);
  const [[name = '', args = null] = []] = Object.entries(node);
  if (name === '$ref') return nodeDiffers(asked.document.$evaluators?.[String(args)] ?? null, asked);
  const list = Array.isArray(args) ? args : [args];
  return operationDiffers(name, list, asked) ?? firstOf(list, asked);
}

function firstOf(nodes: readonly JsonValue[], asked: Asked): string | undefined {
  for (const node of nodes) {
    const found = nodeDiffers(node, asked);
    if (found !== undefined) return found;
  }
  return undefined;
}

function operationDiffers(name: string, args: readonly JsonValue[], asked: Asked): string | undefined {
  const values = args.map((arg) => operandValue(arg, asked));
  if (name === 'var' && leadsIntoList(args[0] ?? null, asked.context)) return 'a path by a name into a list';
  if (name === 'fractional') return fractionalDiffers(args, values, asked);
  if (name === 'sem_ver' && typeof values[0] !== 'string' && values[0] !== null) return 'sem_ver of what is no text';
  if (name === 'in') {
    if (values[0] === null) return 'in with a missing needle';
    if (values[0] === '' && values[1] === '') return 'in of nothing in nothing';
    const among = values[1];
    if (typeof values[0] === 'number' && Array.isArray(among) && among.some((one) => typeof one === 'string')) {
      return 'in of a number among texts';
    }
  }
  if (['==', '!=', '<=', '>='].includes(name)) {
    const isZero = (value: unknown) => value !== null && typeof value !== 'object' && Number(value) === 0;
    const others = values.filter((value) => value !== null);
    if (others.length < values.length && others.some(isZero))
      return `${name} of a missing attribute with what counts as 0`;
  }
  return undefined;
}

function fractionalDiffers(args: readonly JsonValue[], values: unknown[], asked: Asked): string | undefined {
  const [first = null] = args;
  const isShort = Array.isArray(first);
  const isCat = !isShort && typeof first === 'object' && first !== null && 'cat' in first;
  const hashed = isShort ? asked.context.targetingKey : isCat ? catOf(first.cat ?? null, asked) : values[0];
  if (isCat && typeof hashed !== 'string') return 'cat on a missing attribute';
  if (isCat && hashed !== (hashed as string).trim()) return 'cat of a text with white space at an end';
  if (hashed === undefined || hashed === null || hashed === '') return 'fractional on a missing attribute';
  if (Array.isArray(hashed)) return 'fractional by a list, which is taken for a bucket';
  return /[^\0-\x7f]/.test(`${asked.key}${hashed}`) ? 'non-ASCII bucketing' : undefined;
}

function catOf(parts: JsonValue, asked: Asked): string | undefined {
  const values = (parts as JsonValue[]).map((part) => operandValue(part, asked));
  return values.every((value) => typeof value === 'string') ? values.join('') : undefined;
}

/** What an operand is for a context; operations are looked at on their own. */
function operandValue(arg: JsonValue, { context, key }: Asked): JsonValue {
  if (typeof arg !== 'object' || arg === null || Array.isArray(arg) || !('var' in arg)) return arg;
  const [path, otherwise = null] = Array.isArray(arg.var) ? arg.var : [arg.var ?? null];
  if (path === '$flagd.flagKey') return key;
  let value: JsonValue | undefined = context as JsonValue;
  for (const step of String(path).split('.')) {
    value = typeof value === 'object' && value !== null && !Array.isArray(value) ? value[step] : undefined;
  }
  return value ?? otherwise;
}

/** flagd takes the first member of a list there, the port none. */
function leadsIntoList(path: JsonValue, context: Context): boolean {
  let value: JsonValue | undefined = context as JsonValue;
  for (const step of String(path).split('.')) {
    if (Array.isArray(value)) return true;
    value = typeof value === 'object' && value !== null ? value[step] : undefined;
  }
  return false;
}
