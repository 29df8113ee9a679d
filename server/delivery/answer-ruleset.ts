import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Coding, chooseCoding, rulesetBytes } from './ruleset-bytes.ts';
import type { Served } from './served.ts';
import { wholeAge } from './stream-hub.ts';

/** What one client is told of what is served. */
export interface RulesetAnswer {
  served: Served;
  ageMs: number;
  /** Ids that only this client is told of, for it named them and everybody's list has them no more. */
  more: readonly string[];
}

const SHARED = [
  'Vary',
  'Authorization, X-API-Key, Origin, Accept-Encoding, Turnout-Overlay',
  'Cache-Control',
  'private, no-cache',
];

/** Answers `{ruleset, overlay, settled}`, or 304 where the client has all three; at once but where it must compress. */
export function answerRuleset(
  { headers }: IncomingMessage,
  response: ServerResponse,
  answer: RulesetAnswer,
): number | Promise<number> {
  const tag = tagOf(answer);
  if (headers['if-none-match']?.includes(tag)) {
    response.writeHead(304, [...SHARED, 'ETag', tag, 'Turnout-Age-Ms', String(wholeAge(answer.ageMs))]);
    response.end();
    return 304;
  }
  const bytes = rulesetBytes(answer.served);
  if (answer.more.length > 0) return send(response, answer, tag, bytes.withSettled(answer.more));
  const coding = chooseCoding(headers['accept-encoding']);
  const compressed = coding === undefined ? undefined : bytes.compressed(coding);
  if (coding === undefined || compressed === undefined) return send(response, answer, tag, bytes.plain);
  // A strong tag promises the same bytes, and these differ by their coding.
  return compressed.then((body) => send(response, answer, `W/${tag}`, body, coding));
}

function send(response: ServerResponse, { ageMs }: RulesetAnswer, tag: string, body: Buffer, coding?: Coding): number {
  const own = ['ETag', tag, 'Turnout-Age-Ms', String(wholeAge(ageMs)), 'Content-Length', String(body.length)];
  const coded = coding === undefined ? [] : ['Content-Encoding', coding];
  response.writeHead(200, [...SHARED, 'Content-Type', 'application/json', ...own, ...coded]);
  response.end(body);
  return 200;
}

/** The tag of what is served covers ruleset, overlay and everybody's settled ids; this client's own are added to it. */
function tagOf({ served, more }: RulesetAnswer): string {
  if (more.length === 0) return served.etag;
  return `${served.etag.slice(0, -1)}.${hash('sha256', [...more].sort().join(','), 'base64url').slice(0, 16)}"`;
}
