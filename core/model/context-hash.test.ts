import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextHash } from './context-hash.ts';
import type { Context } from './evaluation.ts';

const contexts = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Context>;

describe('the hash of a context', () => {
  it('is the same on every host', () => {
    expect(contextHash({})).toBe('7e312d5431218465');
    expect(contextHash({ targetingKey: 'user-1', plan: { tier: 'gold', seats: 3 } })).toBe('94d4c25f24c32e43');
  });

  it('does not depend on the order of members, at any depth, and leaves out what is undefined', () => {
    expect(contextHash({ a: 1, b: { c: 2, d: 3 } })).toBe(contextHash({ b: { d: 3, c: 2 }, a: 1, e: undefined }));
    expect(contextHash({ 10: 1, 9: 2 })).toBe(contextHash({ 9: 2, 10: 1 }));
  });

  it('survives the way over the wire', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        expect(contextHash(JSON.parse(JSON.stringify(context)))).toBe(contextHash(context));
      }),
    );
  });

  it('tells contexts apart that differ in an attribute or in the order of a list', () => {
    const hashes = [{}, { a: 1 }, { a: '1' }, { a: [1, 2] }, { a: [2, 1] }, { a: null }].map((one) => contextHash(one));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
