import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import {
  type AllowedTarget,
  describeBadAddress,
  hostOf,
  isAllowedTarget,
  isPublicAddress,
  portOf,
} from './outbound-address.ts';
import { fewAtOnce, type Resolve, resolveBySystem } from './outbound-look-up.ts';

/** What is asked of somebody outside. Nothing is ever sent but these headers. */
export interface OutboundRequest {
  method: 'GET' | 'HEAD';
  url: string;
  headers?: Record<string, string>;
}

/** What somebody outside answered, whatever the status: a redirect is an answer too, and is not followed. */
export interface OutboundAnswer {
  status: number;
  /** For whoever asked to read; it is shown to nobody, for it may come from a place that only this machine can see. */
  body: Buffer;
}

export type OutboundFaultCode =
  | 'bad-address'
  | 'refused-address'
  | 'unknown-host'
  | 'unreachable'
  | 'too-late'
  | 'too-large'
  | 'unreadable';

/** Why there is no answer, in a sentence that names the host and nothing that was found there. */
export class OutboundFault extends Error {
  readonly code: OutboundFaultCode;

  constructor(code: OutboundFaultCode, message: string) {
    super(message);
    this.name = 'OutboundFault';
    this.code = code;
  }
}

/** The only way out of this process to addresses that people write down: probes, sources, sign-on. */
export interface Outbound {
  /** Throws an OutboundFault where there is no answer. */
  ask(request: OutboundRequest): Promise<OutboundAnswer>;
  /**
   * Why an address would be refused, as far as that is seen without looking its name up; undefined where nothing speaks
   * against it so far.
   */
  whyRefused(url: string): string | undefined;
}

export interface OutboundParts {
  /** OUTBOUND_ALLOW: what may be called though it is not public. */
  allowed: readonly AllowedTarget[];
  /** All addresses of a name; the system's unless given. */
  resolve?: Resolve;
  /** The whole call may take so long, from the look-up to the last byte; 5 s unless given. */
  withinMs?: number;
  mostBytes?: number;
  /** Told of each call, for metrics. */
  onDone?(outcome: OutboundFaultCode | 'answered'): void;
}

const WITHIN_MS = 5_000;
const MOST_BYTES = 1_048_576;

/**
 * Opens the outbound door. A name is resolved once, every address of it is checked, and the connection goes to one of
 * those that were checked: whoever answers the next look-up differently gains nothing.
 */
export function openOutbound(parts: OutboundParts): Outbound {
  const bounds = { withinMs: WITHIN_MS, mostBytes: MOST_BYTES, ...parts };
  const resolve = fewAtOnce(parts.resolve ?? resolveBySystem);
  return {
    whyRefused: (url) => whyRefused(url, parts.allowed),
    async ask(request) {
      try {
        const answer = await askWithin(request, { ...bounds, resolve });
        parts.onDone?.('answered');
        return answer;
      } catch (error) {
        if (error instanceof OutboundFault) parts.onDone?.(error.code);
        throw error;
      }
    },
  };
}

async function askWithin(
  request: OutboundRequest,
  { allowed, resolve, withinMs, mostBytes }: Required<Omit<OutboundParts, 'onDone'>>,
): Promise<OutboundAnswer> {
  const bad = describeBadAddress(request.url);
  if (bad !== undefined) throw new OutboundFault('bad-address', `This is not ${bad}.`);
  const url = new URL(request.url);
  const host = hostOf(url);
  const limit = AbortSignal.timeout(withinMs);
  const late = () => new OutboundFault('too-late', `${host} did not answer within ${withinMs / 1_000} s.`);
  const addresses = await beforeLate(findAddresses(host, resolve), limit, late);
  refuseInside(addresses, { host, port: portOf(url) }, allowed);
  try {
    return await send(request, url, addresses, limit, mostBytes);
  } catch (error) {
    throw limit.aborted ? late() : asFault(host, error);
  }
}

