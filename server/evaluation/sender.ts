import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AccessList, Refusal } from '../access/access-list.ts';
import { clientAddress } from '../access/client-address.ts';
import type { House } from '../access/guard.ts';
import { parseSecret } from '../access/mint-secret.ts';
import type { KeyPrincipal, Principal } from '../access/principal.ts';
import { originAllowed } from './cross-origin.ts';
import { Failure } from './failure.ts';

/** Who may evaluate: a key for servers, or one for browsers, which sees only what clients may see. */
export type Sender = KeyPrincipal & { keyKind: 'server' | 'client' };

/** What finding a sender needs of the house: all of it is memory. */
export interface Gate {
  list: Pick<AccessList, 'findCredential' | 'lookAgain' | 'listOrigins' | 'findKey'>;
  admission: Pick<House['admission'], 'admitRefused'>;
  events: Pick<House['events'], 'note'>;
  used: Pick<House['used'], 'note'>;
  trustProxy: number;
}

const BEARER = /^bearer +(\S+) *$/i;

/** The secret of a request: `Authorization: Bearer` first, then `X-API-Key`. Never one from the address. */
function readSecret(headers: IncomingHttpHeaders): string | undefined {
  const bearer = headers.authorization === undefined ? null : BEARER.exec(headers.authorization);
  if (bearer !== null) return bearer[1];
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : undefined;
}

/** The address that limits count by. */
export function senderAddress(request: IncomingMessage, trustProxy: number): string {
  const forwarded = trustProxy > 0 ? request.headers['x-forwarded-for'] : undefined;
  return clientAddress(request.socket.remoteAddress ?? 'unknown', forwarded?.toString(), trustProxy);
}

/**
 * Finds who sends a request, from memory and at once; only what is refused takes longer: a well-formed key that
 * memory does not know may have been made a moment ago on another node, and guessing is slowed down. Fails with 401
 * for no valid key and 403 for a key that may not be used so. `route` is a pattern, for the record.
 */
export function findSender(gate: Gate, request: IncomingMessage, route: string): Sender | Promise<Sender> {
  const secret = readSecret(request.headers);
  if (secret === undefined) {
    throw new Failure(401, 'GENERAL', 'Send a server or client key as "Authorization: Bearer <key>" or "X-API-Key".');
  }
  const found = gate.list.findCredential(secret);
  return typeof found === 'string' ? findAgain(gate, request, route, secret) : checkSender(gate, found, request, route);
}

async function findAgain(gate: Gate, request: IncomingMessage, route: string, secret: string): Promise<Sender> {
  if (gate.list.findCredential(secret) === 'unknown' && parseSecret(secret) !== undefined) await gate.list.lookAgain();
  const found = gate.list.findCredential(secret);
  if (typeof found !== 'string') return checkSender(gate, found, request, route);
  await gate.admission.admitRefused(senderAddress(request, gate.trustProxy));
  throw new Failure(401, 'GENERAL', REFUSALS[found]);
}

const REFUSALS: Record<Refusal, string> = {
  unknown: 'Nobody has this key here. Check that it was copied whole.',
  expired: 'This key has expired. Make another.',
  revoked: 'This key was revoked.',
};

function checkSender(gate: Gate, found: Principal, request: IncomingMessage, route: string): Sender {
  const { headers } = request;
  if (!isSender(found)) {
    gate.events.note(found, 'access.denied', route);
    throw new Failure(403, 'GENERAL', 'Evaluating needs a server key or a client key; this is another credential.');
  }
  if (found.keyKind === 'server' && headers['sec-fetch-site'] !== undefined) {
    gate.events.note(found, 'access.leaked-key', route);
    const advice = 'Revoke it, and use a client key there.';
    throw new Failure(403, 'GENERAL', `A server key came from a browser, where everybody can read it. ${advice}`);
  }
  if (found.keyKind === 'client' && headers.origin !== undefined && !originAllowed(headers.origin, found.origins)) {
    throw new Failure(403, 'GENERAL', 'This client key is not for pages of this origin; add it to the key’s origins.');
  }
  gate.used.note(found, senderAddress(request, gate.trustProxy), headers['user-agent']);
  return found;
}

/** True of the two kinds of key that may evaluate. */
export function isSender(principal: Principal): principal is Sender {
  return principal.kind === 'key' && (principal.keyKind === 'server' || principal.keyKind === 'client');
}
