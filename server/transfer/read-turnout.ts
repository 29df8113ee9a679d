import { conditionFaults, type JsonValue, serveFaults } from '@turnout/core';
import { variantFaults } from '../flags/check-variants.ts';
import type { Configuration, FlagContent } from '../flags/configuration.ts';
import { readFlag } from '../flags/edit-flag.ts';
import { isObjectKey } from '../platform/is-object-key.ts';
import { segmentFaults } from '../segments/check-segment.ts';
import { readContent, servedSegment } from '../segments/segment.ts';
import { findUnwritable } from '../segments/sizes.ts';
import type {} from '../segments/store.ts';
import { storedFlag, storedSegment, storedSplit } from './contract.ts';
import { isObject, isTooDeep } from './flagd-expression.ts';
import type { Incoming, IncomingFlag, IncomingSegment } from './incoming.ts';
import { NotCarried, quote } from './not-carried.ts';

/** Reads an export of our own. What is wrong with one flag leaves that flag out, with the reason. */
export function readTurnout(document: { [name: string]: JsonValue }, rename: ReadonlyMap<string, string>): Incoming {
  const incoming: Incoming = { flags: [], segments: [], notImported: [], notes: [] };
  const take = (what: string, read: () => void) => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error;
      incoming.notImported.push({ flag: what, reason: error.message });
    }
  };
  for (const [key, given] of entriesOf(document.segments)) {
    take(`segment ${key}`, () => incoming.segments.push(readSegment(key, given)));
  }
  for (const [origin, given] of entriesOf(document.flags)) {
    take(origin, () => incoming.flags.push(readStored(rename.get(origin) ?? origin, origin, given)));
  }
  return incoming;
}

function entriesOf(given: JsonValue | undefined): [string, JsonValue][] {
  return isObject(given) ? Object.entries(given) : [];
}

function requireKey(key: string): void {
  if (!isObjectKey(key)) throw new NotCarried(`the key ${quote(key)} is none here: rename it`);
}

interface Issue {
  path: PropertyKey[];
  message: string;
}

function describeIssue([issue]: readonly Issue[]): string {
  return issue ? `/${issue.path.map(String).join('/')}: ${issue.message}` : 'it cannot be read';
}

function requireNone(faults: readonly { path: string; expected: string }[]): void {
  const [fault] = faults;
  if (fault) throw new NotCarried(`${fault.path}: expected ${fault.expected}`);
}

function readStored(key: string, origin: string, given: JsonValue): IncomingFlag {
  requireKey(key);
  if (isTooDeep(given)) throw new NotCarried('it is nested too deeply');
  const parsed = storedFlag.safeParse(given);
  if (!parsed.success) throw new NotCarried(describeIssue(parsed.error.issues));
  const { state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale, ...fields } =
    parsed.data;
  const content: FlagContent = readFlag(fields);
  const configuration: Configuration = {
    ...{ state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale },
  };
  requireNone(variantFaults(content.type, content.variants, '/variants'));
  requireSound(configuration, content.variants);
  return { key, origin, content, configuration };
}

function requireSound({ offVariant, rules, fallthrough }: Configuration, variants: FlagContent['variants']): void {
  if (offVariant !== null && !Object.hasOwn(variants, offVariant))
    throw new NotCarried('/offVariant: no variant of it');
  const ids = new Set(rules.map(({ id }) => id));
  if (ids.size < rules.length || ids.has('fallthrough'))
    throw new NotCarried('/rules: expected an id of its own for each');
  for (const [at, rule] of rules.entries()) {
    requireNone([...conditionFaults(rule.if, `/rules/${at}/if`), ...findUnwritable(rule.if, `/rules/${at}/if`)]);
  }
  for (const serve of [...rules.map((rule) => rule.serve), fallthrough]) {
    requireNone(serveFaults(serve, variants, ''));
    const split = 'split' in serve ? storedSplit.safeParse(serve.split) : undefined;
    if (split && !split.success) throw new NotCarried(describeIssue(split.error.issues));
  }
}

function readSegment(key: string, given: JsonValue): IncomingSegment {
  requireKey(key);
  const parsed = storedSegment.safeParse(given);
  if (!parsed.success) throw new NotCarried(describeIssue(parsed.error.issues));
  const content = readContent(parsed.data);
  requireNone(segmentFaults(servedSegment(key, content)));
  return { key, content };
}
