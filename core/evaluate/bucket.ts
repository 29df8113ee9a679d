import type { HashScheme } from '../model/ruleset.ts';
import { continueMurmur3, murmur3, startMurmur3 } from './murmur3.ts';
import { flagdBucket, flagdCatBucket } from './schemes/flagd.ts';
import { growthbook2Bucket } from './schemes/growthbook2.ts';
import { launchdarklyBucket } from './schemes/launchdarkly.ts';
import { unleashBucket } from './schemes/unleash.ts';

const TWO_TO_32 = 2 ** 32;

/** The most buckets of a native split: `hash × of` then stays under 2^53, so the floor is exact. */
export const MOST_BUCKETS = 2 ** 20;

/**
 * The bucket of a unit, an integer in [0, of): `floor(murmur3(utf8(salt + "/" + unit), seed 0) × of / 2^32)`.
 * No modulo, no bias. `of` is an integer from 1 to 2^20.
 */
export function bucket(salt: string, unit: string, of: number): number {
  return Math.floor((murmur3(`${salt}/${unit}`, 0) * of) / TWO_TO_32);
}

/** Gives a unit its bucket. */
export type Bucketing = (unit: string) => number;

/** What an imported split hashes with, and the totals that its origin can have. */
export const HASH_SCHEMES: Record<
  HashScheme,
  { bucket: (salt: string, unit: string, of: number) => number; fewest: number; most: number }
> = {
  flagd: { bucket: flagdBucket, fewest: 1, most: 2 ** 31 - 1 },
  flagdCat: { bucket: flagdCatBucket, fewest: 1, most: 2 ** 31 - 1 },
  unleash: { bucket: unleashBucket, fewest: 1, most: MOST_BUCKETS },
  launchdarkly: { bucket: launchdarklyBucket, fewest: 1, most: MOST_BUCKETS },
  growthbook2: { bucket: growthbook2Bucket, fewest: 10_000, most: 10_000 },
};

/** The bucketing of one split, with what does not depend on the unit done beforehand. */
export function bucketing(salt: string, of: number, hash: HashScheme | undefined): Bucketing {
  if (hash !== undefined) {
    const scheme = HASH_SCHEMES[hash];
    return (unit) => scheme.bucket(salt, unit, of);
  }
  const state = startMurmur3(`${salt}/`, 0);
  return (unit) => Math.floor((continueMurmur3(state, unit) * of) / TWO_TO_32);
}
