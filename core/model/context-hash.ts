import type { Context } from './evaluation.ts';

/**
 * A short name for a context, the same on every host and whatever the order of its members: 64 bits over its JSON with
 * sorted keys, in hex. It says whether values that were kept were made for the same one; it hides nothing. It is in
 * every page, so it is the smallest hash that tells contexts apart, not the one of splits.
 */
export function contextHash(context: Context): string {
  let a = 0x5bd1e995;
  let b = 0x41c6ce57;
  for (const sign of sortedJson(context)) {
    const code = sign.codePointAt(0) ?? 0;
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  return hex(mix(a) ^ b) + hex(mix(b) ^ a);
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

/** Lets the last signs reach all bits. */
function mix(value: number): number {
  const half = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return half ^ (half >>> 13);
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
