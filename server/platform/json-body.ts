import type { Context, MiddlewareHandler } from 'hono';
import { isTooDeep } from './json-depth.ts';
import { findJsonFault } from './json-fault.ts';
import { escapePointer } from './json-pointer.ts';
import { type FieldFault, invalid, Problem } from './problem.ts';

export const BODY_LIMIT = 1_048_576;
export const DEPTH_LIMIT = 32;

/** A body that was read whole, and what it says. */
export interface JsonBody {
  bytes: Uint8Array;
  text: string;
  value: unknown;
}

/**
 * Reads a request's JSON within bounds; undefined where there is no body. Throws a problem for a body that is
 * compressed, of another type, larger than `limit` bytes, nested over 32 deep, not UTF-8 or not JSON, and for one that
 * has a member called `__proto__`.
 */
export async function readJson(request: Request, limit = BODY_LIMIT): Promise<JsonBody | undefined> {
  if (request.body === null || request.method === 'GET' || request.method === 'HEAD') return undefined;
  refuseCoding(request.headers.get('content-encoding'));
  const bytes = await readBounded(request, limit);
  if (bytes.byteLength === 0) return undefined;
  refuseMediaType(request.headers.get('content-type'));
  const { text, value } = parseJson(bytes);
  // Both names can only be in the value if they, or an escape that may spell them, are in the text.
  if (text.includes('__proto__') || text.includes('\\u')) refuseMembers(value, '');
  return { bytes, text, value };
}

/** What bytes say as JSON, and their text. Throws a problem where they are nested over 32 deep, not UTF-8 or not JSON. */
export function parseJson(bytes: Uint8Array): { text: string; value: unknown } {
  if (isTooDeep(bytes, DEPTH_LIMIT)) {
    throw new Problem('too_deep', `Arrays and objects may be nested ${DEPTH_LIMIT} deep at most.`);
  }
  const text = decode(bytes);
  return { text, value: parse(text) };
}

/** The middleware for routes that read JSON: what they then get from `c.req` is bounded, decoded and well-formed. */
export function jsonBody(limit = BODY_LIMIT): MiddlewareHandler {
  return async (c, next) => {
    await takeBody(c, limit);
    await next();
  };
}

/** Reads the body of a context once and leaves its text where validators look for it. */
export async function takeBody(c: Context, limit = BODY_LIMIT, orYaml = false): Promise<JsonBody | undefined> {
  const body = orYaml && isYaml(c.req.raw) ? await readText(c.req.raw, limit) : await readJson(c.req.raw, limit);
  // Who has nothing to say may send nothing, also where they claim a type for it: the contract sees an empty object.
  const nothing = c.req.header('content-type') === undefined ? '' : '{}';
  Object.assign(c.req.bodyCache, { text: Promise.resolve(body?.text ?? nothing) });
  return body;
}

/** Whether a request says that its body is YAML. */
export function isYaml(request: Request): boolean {
  const [essence = ''] = (request.headers.get('content-type') ?? '').split(';');
  return essence.trim().toLowerCase() === 'application/yaml';
}

/** A body within the same bounds that is no JSON: what it says is for its route to read. */
async function readText(request: Request, limit: number): Promise<JsonBody | undefined> {
  if (request.body === null) return undefined;
  refuseCoding(request.headers.get('content-encoding'));
  const bytes = await readBounded(request, limit);
  const text = decode(bytes);
  return { bytes, text, value: text };
}

function refuseCoding(coding: string | null): void {
  if (coding !== null && coding.trim().toLowerCase() !== 'identity') {
    throw new Problem('bad_media_type', 'Send the body as it is: no Content-Encoding but identity is accepted.');
  }
}

/** RFC 7396 gives PATCH bodies a type of their own; it is JSON all the same. */
const JSON_TYPES = new Set(['application/json', 'application/merge-patch+json']);

function refuseMediaType(type: string | null): void {
  const [essence = '', ...parameters] = (type ?? '').split(';').map((part) => part.trim().toLowerCase());
  const foreign = parameters.find((one) => one.startsWith('charset=') && !/^charset="?utf-8"?$/.test(one));
  if (!JSON_TYPES.has(essence) || foreign) {
    throw new Problem('bad_media_type', 'Send JSON in UTF-8, with Content-Type: application/json.');
  }
}

async function readBounded(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new Problem('too_large', `The body may have ${limit} bytes at most.`);
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel().catch(() => undefined);
      throw tooLarge();
    }
    chunks.push(value);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('bad_encoding', 'The body holds bytes that are not UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { line, column } = findJsonFault(text);
    throw new Problem('bad_json', `The body is not JSON: line ${line}, column ${column} is not what must stand there.`);
  }
}

function refuseMembers(value: unknown, path: string): void {
  if (value === null || typeof value !== 'object') return;
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') throw invalid([fault(`${path}/__proto__`)]);
    refuseMembers(member, `${path}/${escapePointer(name)}`);
  }
}

function fault(path: string): FieldFault {
  return { path, code: 'forbidden_name', expected: 'another name: no member may be called __proto__' };
}

/**
 * Finds strings that a database cannot keep as they are: with NUL, or with half of a surrogate pair. Both can only come
 * in through `\u` escapes.
 */
export function findUnstorable(value: unknown, path = ''): FieldFault | undefined {
  if (typeof value === 'string') {
    if (!value.includes('\u0000') && !/\p{Surrogate}/u.test(value)) return undefined;
    return { path: path || '/', code: 'not_text', expected: 'Unicode text without NUL and without halves of pairs' };
  }
  if (value === null || typeof value !== 'object') return undefined;
  for (const [name, member] of Object.entries(value)) {
    const at = `${path}/${escapePointer(name)}`;
    const found = findUnstorable(name, at) ?? findUnstorable(member, at);
    if (found) return found;
  }
  return undefined;
}
