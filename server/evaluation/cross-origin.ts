/** What a browser may send and read. The list is the same for the evaluations and for their event stream. */
const ALLOWED_HEADERS = 'authorization, content-type, if-none-match, x-api-key';
const EXPOSED_HEADERS = 'ETag, Retry-After';

/** True when a key's list of origins has this one. Origins are compared as browsers write them. */
export function originAllowed(origin: string, allowed: readonly string[]): boolean {
  return allowed.includes(origin) || allowed.includes('*');
}

/** The headers that let a page of this origin read the answer; none where there is no such page. */
export function corsHeaders(origin: string | undefined): Record<string, string> {
  if (origin === undefined) return {};
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED_HEADERS };
}

/** The answer to a preflight, which carries no key: the origin is one that some client key allows. */
export function preflightHeaders(origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
    'Access-Control-Allow-Headers': ALLOWED_HEADERS,
    'Access-Control-Max-Age': '600',
  };
}
