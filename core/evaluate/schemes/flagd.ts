import { murmur3 } from '../murmur3.ts';

/**
 * flagd's fractional operation, in [0, of): `(murmur3(salt + unit) × of) >> 32` with `of` the sum of the weights, up to
 * 2^31 − 1. `salt` is the origin's flag key, or empty where its targeting hashes the bare attribute. Source: flagd's
 * decision record "high-precision fractional bucketing" (2026); its older 100-bucket form is another hash.
 */
export function flagdBucket(salt: string, unit: string, of: number): number {
  const hash = murmur3(salt + unit, 0);
  // The product needs up to 63 bits. In two halves each stays under 2^49, and flooring between them loses nothing.
  const high = Math.floor(of / 65_536);
  const low = of % 65_536;
  return Math.floor((hash * high + Math.floor((hash * low) / 65_536)) / 65_536);
}
