import { isIP } from 'node:net';
import type { Context } from 'hono';

/**
 * The caller's address: the socket's, unless `hops` proxies in front are trusted; then the one that the farthest of
 * them saw. Whatever stands further left in X-Forwarded-For was written by the caller.
 */
export function clientAddress(socketAddress: string, forwardedFor: string | undefined, hops: number): string {
  if (hops <= 0 || forwardedFor === undefined) return socketAddress;
  const seen = forwardedFor.split(',').map((part) => part.trim());
  const address = seen[Math.max(0, seen.length - hops)] ?? '';
  return isIP(address) === 0 ? socketAddress : address;
}

/** The address of a request that came through Node's own server; `unknown` where there is no socket. */
export function addressOf(c: Context, hops: number): string {
  const bindings = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  return clientAddress(bindings?.incoming?.socket?.remoteAddress ?? 'unknown', c.req.header('x-forwarded-for'), hops);
}
