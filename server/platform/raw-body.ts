import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parseJson } from './json-body.ts';
import { Problem } from './problem.ts';

/** What a body may be. */
export interface BodyBounds {
  /** How it is called in a problem, such as `A report`. */
  what: string;
  mostBytes: number;
  mayBeGzip?: boolean;
}

/** Reads the JSON of a raw request within bounds, unpacked where it may be packed. Throws a problem. */
export async function readRawJson(request: IncomingMessage, bounds: BodyBounds): Promise<unknown> {
  return parseJson(await readRawBytes(request, bounds)).value;
}

/** The same as it came, for whoever signed its bytes. */
export async function readRawBytes(request: IncomingMessage, bounds: BodyBounds): Promise<Buffer> {
  const { mostBytes, mayBeGzip = false } = bounds;
  const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const isPacked = coding === 'gzip' && mayBeGzip;
  if (!isPacked && coding !== 'identity') {
    const otherwise = mayBeGzip ? 'or with Content-Encoding: gzip' : 'without Content-Encoding';
    throw new Problem('bad_media_type', `Send the body as it is, ${otherwise}.`);
  }
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge(bounds);
  if (!isPacked) return gather(request, bounds, 'The body ended too early.');
  const unpacked = request.pipe(createGunzip());
  // What is cut off while it is read must not leave the other half of the pipe waiting.
  request.on('error', (error) => unpacked.destroy(error));
  try {
    return await gather(unpacked, bounds, 'The body is not gzip.');
  } finally {
    request.unpipe(unpacked);
    unpacked.destroy();
  }
}

function gather(stream: Readable, bounds: BodyBounds, broken: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let pieces: Buffer[] = [];
    let size = 0;
    stream.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= bounds.mostBytes) pieces.push(piece);
      else {
        pieces = [];
        reject(tooLarge(bounds));
      }
    });
    stream.on('end', () => resolve(Buffer.concat(pieces)));
    stream.on('error', () => reject(new Problem('bad_request', broken)));
  });
}

function tooLarge({ what, mostBytes, mayBeGzip }: BodyBounds): Problem {
  const packed = mayBeGzip ? ', also when it is unpacked' : '';
  return new Problem('too_large', `${what} may have ${mostBytes} bytes at most${packed}.`);
}
