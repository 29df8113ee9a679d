import { Problem } from '../platform/problem.ts';

/** What of a request tells how it came here. */
export interface Arrival {
  method: string;
  /** The socket's own address, whatever proxies say. */
  socketAddress: string;
  header(name: string): string | undefined;
}

/** Where browsers keep a session: only where nobody on the way can read it. */
export interface CookieWay {
  name: string;
  /** What requests from our own pages name as their origin. */
  origin: string;
  secure: boolean;
}

/** A session's secret: 256 random bits in base64url. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;
const PROXIED = ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'via'];

/**
 * How a session's cookie travels: over https where PUBLIC_URL says so, and in plain only from this machine to this
 * machine. Undefined where others could read it on the way. Host is believed of loopback alone, whose name nobody else
 * can answer to.
 */
export function cookieWayOf(publicUrl: string | undefined, arrival: Arrival): CookieWay | undefined {
  if (publicUrl?.startsWith('https:')) {
    return { name: '__Host-turnout', origin: new URL(publicUrl).origin, secure: true };
  }
  const host = arrival.header('host') ?? '';
  if (!isLoopback(arrival.socketAddress) || !isLoopbackHost(host)) return undefined;
  // What a proxy on this machine passes on came from elsewhere.
  if (PROXIED.some((name) => arrival.header(name) !== undefined) || isUnderOtherName(arrival)) return undefined;
  return { name: 'turnout', origin: `http://${host.toLowerCase()}`, secure: false };
}

/** Some proxies say nothing of themselves, and send the name by which they reach us; the browser tells where its page is. */
function isUnderOtherName(arrival: Arrival): boolean {
  const origin = arrival.header('origin');
  if (arrival.header('sec-fetch-site') !== 'same-origin' || origin === undefined) return false;
  return !isLoopbackHost(origin.replace(/^https?:\/\//, ''));
}

/** The same, for whoever wants to sign in. Throws 403 where a session could be read by others. */
export function requireCookieWay(publicUrl: string | undefined, arrival: Arrival): CookieWay {
  const way = cookieWayOf(publicUrl, arrival);
  if (way) return way;
  throw new Problem(
    'https_required',
    'Signing in needs https, for whoever can read a session on its way can use it. Put TLS before this server and set ' +
      'PUBLIC_URL to its https address; or open http://127.0.0.1 on the machine where it runs.',
  );
}

/** The secret of a session in a request's cookies; undefined where there is none of the right form. */
export function readSessionCookie(way: CookieWay, header: string | undefined): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const cut = part.indexOf('=');
    if (cut < 0 || part.slice(0, cut).trim() !== way.name) continue;
    const secret = part.slice(cut + 1).trim();
    return SECRET.test(secret) ? secret : undefined;
  }
  return undefined;
}

/** The header that gives a browser its session, or with no secret takes it away. */
export function writeSessionCookie(way: CookieWay, secret: string | undefined, seconds: number): string {
  const life = secret === undefined ? 'Max-Age=0' : `Max-Age=${seconds}`;
  return `${way.name}=${secret ?? ''}; Path=/; ${life}; HttpOnly; SameSite=Lax${way.secure ? '; Secure' : ''}`;
}

const SAFE = new Set(['GET', 'HEAD']);

/**
 * Throws 403 where a browser was made to send a request by another site. Browsers say where it comes from in
 * Sec-Fetch-Site; older ones in Origin. A program says neither, and has no session that it does not know of: it needs
 * `Origin` only where it uses one.
 */
export function refuseForeign(arrival: Arrival, way: CookieWay | undefined, hasSession: boolean): void {
  const site = arrival.header('sec-fetch-site');
  const origin = arrival.header('origin');
  if (SAFE.has(arrival.method)) {
    if (site === 'cross-site') throw foreign();
    return;
  }
  if (site !== undefined) {
    if (site !== 'same-origin') throw foreign();
    return;
  }
  // Without a way nobody signs in at all, which is told in other words.
  if (origin === undefined ? hasSession : way !== undefined && origin.toLowerCase() !== way.origin) throw foreign();
}

/** A form can be sent by any page; JSON cannot, unless we allow it. Throws 403 for a body of another type. */
export function refuseForms(arrival: Arrival): void {
  if (SAFE.has(arrival.method)) return;
  const type = arrival.header('content-type');
  const hasBody =
    Number(arrival.header('content-length') ?? 0) > 0 || arrival.header('transfer-encoding') !== undefined;
  if (type === undefined && !hasBody) return;
  const essence = type?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (essence === 'application/json' || essence === 'application/merge-patch+json') return;
  throw new Problem('cross_site', 'With a session only JSON is taken: send Content-Type: application/json.');
}

const foreign = () =>
  new Problem(
    'cross_site',
    'This request was not made by a page of this server, and a session is good for nothing else. Programs use a token.',
  );

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address);
}

function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}
