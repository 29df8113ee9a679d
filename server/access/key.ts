import type { JsonValue } from '@turnout/core';
import type { KeyAnswer, TokenAnswer } from './contract.ts';
import type { KeyRow } from './key-store.ts';
import type { TokenRow } from './token-store.ts';

function stateOf(row: { revokedAt: Date | null; expiresAt: Date | null }, now: Date): 'live' | 'expired' | 'revoked' {
  if (row.revokedAt !== null) return 'revoked';
  return row.expiresAt !== null && row.expiresAt <= now ? 'expired' : 'live';
}

/** A key as it is shown: everything but what would let somebody use it. */
export function showKey(row: KeyRow, environment: string, now: Date): KeyAnswer {
  const { id, kind, name, origins, flags, tags, createdBy, successor, version } = row;
  return {
    id,
    kind,
    name,
    environment,
    startsWith: `turnout_${kind}_${id}_`,
    state: stateOf(row, now),
    origins,
    flags,
    tags,
    context: kind === 'client' ? showContext(row) : null,
    createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    successor,
    version,
    lastUsed: row.lastUsedAt && {
      at: row.lastUsedAt.toISOString(),
      address: row.lastUsedAddress,
      sdk: row.lastUsedSdk,
    },
  };
}

function showContext({ context, contextSealedAt }: KeyRow): KeyAnswer['context'] {
  if (context === null) return { mode: 'open' };
  const { issuer, audience, algorithms, jwksUrl, bodyAttributes } = context;
  const secretSetAt = contextSealedAt?.toISOString() ?? null;
  return { mode: 'signed', issuer, audience, algorithms, jwksUrl, secretSetAt, bodyAttributes };
}

/** A key as the log keeps it: without its last use and its version, which are no part of what somebody decided. */
export function logKey(row: KeyRow, environment: string, now: Date): JsonValue {
  const { lastUsed: _lastUsed, version: _version, ...kept } = showKey(row, environment, now);
  return kept;
}

export function showToken(
  row: TokenRow,
  environment: string | null,
  now: Date,
  owner: { name: string } | undefined,
): TokenAnswer {
  const { id, name, roles, check, createdBy } = row;
  return {
    id,
    name,
    roles,
    check,
    environment,
    startsWith: `turnout_${check === null ? 'admin' : 'check'}_${id}_`,
    state: stateOf(row, now),
    owner: row.owner === null ? null : { id: row.owner, name: owner?.name ?? row.owner },
    createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
