import { createHash } from 'node:crypto';

/**
 * Canonical JSON text by RFC 8785: keys sorted by UTF-16 code units, numbers and strings as ECMAScript writes them,
 * no white space. `undefined` members are left out, as in JSON.stringify.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 over the concatenated texts, in hex. */
export function sha256(...parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part, 'utf8');
  return hash.digest('hex');
}

/** The digest of an environment before its first revision, and the head of a chain before its first change. */
export const EMPTY_DIGEST = '0'.repeat(64);

/** The digest after a patch: SHA-256(previous digest ‖ patch bytes). */
export function nextDigest(previous: string, patchText: string): string {
  return sha256(previous, patchText);
}
