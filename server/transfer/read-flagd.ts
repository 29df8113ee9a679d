import { conditionFaults, type FlagType, type JsonValue, type Metadata, serveFaults } from '@turnout/core';
import { variantFaults } from '../flags/check-variants.ts';
import type { Configuration, FlagContent } from '../flags/configuration.ts';
import { isObjectKey } from '../platform/is-object-key.ts';
import { findUnwritable } from '../segments/sizes.ts';
import { isObject, isTooDeep, type Scope } from './flagd-expression.ts';
import { rulesOf } from './flagd-targeting.ts';
import type { Incoming, IncomingFlag } from './incoming.ts';
import type { LeftOut, Remark } from './not-carried.ts';
import { NotCarried, quote } from './not-carried.ts';
import { WorkAllowance } from './work-allowance.ts';

type Fields = { [name: string]: JsonValue };

const MOST_DESCRIPTION = 5_000;
const LONGEST_NAME = 128;
/** An evaluator is put into the text of the flags; any other character of its name would be a pattern there. */
const EVALUATOR_NAME = /^[A-Za-z0-9_-]{1,128}$/;
const KNOWN_IN_DOCUMENT = new Set(['$schema', 'flags', '$evaluators', 'metadata']);
const KNOWN_IN_FLAG = new Set(['state', 'variants', 'defaultVariant', 'targeting', 'metadata', 'description']);

/** What of a document is the same for all of its flags. */
interface DocumentScope {
  evaluators: ReadonlyMap<string, JsonValue>;
  metadata: Fields;
  allowance: WorkAllowance;
}

/**
 * Turns a flagd document into flags of ours. What cannot be carried over exactly is listed with the reason, flag by flag;
 * nothing is imported almost right. `rename` says what a flag is to be called here. Pure, and bounded whatever it reads.
 */
export function readFlagd(document: JsonValue, rename: ReadonlyMap<string, string> = new Map()): Incoming {
  const whole = isObject(document) ? document : {};
  const notImported: LeftOut[] = [];
  const notes: Remark[] = Object.keys(whole)
    .filter((name) => !KNOWN_IN_DOCUMENT.has(name))
    .map((name) => ({ flag: '', note: `${quote(name)} of the document means nothing here` }));
  const scope: DocumentScope = {
    evaluators: evaluatorsOf(whole.$evaluators),
    metadata: isObject(whole.metadata) ? whole.metadata : {},
    allowance: new WorkAllowance(),
  };
  const flags: IncomingFlag[] = [];
  const taken = new Set<string>();
  for (const [origin, flag] of Object.entries(isObject(whole.flags) ? whole.flags : {})) {
    try {
      const key = keyOf(origin, rename, taken);
      flags.push({ key, origin, ...readFlag(origin, flag, scope, notes) });
      taken.add(key);
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error;
      notImported.push({ flag: origin, reason: error.message });
    }
  }
  return { flags, segments: [], notImported, notes };
}

/** Evaluators that stand for themselves. The others are left out, and with them the flags that name them. */
function evaluatorsOf(given: JsonValue | undefined): Map<string, JsonValue> {
  const evaluators = new Map<string, JsonValue>();
  for (const [name, evaluator] of isObject(given) ? Object.entries(given) : []) {
    if (!EVALUATOR_NAME.test(name) || !isObject(evaluator) || isTooDeep(evaluator)) continue;
    // In which order flagd puts evaluators into each other is chance, and a $ in one is read as part of a pattern.
    if (Object.keys(evaluator).length === 1 && !JSON.stringify(evaluator).includes('$'))
      evaluators.set(name, evaluator);
  }
  return evaluators;
}

function keyOf(origin: string, rename: ReadonlyMap<string, string>, taken: ReadonlySet<string>): string {
  const key = rename.get(origin) ?? origin;
  if (!isObjectKey(key)) {
    throw new NotCarried(
      `the key ${quote(key)} is none here (1 to 128 letters, digits, _ . or -, beginning with a letter, a digit or _): rename it`,
    );
  }
  if (taken.has(key)) throw new NotCarried(`another flag of the document is to be called ${key}`);
  return key;
}

