import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { minified } from './bundle.ts';

/** What a page loads of each entry, in bytes; of the others, beside the client. */
const MOST = { index: 4_608, react: 1_024, openfeature: 1_024 };

/** What only rule evaluation, a server or a validator says. */
const ELSEWHERE = [
  'zod',
  'node:',
  're2js',
  'murmur',
  'slices',
  'prerequisite',
  'fallthrough',
  'segment',
  'INVALID_CONTEXT',
];

describe('what a page loads', () => {
  const codes: Record<string, string> = {};
  const sizeOf = (entry: string) => gzipSync(codes[entry] ?? '', { level: 9 }).length;

  beforeAll(async () => {
    for (const entry of Object.keys(MOST)) codes[entry] = await minified(entry);
  });

  it('is small: the client, minified and packed', () => {
    console.log(`sdk-browser: ${sizeOf('index')} bytes of ${MOST.index}`);
    expect(sizeOf('index')).toBeLessThanOrEqual(MOST.index);
  });

  it.each(['react', 'openfeature'] as const)('is little more with the entry %s', async (entry) => {
    // Beside the client, of which an entry shares what it needs.
    const both = await minified(entry, 'index');
    const more = gzipSync(both, { level: 9 }).length - sizeOf('index');
    console.log(`sdk-browser/${entry}: ${more} bytes more of ${MOST[entry]}`);
    expect(more).toBeLessThanOrEqual(MOST[entry]);
  });

  it.each(Object.keys(MOST))('has nothing of rules, of a server or of a validator in %s', (entry) => {
    expect(ELSEWHERE.filter((word) => codes[entry]?.includes(word))).toEqual([]);
  });
});
