import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { OverlayEntry } from '@turnout/core';
import type { Served } from './served.ts';

export type Coding = 'br' | 'gzip';

/** Compressing less than this costs more than it saves. */
const LEAST_COMPRESSED = 1_024;
/** Moderate: a stronger one saves a few per cent of a ruleset and takes ten times as long. */
const BROTLI_QUALITY = 5;

const compressors = {
  gzip: promisify(gzip),
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      },
    }),
};

/** What clients are told of the entries: never who made them, nor why. */
export function showOverlay(served: Served): OverlayEntry[] {
  return served.overlay.map(({ kind, id, epoch, flag, at }) => ({ kind, id, epoch, flag, at }));
}

/** The bytes of one `Served`: serialised at the first call and compressed, off the thread, at the first that asks. */
export class RulesetBytes {
  /** `{ruleset, overlay, settled}` as JSON. */
  readonly plain: Buffer;
  /** How many of its first bytes stand before the list of settled ids. */
  readonly #headLength: number;
  readonly #settled: readonly string[];
  readonly #compressed = new Map<Coding, Promise<Buffer>>();

  constructor(served: Served) {
    const ruleset = JSON.stringify(served.base);
    const head = Buffer.from(`{"ruleset":${ruleset},"overlay":${JSON.stringify(showOverlay(served))},"settled":`);
    this.plain = Buffer.concat([head, Buffer.from(`${JSON.stringify(served.settled)}}`)]);
    this.#headLength = head.length;
    this.#settled = served.settled;
  }

  /** The same for one client, with more ids than everybody is told of. */
  withSettled(more: readonly string[]): Buffer {
    const tail = Buffer.from(`${JSON.stringify([...this.#settled, ...more])}}`);
    return Buffer.concat([this.plain.subarray(0, this.#headLength), tail]);
  }

  /** Undefined where the plain bytes are just as good. */
  compressed(coding: Coding): Promise<Buffer> | undefined {
    if (this.plain.length < LEAST_COMPRESSED) return undefined;
    let bytes = this.#compressed.get(coding);
    if (bytes === undefined) {
      bytes = compressors[coding](this.plain);
      this.#compressed.set(coding, bytes);
    }
    return bytes;
  }
}

// Follows the lifetime of what is served: the bytes go with it.
const bytesOfServed = new WeakMap<Served, RulesetBytes>();

export function rulesetBytes(served: Served): RulesetBytes {
  let bytes = bytesOfServed.get(served);
  if (bytes === undefined) {
    bytes = new RulesetBytes(served);
    bytesOfServed.set(served, bytes);
  }
  return bytes;
}

/** The coding to answer in, out of a request's Accept-Encoding; undefined for none. */
export function chooseCoding(accepted: string | undefined): Coding | undefined {
  if (accepted === undefined) return undefined;
  const allowed = new Set<string>();
  for (const one of accepted.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = one.split(';').map((part) => part.trim());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) allowed.add(coding);
  }
  return allowed.has('br') ? 'br' : allowed.has('gzip') ? 'gzip' : undefined;
}
