import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { HEADERS } from '@turnout/core';
import type { KeyPrincipal, Principal } from '../access/principal.ts';
import { callerAddress, findCaller, type Gate, readBearer, refuseBrowser } from '../access/raw-caller.ts';
import { originAllowed } from './cross-origin.ts';
import { Failure } from './failure.ts';

/** Who may evaluate: a key for servers, or one for browsers, which sees only what clients may see. */
export type Sender = KeyPrincipal & { keyKind: 'server' | 'client' };

/** The secret of a request: `Authorization: Bearer` first, then `X-API-Key`. Never one from the address. */
function readSecret(headers: IncomingHttpHeaders): string | undefined {
  const bearer = readBearer(headers);
  if (bearer !== undefined) return bearer;
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : undefined;
}

/**
 * Finds who sends a request, from memory and at once where it can be. Fails with 401 for no valid key and 403 for a
 * key that may not be used so. `route` is a pattern, for the record.
 */
export function findSender(gate: Gate, request: IncomingMessage, route: string): Sender | Promise<Sender> {
  const secret = readSecret(request.headers);
  if (secret === undefined) {
    throw new Failure(401, 'GENERAL', 'Send a server or client key as "Authorization: Bearer <key>" or "X-API-Key".');
  }
  const found = findCaller(gate, request, secret);
  if (found instanceof Promise) return found.then((late) => checkSender(gate, late, request, route));
  return checkSender(gate, found, request, route);
}

function checkSender(gate: Gate, found: Principal, request: IncomingMessage, route: string): Sender {
  const { headers } = request;
  if (!isSender(found)) {
    gate.events.note(found, 'access.denied', route);
    throw new Failure(403, 'GENERAL', 'Evaluating needs a server key or a client key; this is another credential.');
  }
  refuseBrowser(gate, found, request, route);
  refuseOrigin(found, headers.origin);
  // A page cannot name its SDK by User-Agent, which says what browser it is.
  const sdk = headers[HEADERS.sdk]?.toString() ?? headers['user-agent'];
  gate.used.note(found, callerAddress(request, gate.trustProxy), sdk);
  return found;
}

/** Throws where a page of this origin may not use the key. */
export function refuseOrigin(sender: Sender, origin: string | undefined): void {
  if (sender.keyKind === 'client' && origin !== undefined && !originAllowed(origin, sender.origins)) {
    throw new Failure(403, 'GENERAL', 'This client key is not for pages of this origin; add it to the key’s origins.');
  }
}

/** True of the two kinds of key that may evaluate. */
export function isSender(principal: Principal): principal is Sender {
  return principal.kind === 'key' && (principal.keyKind === 'server' || principal.keyKind === 'client');
}
