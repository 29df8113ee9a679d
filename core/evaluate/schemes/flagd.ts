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

// What Go takes for white space, which is not quite what JavaScript does.
const SPACES = new Set('\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000');
for (let code = 0x2000; code <= 0x200a; code++) SPACES.add(String.fromCharCode(code));

/** The text without white space at either end, as flagd takes it away. */
export function trimAsFlagd(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACES.has(text[start]!)) start += 1;
  while (end > start && SPACES.has(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

/** The same of what flagd's `cat` makes of `salt` and the unit: it takes white space away from both ends. */
export function flagdCatBucket(salt: string, unit: string, of: number): number {
  return flagdBucket('', trimAsFlagd(salt + unit), of);
}
