import type { HashScheme, Slice } from '../model/ruleset.ts';
import { HASH_SCHEMES, MOST_BUCKETS } from './bucket.ts';
import { type Fault, isObject, note, noteUnknownFields, pointer } from './fault.ts';

/** A serve whose shape was checked. */
export type ReadServe =
  | { kind: 'variant'; variant: string }
  | { kind: 'coded' }
  | { kind: 'split'; by: string; salt: string; of: number; slices: readonly Slice[]; hash: HashScheme | undefined };

function readHash(hash: unknown, path: string, faults: Fault[]): HashScheme | undefined {
  if (hash === undefined) return undefined;
  if (typeof hash === 'string' && Object.hasOwn(HASH_SCHEMES, hash)) return hash as HashScheme;
  note(faults, pointer(path, 'hash'), 'unknown_scheme', `nothing, or one of ${Object.keys(HASH_SCHEMES).join(', ')}`);
  return undefined;
}

/** Notes what keeps `slices` from covering [0, of) in order, each part once, with variants that exist. */
function checkSlices(slices: unknown, of: number, variants: object, path: string, faults: Fault[]): void {
  if (!Array.isArray(slices) || slices.length === 0) {
    note(faults, path, 'wrong_type', 'a list of slices [start, end, variant]');
    return;
  }
  let covered = 0;
  for (const [i, slice] of slices.entries()) {
    const at = pointer(path, i);
    if (!Array.isArray(slice) || slice.length !== 3) {
      note(faults, at, 'wrong_type', '[start, end, variant]');
      return;
    }
    const [start, end, variant] = slice as unknown[];
    if (start !== covered) note(faults, pointer(at, 0), 'out_of_range', `${covered}, where the slice before it ends`);
    if (!Number.isInteger(end) || (end as number) <= covered || (end as number) > of) {
      note(faults, pointer(at, 1), 'out_of_range', `an integer above ${covered} and at most ${of}`);
      return;
    }
    if (typeof variant !== 'string' || !Object.hasOwn(variants, variant)) {
      note(faults, pointer(at, 2), 'unknown_variant', 'the name of a variant of this flag');
    }
    covered = end as number;
  }
  if (covered !== of) note(faults, path, 'out_of_range', `slices up to ${of}`);
}

function readSplit(split: unknown, variants: object, path: string, faults: Fault[]): ReadServe | undefined {
  if (!isObject(split)) {
    note(faults, path, 'wrong_type', 'a split with by, salt, of and slices');
    return undefined;
  }
  const before = faults.length;
  noteUnknownFields(faults, path, split, ['by', 'salt', 'of', 'slices', 'hash']);
  const by = split.by ?? 'targetingKey';
  if (typeof by !== 'string' || by === '') note(faults, pointer(path, 'by'), 'wrong_type', 'the name of an attribute');
  if (typeof split.salt !== 'string') note(faults, pointer(path, 'salt'), 'wrong_type', 'a string');
  const hash = readHash(split.hash, path, faults);
  const [fewest, most] = hash === undefined ? [1, MOST_BUCKETS] : [HASH_SCHEMES[hash].fewest, HASH_SCHEMES[hash].most];
  const of = split.of as number;
  if (!Number.isInteger(of) || of < fewest || of > most) {
    note(faults, pointer(path, 'of'), 'out_of_range', `an integer from ${fewest} to ${most}`);
  } else {
    checkSlices(split.slices, of, variants, pointer(path, 'slices'), faults);
  }
  if (faults.length > before) return undefined;
  return { kind: 'split', by: by as string, salt: split.salt as string, of, slices: split.slices as Slice[], hash };
}

/** Reads a serve of whatever shape; undefined, and what is wrong in `faults`, when it is not understood. */
export function readServe(serve: unknown, variants: object, path: string, faults: Fault[]): ReadServe | undefined {
  if (!isObject(serve)) {
    note(faults, path, 'wrong_type', 'a serve: variant, split or coded');
    return undefined;
  }
  const kind = (['variant', 'split', 'coded'] as const).find((field) => Object.hasOwn(serve, field));
  if (kind === undefined) {
    note(faults, path, 'unknown_kind', 'variant, split or coded');
    return undefined;
  }
  const before = faults.length;
  noteUnknownFields(faults, path, serve, [kind]);
  const at = pointer(path, kind);
  if (kind === 'split') {
    const split = readSplit(serve.split, variants, at, faults);
    return faults.length > before ? undefined : split;
  }
  if (kind === 'coded' && serve.coded !== true) note(faults, at, 'malformed_value', 'true');
  if (kind === 'variant' && (typeof serve.variant !== 'string' || !Object.hasOwn(variants, serve.variant))) {
    note(faults, at, 'unknown_variant', 'the name of a variant of this flag');
  }
  if (faults.length > before) return undefined;
  return kind === 'coded' ? { kind } : { kind, variant: serve.variant as string };
}
