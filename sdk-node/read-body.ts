import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** More than the largest ruleset with all that comes beside it; what is larger is no ruleset. */
const LARGEST_BODY = 64 * 1024 * 1024;

/**
 * The whole body as text, unpacked. Rejects when it is cut, broken, too large or packed in another way: then the rest is
 * its owner's to end.
 */
export function readBody(response: IncomingMessage, largest = LARGEST_BODY): Promise<string> {
  return new Promise((resolve, reject) => {
    const encoding = response.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity' && encoding !== 'gzip') {
      reject(new Error(`the answer is packed as ${encoding}, which was not asked for`));
      return;
    }
    // `pipe` tells the next stream of an end, but not of a failure.
    response.on('error', reject);
    const source: Readable = encoding === 'gzip' ? response.pipe(createGunzip()) : response;
    const pieces: Buffer[] = [];
    let size = 0;
    source.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= largest) {
        pieces.push(piece);
        return;
      }
      reject(new Error(`the answer is larger than ${largest} bytes`));
      source.destroy();
    });
    source.on('error', reject);
    source.on('end', () => {
      if (response.complete) resolve(Buffer.concat(pieces).toString('utf8'));
      else reject(new Error('the answer was cut'));
    });
    response.on('close', () => {
      if (!response.complete) reject(new Error('the answer was cut'));
    });
  });
}
