import type { JsonValue } from '@turnout/core';
import type { SourceAnswer } from './source-contract.ts';
import type { SourceRow } from './source-store.ts';

/** A source as it is shown: everything but what it is asked with. */
export function showSource(row: SourceRow): SourceAnswer {
  const { key, kind, url, version, createdBy } = row;
  return { key, kind, url, auth: showAuth(row), version, createdBy, createdAt: row.createdAt.toISOString() };
}

/** As the log keeps it: a new token is seen there by when it was set. */
export function logSource(row: SourceRow): JsonValue {
  const { kind, url, auth, authUser, sealedAt } = row;
  return { kind, url, auth, user: authUser, secretSetAt: sealedAt?.toISOString() ?? null };
}

/** Where the secret of a source is kept, as `seal` binds it. */
export const placeOfSecret = (projectId: number, key: string) => `source/${projectId}/${key}`;

/** True where a stored token may stay: it goes to whoever it was given for, and to nobody else. */
export function isSameTarget(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}

function showAuth({ auth, authUser, sealedAt }: SourceRow): SourceAnswer['auth'] {
  const setAt = sealedAt?.toISOString() ?? '';
  if (auth === 'bearer') return { kind: 'bearer', setAt };
  if (auth === 'basic') return { kind: 'basic', user: authUser ?? '', setAt };
  return { kind: 'none' };
}