function readFlag(
  origin: string,
  given: JsonValue,
  { evaluators, metadata, allowance }: DocumentScope,
  notes: Remark[],
): Pick<IncomingFlag, 'content' | 'configuration'> {
  allowance.beginFlag();
  if (!isObject(given)) throw new NotCarried('it is no object');
  if (isTooDeep(given)) throw new NotCarried('it is nested too deeply');
  const variants = variantsOf(given.variants, evaluators.size > 0);
  const type = typeOf(variants);
  const defaultVariant = defaultOf(given.defaultVariant, variants);
  const scope: Scope = { flagKey: origin, evaluators, allowance };
  const isOn = stateOf(given.state) === 'on';
  const { rules, fallthrough } = targetedOf(given.targeting, variants, defaultVariant, scope);
  for (const name of Object.keys(given)) {
    if (!KNOWN_IN_FLAG.has(name)) notes.push({ flag: origin, note: `${quote(name)} means nothing here` });
  }
  const configuration: Configuration = {
    state: isOn ? 'on' : 'off',
    // A flag that is disabled in flagd leaves the value to the app.
    offVariant: isOn && Object.hasOwn(variants, 'off') ? 'off' : null,
    prerequisites: [],
    rules,
    fallthrough,
    ...{ shedAt: null, maxStalenessMs: null, whenStale: null },
  };
  requireSound(configuration, variants);
  return { content: contentOf(type, variants, given, metadata), configuration };
}

/** The last word has what an evaluator itself understands. */
function requireSound({ rules, fallthrough }: Configuration, variants: Fields): void {
  const [fault] = [
    ...rules.flatMap(({ if: condition, serve }) => [
      ...conditionFaults(condition, '/if'),
      ...findUnwritable(condition, '/if'),
      ...serveFaults(serve, variants, '/serve'),
    ]),
    ...serveFaults(fallthrough, variants, '/fallthrough'),
  ];
  if (fault) throw new NotCarried(`its targeting says what cannot be said here: expected ${fault.expected}`);
}

function variantsOf(given: JsonValue | undefined, hasEvaluators: boolean): Fields {
  if (!isObject(given)) throw new NotCarried('it has no variants');
  for (const name of Object.keys(given)) {
    if (name === '' || name.length > LONGEST_NAME || name === '__proto__') {
      throw new NotCarried(`the name ${quote(name)} of a variant is none here`);
    }
  }
  if (hasEvaluators && JSON.stringify(given).includes('"$ref"')) {
    throw new NotCarried('a variant holds a $ref, which flagd replaces there too');
  }
  return given;
}

function typeOf(variants: Fields): FlagType {
  const [first] = Object.values(variants);
  const type = typeof first;
  const guess = type === 'boolean' || type === 'string' || type === 'number' ? type : 'object';
  const [fault] = variantFaults(guess, variants, '');
  if (fault === undefined) return guess;
  throw new NotCarried(`its variants: expected ${fault.expected}`);
}

/** A missing, null or empty default is none: the app's own holds. */
function defaultOf(given: JsonValue | undefined, variants: Fields): string | null {
  if (given === undefined || given === null || given === '') return null;
  if (typeof given !== 'string' || !Object.hasOwn(variants, given)) {
    throw new NotCarried(`its default ${quote(given)} is no variant of it: flagd takes no document with such a flag`);
  }
  return given;
}

function stateOf(given: JsonValue | undefined): 'on' | 'off' {
  if (given === 'ENABLED') return 'on';
  if (given === 'DISABLED') return 'off';
  throw new NotCarried('its state is neither ENABLED nor DISABLED');
}

function targetedOf(
  targeting: JsonValue | undefined,
  variants: Fields,
  defaultVariant: string | null,
  scope: Scope,
): Pick<Configuration, 'rules' | 'fallthrough'> {
  const none = targeting === undefined || targeting === null;
  if (!none && !isObject(targeting)) throw new NotCarried('its targeting is no object');
  return rulesOf(none || Object.keys(targeting).length === 0 ? null : targeting, variants, defaultVariant, scope);
}

function contentOf(type: FlagType, variants: Fields, given: Fields, shared: Fields): FlagContent {
  const { description = '' } = given;
  if (typeof description !== 'string' || description.length > MOST_DESCRIPTION) {
    throw new NotCarried(`its description is no text of at most ${MOST_DESCRIPTION} characters`);
  }
  const own = given.metadata ?? {};
  if (!isObject(own)) throw new NotCarried('its metadata is no object');
  return {
    ...{ type, variants, name: '', description, owner: '', tags: [], kind: 'release', clientVisible: false },
    ...{ metadata: metadataOf({ ...shared, ...own }), signalKill: false },
  };
}

function metadataOf(fields: Fields): Metadata | null {
  const names = Object.keys(fields);
  for (const name of names) {
    const value = fields[name];
    const isScalar = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    if (!isScalar || name === '' || name.length > LONGEST_NAME || name === '__proto__') {
      throw new NotCarried(`its metadata ${quote(name)} is no text, number or truth value, or has no name for one`);
    }
  }
  return names.length === 0 ? null : (fields as Metadata);
}
