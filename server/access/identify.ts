import type { Context } from 'hono';
import { Problem } from '../platform/problem.ts';
import { addressOf, networkOf } from './client-address.ts';
import type { House } from './guard.ts';
import { parseSecret } from './mint-secret.ts';
import type { PersonPrincipal, Principal } from './principal.ts';
import { type Arrival, cookieWayOf, readSessionCookie, refuseForeign, refuseForms } from './session-cookie.ts';

/**
 * Finds out who sends a request, from its headers; never from its address. A bearer wins over a cookie. Throws 401,
 * 403 or 503.
 */
export async function identifyRequest(house: House, c: Context, acceptApiKey = false): Promise<Principal> {
  const secret = bearerOf(c.req.header('authorization')) ?? (acceptApiKey ? c.req.header('x-api-key') : undefined);
  if (!secret) return identifyByCookie(house, c);
  const address = addressOf(c, house.trustProxy);
  const principal = await identify(house, secret, address);
  if (principal.kind === 'key') {
    if (principal.keyKind === 'server' && c.req.header('sec-fetch-site') !== undefined) {
      house.events.note(principal, 'access.leaked-key', patternOf(c));
      throw new Problem(
        'leaked_key',
        'A server key came from a browser, where everybody can read it. Revoke it, and use a client key there.',
      );
    }
    house.used.note(principal, address, c.req.header('turnout-sdk'));
  } else if (principal.kind === 'root') house.events.note(principal, 'root.used', patternOf(c));
  return principal;
}

/** Turns a secret into a principal, from memory where it is known there. Throws 401, 429 or 503. */
export async function identify(house: House, secret: string, address: string): Promise<Principal> {
  let found = house.list.findCredential(secret);
  if (found === 'unknown' && parseSecret(secret)) {
    // It may have been made a moment ago on another node.
    await house.list.lookAgain();
    found = house.list.findCredential(secret);
  }
  if (typeof found !== 'string') return found;
  await house.admission.admitRefused(networkOf(address));
  throw new Problem('unauthorized', REFUSALS[found]);
}

/** The person whose session a browser's cookie names. Whatever another site made the browser send is refused first. */
async function identifyByCookie(house: House, c: Context): Promise<PersonPrincipal> {
  const arrival = arrivalOf(c);
  const way = cookieWayOf(house.publicUrl, arrival);
  const secret = way && readSessionCookie(way, arrival.header('cookie'));
  if (!secret) throw new Problem('unauthorized', 'Sign in, or send Authorization: Bearer <token or key>.');
  refuseForeign(arrival, way, true);
  refuseForms(arrival);
  let found = house.list.findSession(secret);
  if (found === 'unknown') {
    await house.list.lookAgain();
    found = house.list.findSession(secret);
  }
  if (typeof found !== 'string') return found;
  await house.admission.admitRefused(networkOf(addressOf(c, house.trustProxy)));
  throw new Problem('unauthorized', 'This session has ended. Sign in again.');
}

/** How a request came here, as far as sessions are concerned. */
export function arrivalOf(c: Context): Arrival {
  return { method: c.req.method, socketAddress: addressOf(c, 0), header: (name) => c.req.header(name) };
}

/** What a caller is told of a credential that nobody has here. */
export const REFUSALS = {
  unknown: 'Nobody has this token or key here. Check that it was copied whole.',
  expired: 'This token or key has expired. Make another.',
  revoked: 'This token or key was revoked.',
} as const;

/** The secret of an `Authorization` header; undefined where it holds no bearer. */
export function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  // As nearly everybody writes it, without the cost of a pattern.
  if (header.startsWith('Bearer ') && header.lastIndexOf(' ') === 6 && header.length > 7) return header.slice(7);
  return /^Bearer +(\S+) *$/i.exec(header)?.[1];
}

/** The route's pattern, for records: an address may hold what nobody should keep. */
export function patternOf(c: Context): string {
  const matched = c.req.matchedRoutes.filter((route) => !route.path.includes('*'));
  return `${c.req.method} ${matched.at(-1)?.path ?? 'unknown'}`;
}
