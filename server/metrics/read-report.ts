import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import type { Report } from '@turnout/core';
import { faultsOf } from '../access/field-faults.ts';
import { DEPTH_LIMIT } from '../platform/json-body.ts';
import { isTooDeep } from '../platform/json-depth.ts';
import { findJsonFault } from '../platform/json-fault.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { report } from './contract.ts';

/** What a whole batch of either kind may take, and some. */
const MOST_BYTES = 1_048_576;

/** Reads a report, plain or compressed by gzip, within bounds. Throws a problem that names the field. */
export async function readReport(request: IncomingMessage): Promise<Report> {
  const bytes = await readBytes(request);
  if (isTooDeep(bytes, DEPTH_LIMIT)) {
    throw new Problem('too_deep', `Arrays and objects may be nested ${DEPTH_LIMIT} deep at most.`);
  }
  const parsed = report.safeParse(parse(decode(bytes)));
  if (!parsed.success) throw invalid(faultsOf(parsed.error.issues).slice(0, 20));
  return parsed.data;
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding !== 'identity' && coding !== 'gzip') {
    throw new Problem('bad_media_type', 'Send the body as it is, or with Content-Encoding: gzip.');
  }
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) throw tooLarge();
  const stream = coding === 'gzip' ? request.pipe(createGunzip()) : request;
  // What is cut off while it is read must not leave the other half of the pipe waiting.
  if (stream !== request) request.on('error', (error) => stream.destroy(error));
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > MOST_BYTES) throw tooLarge();
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('bad_request', coding === 'gzip' ? 'The body is not gzip.' : 'The body ended too early.');
  }
  return Buffer.concat(pieces);
}

function tooLarge(): Problem {
  return new Problem('too_large', `A report may have ${MOST_BYTES} bytes at most, also when it is unpacked.`);
}

function decode(bytes: Buffer): string {
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
