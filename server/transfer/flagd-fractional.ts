import { flagdBucket, type HashScheme, type JsonValue, type Slice, type Split, trimAsFlagd } from '@turnout/core';
import { allOf, anyOf, isEmptyText, isNull, isText } from './flagd-condition.ts';
import { listOf, type Operation, operandOf, operationOf, resolve, type Scope } from './flagd-expression.ts';
import type { Case } from './flagd-targeting.ts';
import { NotCarried, quote } from './not-carried.ts';

const MOST_WEIGHT = 2 ** 31 - 1;
const TARGETING_KEY = 'targetingKey';

/** The buckets of a fractional: what each gives, and up to where it reaches. */
interface Buckets {
  of: number;
  ends: [end: number, gives: string | null][];
}

/**
 * What a fractional gives to whom: in cases, of which the first that holds counts. Who has nothing to be hashed by gets
 * null, which is the default variant.
 */
export function casesOfFractional(operation: Operation, scope: Scope): Case[] {
  const args = listOf(operation);
  const first = resolve(args[0] ?? null, scope);
  if (Array.isArray(first)) {
    if (args.length < 2) throw new NotCarried('a fractional has one bucket: versions of flagd disagree about it');
    return byTargetingKey(bucketsOf(args, scope), scope);
  }
  const buckets = bucketsOf(args.slice(1), scope);
  if (typeof first === 'string') return [{ when: true, gives: at(buckets, '', first) }];
  const subject = operationOf(first);
  if (subject?.name === 'cat') return byJoined(subject, buckets, scope);
  if (subject?.name !== 'var') throw new NotCarried('a fractional hashes something else than an attribute');
  const operand = operandOf(first, scope);
  if ('fixed' in operand) return [{ when: true, gives: at(buckets, '', String(operand.fixed)) }];
  if (operand.otherwise !== undefined) throw new NotCarried('a fractional hashes an attribute that has a stand-in');
  const { path } = operand;
  const instead = path === TARGETING_KEY ? [] : byTargetingKey(buckets, scope).slice(0, -1);
  return [
    { when: isEmptyText(path), gives: at(buckets, '', '') },
    { when: isText(path), gives: splitBy(buckets, path, '', 'flagd') },
    // Without the attribute flagd hashes as the short form does.
    ...instead.map(({ when, gives }) => ({ when: allOf([isNull(path), when]), gives })),
    { when: true, gives: null },
  ];
}

/** The short form: flag key and targeting key, with nothing between them. */
function byTargetingKey(buckets: Buckets, scope: Scope): Case[] {
  return [
    { when: isEmptyText(TARGETING_KEY), gives: at(buckets, scope.flagKey, '') },
    { when: isText(TARGETING_KEY), gives: splitBy(buckets, TARGETING_KEY, scope.flagKey, 'flagd') },
    { when: true, gives: null },
  ];
}

/** `{cat: [texts …, attribute]}`: null counts as an empty text, and where it is no text flagd fails, as our split does. */
function byJoined(cat: Operation, buckets: Buckets, scope: Scope): Case[] {
  const operands = listOf(cat).map((one) => operandOf(one, scope));
  const last = operands.at(-1);
  const before = operands.slice(0, -1);
  if (last === undefined || before.length === 0)
    throw new NotCarried('a fractional hashes a “cat” of fewer than two parts');
  const prefix = before
    .map((operand) => {
      if ('fixed' in operand && typeof operand.fixed === 'string') return operand.fixed;
      throw new NotCarried('a fractional hashes a “cat” of more than fixed texts and one attribute after them');
    })
    .join('');
  if ('fixed' in last) {
    if (typeof last.fixed !== 'string')
      throw new NotCarried('a fractional hashes a “cat” of something that is no text');
    return [{ when: true, gives: at(buckets, '', trimAsFlagd(prefix + last.fixed)) }];
  }
  if (last.otherwise !== undefined) throw new NotCarried('a fractional hashes an attribute that has a stand-in');
  return [
    { when: anyOf([isNull(last.path), isEmptyText(last.path)]), gives: at(buckets, '', trimAsFlagd(prefix)) },
    { when: true, gives: splitBy(buckets, last.path, prefix, 'flagdCat') },
  ];
}

function bucketsOf(entries: readonly JsonValue[], scope: Scope): Buckets {
  let of = 0;
  const ends = entries.map((entry): [number, string | null] => {
    const [gives, weight] = readEntry(resolve(entry, scope));
    of += weight;
    return [of, gives];
  });
  if (of > MOST_WEIGHT) throw new NotCarried(`the weights of a fractional sum to more than ${MOST_WEIGHT}`);
  if (of === 0) throw new NotCarried('no bucket of a fractional has a weight: versions of flagd disagree about it');
  return { of, ends };
}

/** One bucket. Its weight is 1 where none is written, and a negative one counts as 0. */
function readEntry(entry: JsonValue): [gives: string | null, weight: number] {
  if (!Array.isArray(entry) || entry.length === 0 || entry.length > 2) {
    throw new NotCarried('a bucket of a fractional is not [variant, weight]');
  }
  const [gives = null, weight = 1] = entry;
  if (typeof gives === 'object' && gives !== null) throw new NotCarried('the variant of a bucket is computed');
  if (typeof weight !== 'number' || !Number.isInteger(weight) || weight > MOST_WEIGHT) {
    throw new NotCarried(`the weight ${quote(weight)} of a bucket is no whole number, or too large`);
  }
  return [gives === null ? null : String(gives), Math.max(0, weight)];
}

/** What everybody with this text gets. */
function at({ of, ends }: Buckets, salt: string, text: string): string | null {
  const bucket = flagdBucket(salt, text, of);
  return ends.find(([end]) => bucket < end)?.[1] ?? null;
}

/** A split whose slices may give null, which is the default variant: whoever knows that fills it in. */
export type OpenSplit = Omit<Split, 'slices'> & { slices: [start: number, end: number, gives: string | null][] };

function splitBy({ of, ends }: Buckets, by: string, salt: string, hash: HashScheme): OpenSplit {
  let start = 0;
  const slices: OpenSplit['slices'] = [];
  for (const [end, gives] of ends) {
    if (end > start) slices.push([start, end, gives]);
    start = end;
  }
  return { by, salt, of, slices, hash };
}

/** The split with its variants, each of which `name` knows. */
export function closeSplit(split: OpenSplit, name: (gives: string | null) => string): Split {
  return { ...split, slices: split.slices.map(([start, end, gives]): Slice => [start, end, name(gives)]) };
}
