import type { ChangeReceipt } from '../platform/committed.ts';
import { invalid } from '../platform/problem.ts';
import type { Asking } from './asking.ts';
import { NO_RULESET } from './commit.ts';
import type { NewToken } from './contract.ts';
import { showToken } from './key.ts';
import { accessOrderOf, type KeyParts, madeBefore, readAgain, readExpiry, receiptOf } from './key-place.ts';
import { mintSecret } from './mint-secret.ts';
import { actorOf } from './principal.ts';
import { requireToken } from './revoke-token.ts';
import { insertToken, type TokenRow } from './token-store.ts';

export interface MadeToken {
  row: TokenRow;
  secret: string | undefined;
  change: ChangeReceipt;
}

/**
 * Makes a bearer token of the admin API. Tokens never make tokens: the route asks for a right that none has. One that a
 * person makes does no more than they may, at any moment; one of a check posts its results and does nothing else.
 */
export async function createToken(
  parts: KeyParts,
  asking: Asking,
  projectId: number,
  wanted: NewToken,
): Promise<MadeToken> {
  const { check = null, roles = [] } = wanted;
  const { id, secret, verifier } = mintSecret(check === null ? 'admin' : 'check');
  const environment =
    wanted.environment === undefined ? undefined : parts.list.findEnvironment(projectId, wanted.environment);
  if (wanted.environment !== undefined && !environment) {
    throw invalid([{ path: '/environment', code: 'unknown', expected: 'the key of an environment of this project' }]);
  }
  const committed = await parts.commit(
    { ...accessOrderOf(asking), projectId, environmentIds: [], action: 'token.create', subject: `token/${id}` },
    async (tx, { now }) => {
      const row = await insertToken(tx, {
        id,
        projectId,
        environmentId: environment?.id ?? null,
        name: wanted.name,
        roles,
        check,
        verifier,
        createdBy: actorOf(asking.principal),
        // One of a check has nobody's rights, so it does not end with whoever made it.
        owner: check === null ? (ownerOf(asking)?.id ?? null) : null,
        expiresAt: wanted.expiresAt === undefined ? null : readExpiry(wanted.expiresAt, now),
      });
      return {
        result: row,
        touched: NO_RULESET,
        after: showToken(row, environment?.key ?? null, now, row.owner === null ? undefined : ownerOf(asking)),
      };
    },
  );
  const change = receiptOf(committed);
  if (committed.replayed) {
    const row = await requireToken(parts.db, projectId, await madeBefore(parts, projectId, change.id));
    return { row, secret: undefined, change };
  }
  await readAgain(parts);
  return { row: committed.result, secret, change };
}

const ownerOf = ({ principal }: Asking) => (principal.kind === 'person' ? principal : undefined);
