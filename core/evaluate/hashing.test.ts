import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucket, bucketing, HASH_SCHEMES } from './bucket.ts';
import { continueMurmur3, murmur3, startMurmur3 } from './murmur3.ts';
import { sha1 } from './schemes/sha1.ts';

const VECTORS = new URL('../../../shared/vectors/hashing/murmur3_32.csv', import.meta.url);

/** The algorithm as its author wrote it down, over bytes and in big integers: slow, and of another kind than ours. */
function murmur3OfBytes(bytes: Uint8Array, seed: number): number {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & mask;
  const scramble = (k: bigint) => (rotate((k * 0xcc9e2d51n) & mask, 15n) * 0x1b873593n) & mask;
  const word = (from: number, to: number) =>
    bytes.slice(from, to).reduceRight((k, byte) => (k << 8n) | BigInt(byte), 0n);
  let h = BigInt(seed >>> 0);
  const whole = bytes.length - (bytes.length % 4);
  for (let i = 0; i < whole; i += 4) h = (rotate(h ^ scramble(word(i, i + 4)), 13n) * 5n + 0xe6546b64n) & mask;
  if (whole < bytes.length) h ^= scramble(word(whole, bytes.length));
  h ^= BigInt(bytes.length);
  h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & mask;
  h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(h ^ (h >> 16n));
}

/** Texts of any letters: many are ASCII, some hold pairs of surrogates, some lone ones. */
const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
);

describe('murmur3', () => {
  it.skipIf(!existsSync(VECTORS))('agrees with the vectors of another system', () => {
    const rows = readFileSync(VECTORS, 'utf8').trim().split('\n');
    const wrong = rows.filter((row) => {
      const [seed, key, hash] = row.split(',') as [string, string, string];
      return murmur3(key, Number(seed)) !== Number(hash);
    });
    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThan(1000);
  });

  it('is that of the UTF-8 bytes of any text, with any seed', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (key, seed) => {
        expect(murmur3(key, seed)).toBe(murmur3OfBytes(new TextEncoder().encode(key), seed));
      }),
      { numRuns: 1000 },
    );
  });

  it('goes on from a prefix as if both had been one text, and leaves the state as it is', () => {
    const state = startMurmur3('salt/', 0);
    expect(continueMurmur3(state, 'a')).toBe(murmur3('salt/a', 0));
    expect(continueMurmur3(state, 'a')).toBe(murmur3('salt/a', 0));
    fc.assert(
      fc.property(text, text, fc.integer(), (prefix, rest, seed) => {
        fc.pre(!/[\ud800-\udbff]$/.test(prefix));
        expect(continueMurmur3(startMurmur3(prefix, seed), rest)).toBe(murmur3(prefix + rest, seed));
      }),
    );
  });
});

describe('bucket', () => {
  it('is exactly the floor of hash × of / 2^32, for every total that a split can have', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 2 ** 20 }), (salt, unit, of) => {
        const exact = Number((BigInt(murmur3(`${salt}/${unit}`, 0)) * BigInt(of)) >> 32n);
        expect(bucket(salt, unit, of)).toBe(exact);
        expect(bucketing(salt, of, undefined)(unit)).toBe(exact);
      }),
    );
  });

  it('hashes a lone surrogate as U+FFFD', () => {
    expect(bucket('salt', '\ud83d', 100_000)).toBe(bucket('salt', '\ufffd', 100_000));
    expect(bucket('salt', '\ud83d', 100_000)).toBe(78_973);
  });

  it('spreads units evenly', () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) counts[bucket('even', `user-${i}`, 10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

describe('hash schemes', () => {
  it('give every unit a bucket below the total, and always the same', () => {
    const schemes = fc.constantFrom(...Object.entries(HASH_SCHEMES));
    fc.assert(
      fc.property(schemes, text, text, fc.integer({ min: 1, max: 2 ** 31 - 1 }), ([, scheme], salt, unit, any) => {
        const of = scheme.fewest + (any % (scheme.most - scheme.fewest + 1));
        const found = scheme.bucket(salt, unit, of);
        expect(Number.isInteger(found) && found >= 0 && found < of).toBe(true);
        expect(scheme.bucket(salt, unit, of)).toBe(found);
      }),
    );
  });

  it('flagd multiplies exactly up to 2^31 − 1', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (unit, of) => {
        const exact = Number((BigInt(murmur3(unit, 0)) * BigInt(of)) >> 32n);
        expect(HASH_SCHEMES.flagd.bucket('', unit, of)).toBe(exact);
      }),
    );
  });

  it('Unleash hashes variants with another seed than rollouts, as its Python and Node clients publish', () => {
    // Published for totals of 100 and the seed of variants: 96 and 60. With 1,000 the same hash is taken further.
    const VARIANT_SEED = 86_028_157;
    expect((murmur3('gr1:123', VARIANT_SEED) % 100) + 1).toBe(96);
    expect((murmur3('groupX:999', VARIANT_SEED) % 100) + 1).toBe(60);
    expect(HASH_SCHEMES.unleash.bucket('gr1', '123', 1000) % 100).toBe(95);
    expect(HASH_SCHEMES.unleash.bucket('groupX', '999', 1000) % 100).toBe(59);
  });

  it('SHA-1 gives the digests of RFC 3174 and of texts around a block', () => {
    expect(sha1('abc')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
    expect(sha1('')).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709');
    expect(sha1('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '84983e441c3bd26ebaae4aa1f95129e5e54670f1',
    );
    expect(sha1('a'.repeat(1_000_000))).toBe('34aa973cd4c4daa4f61eeb2bdbad27316534016f');
    expect(sha1('0123456701234567012345670123456701234567012345670123456701234567'.repeat(10))).toBe(
      'dea356a2cddd90c7a7ecedc5ebb563934f460452',
    );
  });
});
