import { murmur3 } from '../evaluate/murmur3.ts';
import type { Context } from './evaluation.ts';

const SECOND_SEED = 0x5bd1e995;

/**
 * A short name for a context, the same on every host and whatever the order of its members: 64 bits of murmur3 over its
 * JSON with sorted keys, in hex. It says whether values that were kept were made for the same one; it hides nothing.
 */
export function contextHash(context: Context): string {
  const text = sortedJson(context);
  return hex(text, 0) + hex(text, SECOND_SEED);
}

/** Members that are undefined are left out, as JSON does. */
function sortedJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}

function hex(text: string, seed: number): string {
  return murmur3(text, seed).toString(16).padStart(8, '0');
}
