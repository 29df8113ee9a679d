import { type ProblemAnswer, Refusal, unreachable } from './problem.ts';

/** Where the API is, seen from wherever this page was loaded. */
export const API = '/api/v1';

export interface Sending {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** `If-Match`: the version that the sender believes to change; `*` for any. */
  version?: number | '*';
  /** `If-None-Match: *`: it must not be there yet. */
  isNew?: boolean;
  query?: Record<string, string | number | boolean | undefined>;
  signal?: AbortSignal;
}

/** Told when a request was refused for want of a session. */
export const unsigned = new EventTarget();

/**
 * Asks the API, with the session's cookie and nothing else. Resolves with the body; rejects with a Refusal. A POST
 * carries an Idempotency-Key, so that asking again after a lost answer does nothing twice.
 */
export async function send<T>(path: string, sending: Sending = {}): Promise<T> {
  const { method = 'GET', body, version, isNew, query, signal } = sending;
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['Content-Type'] = 'application/json';
  if (version !== undefined) headers['If-Match'] = version === '*' ? '*' : `"v${version}"`;
  if (isNew) headers['If-None-Match'] = '*';
  if (method === 'POST') headers['Idempotency-Key'] = crypto.randomUUID();
  const request: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (method !== 'GET') request.body = JSON.stringify(body ?? {});
  if (signal) request.signal = signal;
  return read<T>(await reach(`${API}${path}${writeQuery(query)}`, request));
}

/**
 * One more try, once, where the way there failed: reading does nothing, and the key of a POST makes it happen once. A
 * PUT or PATCH that was stored, and whose answer was lost, would look like somebody else's the second time.
 */
async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    if (request.method !== 'GET' && request.method !== 'POST') throw unreachable();
    await new Promise((resolve) => setTimeout(resolve, 400));
    return fetch(url, request).catch(() => {
      throw unreachable();
    });
  }
}

async function read<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  if (response.status === 401) unsigned.dispatchEvent(new Event('unsigned'));
  throw new Refusal(asProblem(response, body));
}

function asProblem(response: Response, body: unknown): ProblemAnswer {
  if (typeof body === 'object' && body !== null && 'code' in body) return body as ProblemAnswer;
  return {
    title: 'An answer that nobody expected',
    status: response.status,
    code: 'unexpected',
    detail: `The server, or something before it, answered ${response.status}.`,
  };
}

/** `?a=1&b=2`; what is undefined or empty is left out. */
export function writeQuery(query: Sending['query'] = {}): string {
  const named = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (named.length === 0) return '';
  return `?${new URLSearchParams(named.map(([name, value]) => [name, String(value)]))}`;
}
