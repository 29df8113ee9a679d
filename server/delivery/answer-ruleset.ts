import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { chooseCoding, rulesetBytes } from './ruleset-bytes.ts';
import type { Served } from './served.ts';
import { wholeAge } from './stream-hub.ts';

/** What one client is told of what is served. */
export interface RulesetAnswer {
  served: Served;
  ageMs: number;
  /** Ids that only this client is told of, for it named them and everybody's list has them no more. */
  more: readonly string[];
}

const VARY = 'Authorization, X-API-Key, Origin, Accept-Encoding, Turnout-Overlay';
const SHARED = { Vary: VARY, 'Cache-Control': 'private, no-cache' };

/** Answers `{ruleset, overlay, settled}`, or 304 where the client has all three; tells the status to `done`. */
export function answerRuleset(
  request: IncomingMessage,
  response: ServerResponse,
  answer: RulesetAnswer,
  done: (status: number) => void,
): void {
  const tag = tagOf(answer);
  const { headers } = request;
  if (headers['if-none-match']?.includes(tag)) {
    response.writeHead(304, { ...SHARED, ETag: tag, 'Turnout-Age-Ms': wholeAge(answer.ageMs) });
    response.end();
    done(304);
    return;
  }
  const bytes = rulesetBytes(answer.served);
  const send = (body: Buffer, coding?: string) => {
    if (response.destroyed) return;
    response.writeHead(200, {
      ...SHARED,
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      // A strong tag promises the same bytes, and these differ by their coding.
      ETag: coding === undefined ? tag : `W/${tag}`,
      'Turnout-Age-Ms': wholeAge(answer.ageMs),
      ...(coding === undefined ? {} : { 'Content-Encoding': coding }),
    });
    response.end(body);
    done(200);
  };
  if (answer.more.length > 0) {
    send(bytes.withSettled(answer.more));
    return;
  }
  const coding = chooseCoding(headers['accept-encoding']);
  const compressed = coding === undefined ? undefined : bytes.compressed(coding);
  if (compressed === undefined) send(bytes.plain);
  else
    compressed.then(
      (body) => send(body, coding),
      () => send(bytes.plain),
    );
}

/** The tag of what is served covers ruleset, overlay and everybody's settled ids; this client's own are added to it. */
function tagOf({ served, more }: RulesetAnswer): string {
  if (more.length === 0) return served.etag;
  return `${served.etag.slice(0, -1)}.${hash('sha256', [...more].sort().join(','), 'base64url').slice(0, 16)}"`;
}
