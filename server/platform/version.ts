import type { Context } from 'hono';
import { invalid, Problem } from './problem.ts';

/** How a version is written in ETag and If-Match: `"v7"`. */
export function versionTag(version: number): string {
  return `"v${version}"`;
}

/**
 * The version that the caller believes to change; `undefined` where any will do (`*`, or no header). The guard of the route
 * must have said that it is read, for the documents name what the guards say.
 */
export function expectedVersion(c: Context): number | undefined {
  if (c.get('versioned') !== true) throw new Error('A route reads If-Match, and its guard does not say `versioned`.');
  const header = c.req.header('if-match')?.trim();
  if (header === undefined) {
    if (c.req.method !== 'PUT') return undefined;
    throw new Problem(
      'if_match_required',
      'PUT replaces everything: send If-Match with the ETag of what you read, or * to replace whatever is there.',
    );
  }
  if (header === '*') return undefined;
  const version = /^(?:W\/)?"v([1-9][0-9]{0,8})"$/.exec(header)?.[1];
  if (version === undefined) {
    throw invalid([{ path: '/header/if-match', code: 'bad_header', expected: 'one ETag such as "v7", or *' }]);
  }
  return Number(version);
}

/**
 * Throws 412 with the newer object where the caller believed in another version; `expected` was read by
 * `expectedVersion` at the door. Called inside the transaction, after the locks: only there the version is the truth.
 */
export function requireExpected(expected: number | undefined, currentVersion: number, currentBody: unknown): void {
  if (expected === undefined || expected === currentVersion) return;
  throw new Problem(
    'stale_version',
    `It is at version ${currentVersion}, and this change was made for version ${expected}. Look at it, and save again.`,
    { current: currentBody },
  );
}

/**
 * A refusal as stale carries the newer object as whoever asks may read it. Where that takes more than the row that was
 * locked, the use case leaves it out, and the route adds here what its GET answers.
 */
export async function withCurrent<T>(work: Promise<T>, read: () => Promise<unknown>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'stale_version' || error.extra.current !== undefined) throw error;
    throw new Problem(error.code, error.message, { ...error.extra, current: await read() });
  }
}
