import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from '../access/access-list.ts';
import { parseSecret } from '../access/mint-secret.ts';
import type { KeyPrincipal, Principal } from '../access/principal.ts';
import { originAllowed } from './cross-origin.ts';
import { Failure } from './failure.ts';

/** Who may evaluate: a key for servers, or one for browsers, which sees only what clients may see. */
export type Sender = KeyPrincipal & { keyKind: 'server' | 'client' };

/** The access list, as far as evaluations ask it. */
export interface KnownKeys {
  findCredential(secret: string): Principal | Refusal;
  /** Asks the database once more, for a well-formed key that memory does not know; throws a 503 where it cannot. */
  lookAgain(): Promise<void>;
  listOrigins(): ReadonlySet<string>;
}

/** Told of a server key that a browser sent: it stands in somebody's page. */
export type OnLeaked = (key: KeyPrincipal) => void;

const BEARER = /^bearer +(\S+) *$/i;

/** The secret of a request: `Authorization: Bearer` first, then `X-API-Key`. Never one from the address. */
function readSecret(headers: IncomingHttpHeaders): string | undefined {
  const bearer = headers.authorization === undefined ? null : BEARER.exec(headers.authorization);
  if (bearer !== null) return bearer[1];
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : undefined;
}

/**
 * Finds who sends a request, from memory, and at once; only a well-formed key that memory does not know makes it ask
 * again, for it may have been made a moment ago on another node. Fails with 401 for no valid key and 403 for a key
 * that may not be used so.
 */
export function findSender(
  keys: KnownKeys,
  headers: IncomingHttpHeaders,
  onLeaked: OnLeaked,
): Sender | Promise<Sender> {
  const secret = readSecret(headers);
  if (secret === undefined) {
    throw new Failure(
      401,
      'GENERAL',
      'Send a server or client key as "Authorization: Bearer <key>" or as "X-API-Key".',
    );
  }
  const found = keys.findCredential(secret);
  if (found !== 'unknown' || parseSecret(secret) === undefined) return checkSender(found, headers, onLeaked);
  return keys.lookAgain().then(() => checkSender(keys.findCredential(secret), headers, onLeaked));
}

function checkSender(found: Principal | Refusal, headers: IncomingHttpHeaders, onLeaked: OnLeaked): Sender {
  if (typeof found === 'string') {
    throw new Failure(401, 'GENERAL', found === 'unknown' ? 'This key is not known.' : `This key is ${found}.`);
  }
  if (!isSender(found)) {
    throw new Failure(
      403,
      'GENERAL',
      'Evaluating needs a server key or a client key; this credential is of another kind.',
    );
  }
  if (found.keyKind === 'server' && headers['sec-fetch-site'] !== undefined) {
    onLeaked(found);
    throw new Failure(
      403,
      'GENERAL',
      'A browser sent this server key, so anybody can read it: use a client key there, and revoke this one.',
    );
  }
  if (found.keyKind === 'client' && headers.origin !== undefined && !originAllowed(headers.origin, found.origins)) {
    throw new Failure(
      403,
      'GENERAL',
      'This client key is not for pages of this origin; add it to the origins of the key.',
    );
  }
  return found;
}

/** True of the two kinds of key that may evaluate. */
export function isSender(principal: Principal): principal is Sender {
  return principal.kind === 'key' && (principal.keyKind === 'server' || principal.keyKind === 'client');
}
