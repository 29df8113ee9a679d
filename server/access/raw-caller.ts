import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from '../platform/problem.ts';
import type { AccessList } from './access-list.ts';
import { clientAddress, networkOf } from './client-address.ts';
import { bearerOf, type House, REFUSALS } from './guard.ts';
import { parseSecret } from './mint-secret.ts';
import { rightsOf } from './permissions.ts';
import type { KeyPrincipal, Principal } from './principal.ts';

/** What finding the caller of a raw request needs of the house: all of it is memory. */
export interface Gate {
  list: Pick<AccessList, 'findCredential' | 'lookAgain' | 'listOrigins' | 'findKey'>;
  admission: Pick<House['admission'], 'admitRefused'>;
  events: Pick<House['events'], 'note'>;
  used: Pick<House['used'], 'note'>;
  trustProxy: number;
}

/** The secret of `Authorization: Bearer`. Never one from the address. */
export function readBearer(headers: IncomingHttpHeaders): string | undefined {
  return bearerOf(headers.authorization);
}

/** What limits count by: with an address for each request, nobody would meet one. */
export function callerNetwork(request: IncomingMessage, trustProxy: number): string {
  return networkOf(callerAddress(request, trustProxy));
}

/** Where a request comes from. */
export function callerAddress(request: IncomingMessage, trustProxy: number): string {
  const forwarded = trustProxy > 0 ? request.headers['x-forwarded-for'] : undefined;
  return clientAddress(request.socket.remoteAddress ?? 'unknown', forwarded?.toString(), trustProxy);
}

/**
 * Finds whom a secret stands for, from memory and at once; only what is refused takes longer: a well-formed key that
 * memory does not know may have been made a moment ago on another node, and guessing is slowed down. Fails with 401,
 * 429, or 503 where nobody can tell.
 */
export function findCaller(gate: Gate, request: IncomingMessage, secret: string): Principal | Promise<Principal> {
  const known = findKnown(gate, request.socket, secret);
  if (known !== undefined) return known;
  const found = gate.list.findCredential(secret);
  if (typeof found === 'string') return findAgain(gate, request, secret);
  if (found.kind === 'key') lastKeys.set(request.socket, { id: found.id, secret: Buffer.from(secret) });
  return found;
}

/**
 * The key that each connection was let in with last. A client keeps its connection and its key, and hashing the same
 * text again at each request would cost more than an evaluation.
 */
const lastKeys = new WeakMap<Socket, { id: string; secret: Buffer }>();

/** The list says whether the key is still good, at each request; only that the text is the same is known from before. */
function findKnown(gate: Gate, socket: Socket, secret: string): Principal | undefined {
  const last = lastKeys.get(socket);
  if (last === undefined) return undefined;
  const given = Buffer.from(secret);
  if (given.length !== last.secret.length || !timingSafeEqual(given, last.secret)) return undefined;
  return gate.list.findKey(last.id);
}

async function findAgain(gate: Gate, request: IncomingMessage, secret: string): Promise<Principal> {
  if (gate.list.findCredential(secret) === 'unknown' && parseSecret(secret) !== undefined) await gate.list.lookAgain();
  const found = gate.list.findCredential(secret);
  if (typeof found !== 'string') return found;
  await gate.admission.admitRefused(callerNetwork(request, gate.trustProxy));
  throw new Problem('unauthorized', REFUSALS[found]);
}

/** The server key that a caller has come with. Throws 403, and notes it, where it is something else or in a page. */
export function requireServerKey(gate: Gate, caller: Principal, request: IncomingMessage, route: string): KeyPrincipal {
  if (caller.kind !== 'key' || !rightsOf(caller).has('ruleset')) {
    gate.events.note(caller, 'access.denied', route);
    throw new Problem('forbidden', 'This needs the right "ruleset" (server keys have it).');
  }
  refuseBrowser(gate, caller, request, route);
  return caller;
}

/** Only browsers send Sec-Fetch-Site: a server key that comes with it stands in a page, and is reported as leaked. */
export function refuseBrowser(gate: Gate, found: Principal, request: IncomingMessage, route: string): void {
  if (found.kind !== 'key' || found.keyKind !== 'server' || request.headers['sec-fetch-site'] === undefined) return;
  gate.events.note(found, 'access.leaked-key', route);
  throw new Problem(
    'leaked_key',
    'A server key came from a browser, where everybody can read it. Revoke it, and use a client key there.',
  );
}
