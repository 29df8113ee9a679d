import { FLAG_COUNT, userContext } from './flag-set.ts';

const USERS = 1_000;
const CONNECTIONS = 50;

/** What a request needs besides its body: who asks, and what the client has already. */
export interface Asker {
  port: number;
  headers: Record<string, string>;
}

/** The requests of one kind of call, as they go on the wire; they differ by user, and single ones by flag as well. */
export function writeRequests(kind: 'single' | 'bulk' | 'snapshot', asker: Asker): string[] {
  if (kind === 'snapshot') return [writeRequest('GET', '/sdk/v1/ruleset', asker)];
  return Array.from({ length: USERS }, (_, user) => {
    const key = `flag-${String(user % FLAG_COUNT).padStart(3, '0')}`;
    const path = `/ofrep/v1/evaluate/flags${kind === 'single' ? `/${key}` : ''}`;
    return writeRequest('POST', path, asker, JSON.stringify({ context: userContext(user) }));
  });
}

/** One request for one user, as `writeRequests` would write it. */
export function writeRequest(method: string, path: string, asker: Asker, body?: string): string {
  const headers = { Host: `127.0.0.1:${asker.port}`, ...asker.headers };
  const sized =
    body === undefined
      ? headers
      : { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  const lines = Object.entries(sized).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}

export function order(port: number, status: number, seconds: number, requests: string[]) {
  return { port, status, seconds, requests, connections: CONNECTIONS };
}
