import type { IncomingMessage } from 'node:http';
import { BODY_LIMIT } from '../platform/json-body.ts';
import { Failure } from './failure.ts';

const NO_BYTES = Buffer.alloc(0);

/** Reads a whole request body of at most 1 MiB; `done` gets the bytes or the failure, once. */
export function readBody(request: IncomingMessage, done: (bytes: Buffer | Failure) => void): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    done(new Failure(415, 'PARSE_ERROR', 'Send the body as it is, without Content-Encoding.'));
    return;
  }
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) {
    done(tooLarge());
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
    if (size > BODY_LIMIT) finish(tooLarge());
    else held.push(piece);
  });
  request.on('end', () =>
    finish(held.length === 1 ? (held[0] as Buffer) : size === 0 ? NO_BYTES : Buffer.concat(held)),
  );
  request.on('error', () => finish(new Failure(400, 'PARSE_ERROR', 'The request ended before its body did.')));
}

function tooLarge(): Failure {
  return new Failure(413, 'PARSE_ERROR', `The body is too large; at most ${BODY_LIMIT} bytes are read.`);
}
