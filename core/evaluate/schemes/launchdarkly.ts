import { sha1 } from './sha1.ts';

// The largest value of 15 hexadecimal digits, 2^60 − 1, as the double that the origin divides by.
const LARGEST = 2 ** 60;

/**
 * LaunchDarkly's bucket, in [0, of): the first 15 hexadecimal digits of SHA-1(`salt.unit`) over their largest value,
 * scaled. `salt` is the origin's flag key and salt joined by a dot, or the rollout's seed.
 */
export function launchdarklyBucket(salt: string, unit: string, of: number): number {
  const share = Number.parseInt(sha1(`${salt}.${unit}`).slice(0, 15), 16) / LARGEST;
  // The share is 1 for the one largest value, which the origin gives to its last variation.
  return Math.min(Math.floor(share * of), of - 1);
}
