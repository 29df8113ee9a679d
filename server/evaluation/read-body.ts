import type { IncomingMessage } from 'node:http';
import { BODY_LIMIT } from '../platform/json-body.ts';
import { Failure } from './failure.ts';
import type { Sender } from './sender.ts';

const NO_BYTES = Buffer.alloc(0);
/** A client key is in every page, and what a condition costs grows with the texts that it is asked about. */
const CLIENT_BODY_LIMIT = 65_536;

/** How long a body may be that comes with a key of this kind. */
export function bodyLimit(keyKind: Sender['keyKind']): number {
  return keyKind === 'client' ? CLIENT_BODY_LIMIT : BODY_LIMIT;
}

/** Reads a whole request body of at most `limit` bytes; `done` gets the bytes or the failure, once. */
export function readBody(request: IncomingMessage, limit: number, done: (bytes: Buffer | Failure) => void): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    done(new Failure(415, 'PARSE_ERROR', 'Send the body as it is, without Content-Encoding.'));
    return;
  }
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    done(tooLarge(limit));
    return;
  }
  // Most bodies come in one piece, and that piece is then the body.
  let held: Buffer[] = [];
  let size = 0;
  let over = false;
  const finish = (result: Buffer | Failure) => {
    if (over) return;
    over = true;
    held = [];
    done(result);
  };
  request.on('data', (piece: Buffer) => {
    if (over) return;
    size += piece.length;
    if (size > limit) finish(tooLarge(limit));
    else held.push(piece);
  });
  request.on('end', () =>
    finish(held.length === 1 ? (held[0] as Buffer) : size === 0 ? NO_BYTES : Buffer.concat(held)),
  );
  request.on('error', () => finish(new Failure(400, 'PARSE_ERROR', 'The request ended before its body did.')));
}

function tooLarge(limit: number): Failure {
  return new Failure(413, 'PARSE_ERROR', `The body is too large; at most ${limit} bytes are read.`);
}
