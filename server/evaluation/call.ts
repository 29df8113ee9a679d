/** What a request under `/ofrep` asks for. */
export type Call =
  | { kind: 'one'; key: string }
  | { kind: 'all'; query: string }
  | { kind: 'stream'; query: string }
  | { kind: 'unknown' };

const EVALUATE = '/ofrep/v1/evaluate/flags';
const STREAM = '/ofrep/v1/stream';

/** True of every address that OFREP answers. A base address with a trailing slash makes clients send `//ofrep/…`. */
export function isOfrep(address: string): boolean {
  return address.startsWith('/ofrep/') || address.startsWith('//ofrep/') || address === '/ofrep';
}

/** Reads the address of a request under `/ofrep`. A key comes percent-encoded or raw, as the client's library does it. */
export function readCall(address: string): Call {
  const mark = address.indexOf('?');
  const query = mark < 0 ? '' : address.slice(mark + 1);
  const path = (mark < 0 ? address : address.slice(0, mark)).replace(/^\/+/, '/');
  if (path === EVALUATE || path === `${EVALUATE}/`) return { kind: 'all', query };
  if (path.startsWith(`${EVALUATE}/`)) return { kind: 'one', key: decodeKey(path.slice(EVALUATE.length + 1)) };
  if (path === STREAM) return { kind: 'stream', query };
  return { kind: 'unknown' };
}

function decodeKey(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // A raw key with a percent sign in it: no flag has one, so it is just unknown.
    return text;
  }
}
