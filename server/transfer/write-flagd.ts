import type { Condition, FlagdTest, JsonValue, Rule, Serve, Split, Test } from '@turnout/core';
import type { FlagInEnvironment } from '../flags/flag-store.ts';
import { NotCarried, quote } from './not-carried.ts';
import type { Outgoing } from './outgoing.ts';

/**
 * An environment as a flagd document. Flags that flagd cannot say exactly are listed: what hashes in our own way would
 * move users, and what asks a segment or another flag has nothing to ask there.
 */
export function writeFlagd(places: readonly FlagInEnvironment[]): Outgoing {
  const flags: [string, JsonValue][] = [];
  const outgoing: Outgoing = { document: {}, notExported: [], notes: [] };
  for (const place of places) {
    const { key } = place.flag;
    try {
      flags.push([key, writeFlag(place)]);
      for (const note of notesOf(place)) outgoing.notes.push({ flag: key, note });
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error;
      outgoing.notExported.push({ flag: key, reason: error.message });
    }
  }
  outgoing.document = { $schema: 'https://flagd.dev/schema/v0/flags.json', flags: Object.fromEntries(flags) };
  return outgoing;
}

function writeFlag({ flag, configuration }: FlagInEnvironment): JsonValue {
  const { state, killed, offVariant, prerequisites, rules, fallthrough, shedAt, run } = configuration;
  if (prerequisites.length > 0) throw new NotCarried('it needs other flags, and flagd has no prerequisites');
  if (shedAt !== null) throw new NotCarried('it is shed under load, which flagd cannot do');
  if (run !== null) throw new NotCarried('a rollout of it is live');
  const isOff = state === 'off' || killed;
  if (isOff && offVariant !== null) {
    throw new NotCarried(`it is off here and gives ${quote(offVariant)}; what is DISABLED in flagd gives nothing`);
  }
  const { defaultVariant, last } = defaultOf(fallthrough, flag.key);
  const branches = rules.flatMap((rule) => [logicOf(rule.if), resultOf(rule, fallthrough, flag.key)]);
  const targeting = [...branches, ...last];
  return {
    state: isOff ? 'DISABLED' : 'ENABLED',
    variants: flag.variants,
    defaultVariant,
    ...(targeting.length > 0 ? { targeting: { if: targeting } } : {}),
    ...(flag.metadata ? { metadata: flag.metadata } : {}),
    ...(flag.description ? { description: flag.description } : {}),
  };
}

/** What flagd has no word for and what changes no answer of it. */
function notesOf({ flag, configuration }: FlagInEnvironment): string[] {
  const { offVariant, whenStale, maxStalenessMs, killed } = configuration;
  return [
    ...(flag.clientVisible ? ['clientVisible is not said in flagd'] : []),
    ...(offVariant !== null && offVariant !== 'off' ? ['its off variant is not said in flagd'] : []),
    ...(whenStale !== null || maxStalenessMs !== null
      ? ['what holds while clients are stale is not said in flagd']
      : []),
    ...(killed ? ['it is killed here, and DISABLED in the document'] : []),
  ];
}

function defaultOf(fallthrough: Serve, key: string): { defaultVariant: string | null; last: JsonValue[] } {
  if ('variant' in fallthrough) return { defaultVariant: fallthrough.variant, last: [] };
  if ('coded' in fallthrough) return { defaultVariant: null, last: [] };
  return { defaultVariant: null, last: [fractionalOf(fallthrough.split, undefined, key)] };
}

function resultOf(rule: Rule, fallthrough: Serve, key: string): JsonValue {
  const { serve } = rule;
  if ('variant' in serve) return nameOf(serve.variant);
  if ('split' in serve) return fractionalOf(serve.split, rule.if, key);
  if ('variant' in fallthrough)
    throw new NotCarried('a rule leaves the value to the app, which flagd does only by default');
  return null;
}

/** flagd takes the quotes of a result away as JSON writes it, which leaves some names changed. */
function nameOf(variant: string): string {
  if (!/["\\<>&\p{Cc}\u2028\u2029]/u.test(variant)) return variant;
  throw new NotCarried(`flagd itself does not find a variant called ${quote(variant)}`);
}

/** A split that hashes as flagd does. Who has nothing to be hashed by gets an error here, and must not come so far. */
function fractionalOf(split: Split, condition: Condition | undefined, key: string): JsonValue {
  const { by, salt, hash, slices } = split;
  if (hash !== 'flagd' && hash !== 'flagdCat') {
    throw new NotCarried('its split does not hash as flagd does: everybody would be drawn anew');
  }
  const buckets: JsonValue[] = slices.map(([start, end, variant]) => [nameOf(variant), end - start]);
  if (hash === 'flagdCat') {
    const prefix: JsonValue = salt === key ? { var: '$flagd.flagKey' } : salt;
    return { fractional: [{ cat: [prefix, { var: by }] }, ...buckets] };
  }
  if (condition === undefined || !holdsOnlyForText(condition, by)) {
    throw new NotCarried(`its split gives an error without ${quote(by)}, and flagd the default`);
  }
  if (salt === '') return { fractional: [{ var: by }, ...buckets] };
  if (salt !== key || by !== 'targetingKey') throw new NotCarried('its split hashes another key than its own');
  // Two at least: versions of flagd disagree about one.
  const [only] = slices;
  return { fractional: buckets.length === 1 && only ? [...buckets, [nameOf(only[2]), 0]] : buckets };
}

function holdsOnlyForText(condition: Condition, by: string): boolean {
  if ('all' in condition) return condition.all.some((part) => holdsOnlyForText(part, by));
  return 'flagd' in condition && condition.flagd === 'starts_with' && condition.attribute === by;
}

function logicOf(condition: Condition): JsonValue {
  if ('all' in condition) return condition.all.length === 0 ? true : { and: condition.all.map(logicOf) };
  if ('any' in condition) return condition.any.length === 0 ? false : { or: condition.any.map(logicOf) };
  if ('not' in condition) return { '!': [logicOf(condition.not)] };
  if ('segment' in condition) throw new NotCarried(`it asks the segment ${quote(condition.segment)}`);
  return 'flagd' in condition ? flagdLogic(condition) : testLogic(condition);
}

function flagdLogic({ flagd, attribute, values }: FlagdTest): JsonValue {
  const read = { var: attribute };
  if (flagd === '!!') return { '!!': [read] };
  if (flagd === 'in') return { in: [read, values] };
  if (flagd === 'has') return { in: [...values, read] };
  // Null is alike under both, and the strict one is alike in every port.
  if (values.length === 0) return flagd === '==' ? { '===': [read, null] } : { [flagd]: [read, null] };
  return { [flagd]: [read, ...values] };
}

/** Of a list any element may match here: as a list of one or more, whatever it is, an attribute is asked so there too. */
const ELEMENT = { var: '' };

function testLogic({ attribute, op, values, ignoreCase }: Test): JsonValue {
  if (attribute.includes('.'))
    throw new NotCarried(`the path ${quote(attribute)} may be a literal key here, and not in flagd`);
  if (ignoreCase) throw new NotCarried('a test ignores the case of letters, which flagd cannot');
  if (op === 'exists') return { '!==': [{ var: attribute }, null] };
  // Operations of flagd's own cannot be asked of an element in every port, so only what JSONLogic has is left.
  if (op !== 'equals') throw new NotCarried(`a test asks ${op}, which flagd does not have, or means otherwise`);
  const tests = values.map((value): JsonValue => ({ '===': [ELEMENT, value] }));
  return { some: [{ merge: [{ var: attribute }] }, { or: tests }] };
}