/** A literal is its own address: the system would not be asked for it, and so it would go unchecked. */
async function findAddresses(host: string, resolve: Resolve): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const found = await resolve(host).catch(() => []);
  if (found.length === 0) throw new OutboundFault('unknown-host', `${host} has no address.`);
  return found;
}

function refuseInside(addresses: readonly string[], target: AllowedTarget, allowed: readonly AllowedTarget[]): void {
  const isOpen = (address: string) => isPublicAddress(address) || isAllowedTarget(allowed, target, address);
  if (!addresses.every(isOpen)) throw new OutboundFault('refused-address', sayRefused(target));
}

function sayRefused({ host, port }: AllowedTarget): string {
  const named = host.includes(':') ? `[${host}]` : host;
  return `${host} is at an address that is not public. Who runs this server can allow it: OUTBOUND_ALLOW=${named}:${port}`;
}

/** What is written as an address, and the one name that is the same everywhere; other names say nothing by themselves. */
function whyRefused(text: string, allowed: readonly AllowedTarget[]): string | undefined {
  if (describeBadAddress(text) !== undefined) return undefined;
  const url = new URL(text);
  const target = { host: hostOf(url), port: portOf(url) };
  const address = /(^|\.)localhost$/.test(target.host) ? '127.0.0.1' : target.host;
  if (isIP(address) === 0 || isPublicAddress(address) || isAllowedTarget(allowed, target, address)) return undefined;
  return sayRefused(target);
}

function send(
  { method, headers }: OutboundRequest,
  url: URL,
  addresses: readonly string[],
  signal: AbortSignal,
  mostBytes: number,
): Promise<OutboundAnswer> {
  const request = url.protocol === 'https:' ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method,
      signal,
      lookup: lookUpIn(addresses),
      // A connection of its own: one that is kept would go to an address that was checked for another call.
      agent: false,
      headers: { 'user-agent': 'Turnout', 'accept-encoding': 'identity', ...headers },
    });
    call.on('error', reject);
    call.on('response', (response) => gather(response, mostBytes).then(resolve, reject));
    call.end();
  });
}

/** Answers what was checked before, and asks nobody. */
function lookUpIn(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, answer) => {
    const [first = { address: '', family: 0 }] = found;
    if (options.all) answer(null, found);
    else answer(null, first.address, first.family);
  };
}

async function gather(response: IncomingMessage, mostBytes: number): Promise<OutboundAnswer> {
  const coding = response.headers['content-encoding'] ?? 'identity';
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > mostBytes) throw new OutboundFault('too-large', `The answer has more than ${mostBytes} bytes.`);
      pieces.push(piece);
    }
  } finally {
    response.destroy();
  }
  // What is packed may unpack to anything; nobody was asked for it.
  if (coding !== 'identity') throw new OutboundFault('unreadable', 'The answer is packed, which was not asked for.');
  return { status: response.statusCode ?? 0, body: Buffer.concat(pieces) };
}

/** Waits no longer than the whole call may take; a look-up cannot be called off. */
async function beforeLate<T>(promise: Promise<T>, limit: AbortSignal, late: () => OutboundFault): Promise<T> {
  promise.catch(() => undefined);
  let stop = () => {};
  const isLate = new Promise<never>((_resolve, reject) => {
    const refuse = () => reject(late());
    if (limit.aborted) refuse();
    limit.addEventListener('abort', refuse);
    stop = () => limit.removeEventListener('abort', refuse);
  });
  try {
    return await Promise.race([promise, isLate]);
  } finally {
    stop();
  }
}

/** What went wrong, in words of our own: an error's text may hold what was read there. */
function asFault(host: string, error: unknown): OutboundFault {
  if (error instanceof OutboundFault) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('HPE_')) return new OutboundFault('unreadable', `${host} does not answer in HTTP.`);
  if (/CERT|TLS|SSL|ISSUER|SIGNED/.test(code)) {
    return new OutboundFault('unreachable', `${host} shows a certificate that is not good for it (${code}).`);
  }
  return new OutboundFault('unreachable', `${host} cannot be reached${code === '' ? '' : ` (${code})`}.`);
}
