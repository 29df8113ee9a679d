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

/**
 * The network that an address stands for where somebody could change theirs at will: of IPv6 the first 64 bits, which
 * one customer has to themselves; of IPv4, also where it is written as IPv6, the address.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== 6) return address;
  const [left = '', right] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? [] : Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  const parts = [...head, ...zeros, ...tail].slice(0, 4);
  return `${parts.map((part) => part.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
