import type { Context } from './evaluation.ts';

/** Spreads each sign upwards, as in FNV-1a. */
const PRIME = 16_777_619;

/**
 * A short name for a context, the same on every host and whatever the order of its members: 64 bits over its JSON with
 * sorted keys, in hex. It says whether values that were kept were made for the same one; it hides nothing. It is in
 * every page, so it is the smallest hash that tells contexts apart, not the one of splits.
 */
export function contextHash(context: Context): string {
  const names: string[] = [];
  JSON.stringify(context, (name, value: unknown) => {
    names.push(name);
    return value;
  });
  let a = 0;
  let b = 0;
  // Written with a list of names, the members of every object come in the order of the list.
  const text = JSON.stringify(context, names.sort());
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), PRIME);
    b = Math.imul(b ^ a, PRIME);
  }
  return hexOf([a, b]);
}

/** Numbers of 32 bits in hex, eight digits each. */
export function hexOf(words: Iterable<number>): string {
  return Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
