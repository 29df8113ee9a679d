import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '@turnout/core';
import { callerNetwork, type Gate } from '../access/raw-caller.ts';
import type { Served } from '../delivery/served.ts';
import type { Limits } from '../platform/admission.ts';
import type { Clock } from '../platform/clock.ts';
import { answerAll, answerOne, answerUnchanged, bulkTag, type Ground, namesTag } from './answer-flags.ts';
import { type Call, isOfrep, readCall } from './call.ts';
import type { ContextTokens } from './context-tokens.ts';
import { KnownOrigins } from './cross-origin.ts';
import type { EvaluationCounts } from './evaluation-counts.ts';
import { type Answer, asFailure, Failure } from './failure.ts';
import { loadFlags } from './load-flags.ts';
import { NewerFlags, type ServedFlags } from './newer-flags.ts';
import { readContext } from './question.ts';
import { bodyLimit, readBody } from './read-body.ts';
import { RequestRate } from './request-rate.ts';
import { findSender, type Sender } from './sender.ts';
import { layClaims } from './signed-claims.ts';
import { type StreamSigner, tokenSlot, writeStreamToken } from './stream-token.ts';

/** The flags of every environment as this node holds them; nothing here asks the database while it can answer. */
export interface NodeFlags extends ServedFlags {
  load(environmentId: number): Promise<Served>;
  ageMs(environmentId: number): number;
}

/** What OFREP needs; `main.ts` builds it once. */
export interface OfrepParts {
  gate: Gate;
  flags: NodeFlags;
  counts: EvaluationCounts;
  /** The latest position that the doorbell named for an environment. */
  heard(environmentId: number): string | undefined;
  secrets: StreamSigner;
  /** Whom the tokens of client keys with signed contexts speak of. */
  contexts: Pick<ContextTokens, 'claimsOf'>;
  clock: Clock;
  limits: Pick<Limits, 'CLIENT_REQUESTS' | 'NEWER_WAITERS'>;
  /** What callers must write before the addresses of this server: the path of PUBLIC_URL, without a slash at its end. */
  publicPath?: string;
  /** How long a client that knows of newer flags waits for them, where a quarter of a second is not right. */
  waitMs?: number;
  /** Told of what should not happen; the caller gets a 500 that says nothing of it. */
  onError(error: unknown): void;
  /** Told of each answer, for metrics. The route is a pattern, never an address. */
  onAnswer(route: string, status: number, tookMs: number): void;
}

/** A client that knows of newer flags waits this long for them. */
const WAIT_MS = 250;

const ROUTES = {
  one: '/ofrep/v1/evaluate/flags/{key}',
  all: '/ofrep/v1/evaluate/flags',
  stream: '/ofrep/v1/stream',
  unknown: '/ofrep/*',
} as const;

type Send = (answer: Answer) => void;
/** Who asks, and for whom by a token's word; no claims where contexts are open. */
type Asker = Pick<Ground, 'sender' | 'claims'>;

/**
 * OFREP 0.3.0 on the raw requests of Node: it stands before hono, whose reading of a body alone costs more than
 * everything here (docs/decisions/0006).
 */
export class Ofrep {
  readonly #parts: OfrepParts;
  readonly #newer: NewerFlags;
  readonly #rate: RequestRate;
  readonly #origins: KnownOrigins;
  /** The stream address of each key in the present token slot. */
  #addresses = new Map<string, string>();
  #slot = -1;

  constructor(parts: OfrepParts) {
    this.#parts = parts;
    const { waitMs = WAIT_MS, limits } = parts;
    this.#newer = new NewerFlags(parts.flags, parts.heard, { waitMs, waiters: limits.NEWER_WAITERS });
    this.#rate = new RequestRate(limits.CLIENT_REQUESTS);
    this.#origins = new KnownOrigins(() => parts.gate.list.listOrigins(), parts.clock);
  }

  /** Takes a request if it is one for OFREP, but for its event stream; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const address = request.url ?? '';
    if (!isOfrep(address)) return false;
    const call = readCall(address);
    if (call.kind === 'stream' && request.method === 'GET') return false;
    const begun = this.#parts.clock.monotonic();
    const send = (answer: Answer) => {
      this.#send(request, response, answer);
      this.#parts.onAnswer(ROUTES[call.kind], answer.status, this.#parts.clock.monotonic() - begun);
    };
    try {
      this.#take(call, request, send);
    } catch (error) {
      send(this.#failed(error, call));
    }
    return true;
  }

  /** Sends everybody away who waits for newer flags. */
  close(): void {
    this.#newer.close();
  }

  #take(call: Call, request: IncomingMessage, send: Send): void {
    if (request.method === 'OPTIONS') {
      send({ status: 204, headers: this.#origins.preflightHeaders(request.headers.origin), body: undefined });
      return;
    }
    if (call.kind === 'unknown') {
      throw new Failure(404, 'GENERAL', 'OFREP has no such address here; see /ofrep/v1/evaluate/flags.');
    }
    if (call.kind === 'stream') throw new Failure(405, 'GENERAL', 'The event stream is opened with GET.');
    if (request.method !== 'POST') throw new Failure(405, 'GENERAL', 'Flags are evaluated with POST.');
    const sender = findSender(this.#parts.gate, request, ROUTES[call.kind]);
    if (sender instanceof Promise) {
      const fail = (error: unknown) => send(this.#failed(error, call));
      sender.then((found) => this.#readAndAnswer(call, found, request, send)).catch(fail);
    } else this.#readAndAnswer(call, sender, request, send);
  }

  #readAndAnswer(call: Call, sender: Sender, request: IncomingMessage, send: Send): void {
    this.#admit(sender, request);
    readBody(request, bodyLimit(sender.keyKind), (body) => {
      try {
        if (body instanceof Failure) throw body;
        const answer = this.#answer(call, sender, request, body);
        if (answer instanceof Promise) answer.catch((error) => this.#failed(error, call)).then(send);
        else send(answer);
      } catch (error) {
        send(this.#failed(error, call));
      }
    });
  }

  #admit(sender: Sender, request: IncomingMessage): void {
    if (sender.keyKind !== 'client') return;
    const caller = `${sender.id} ${callerNetwork(request, this.#parts.gate.trustProxy)}`;
    if (!this.#rate.admit(caller, this.#parts.clock.monotonic())) {
      throw new Failure(429, 'GENERAL', 'Too many requests with this client key from this address; ask again.', 1);
    }
  }

  /**
   * At once in all cases but three: a context token that was not seen before, flags that are not in memory yet, and a
   * client that knows of newer ones.
   */
  #answer(call: Call, sender: Sender, request: IncomingMessage, body: Buffer): Answer | Promise<Answer> {
    const claims = this.#parts.contexts.claimsOf(sender, request.headers['turnout-context']?.toString());
    if (!(claims instanceof Promise)) return this.#answerFor(call, { sender, claims }, request, body);
    return claims.then((found) => this.#answerFor(call, { sender, claims: found }, request, body));
  }

  #answerFor(call: Call, asker: Asker, request: IncomingMessage, body: Buffer): Answer | Promise<Answer> {
    const { sender } = asker;
    const served = this.#parts.flags.served(sender.environmentId);
    if (served === undefined) {
      const { flags, onError } = this.#parts;
      return loadFlags(flags, sender.environmentId, onError).then((loaded) =>
        this.#evaluate(call, this.#ground(loaded, asker), request, body),
      );
    }
    const wanted = call.kind === 'all' && call.query !== '' ? newerState(call.query) : undefined;
    if (wanted !== undefined && this.#newer.lacks(served, wanted)) {
      const next = this.#newer.next(sender.environmentId, wanted);
      return next.then((newer) => this.#evaluate(call, this.#ground(newer, asker), request, body));
    }
    return this.#evaluate(call, this.#ground(served, asker), request, body);
  }

  #ground(served: Served, { sender, claims }: Asker): Ground {
    const { flags, counts } = this.#parts;
    return { served, sender, claims, ageMs: flags.ageMs(sender.environmentId), counts: counts.of(sender) };
  }

  #evaluate(call: Call, ground: Ground, request: IncomingMessage, body: Buffer): Answer {
    if (call.kind === 'one') return answerOne(ground, call.key, contextOf(ground, body));
    const slot = tokenSlot(this.#parts.clock.now().getTime());
    const tag = bulkTag(ground, body, slot);
    if (namesTag(request.headers['if-none-match'], tag)) return answerUnchanged(ground, tag);
    return answerAll(ground, contextOf(ground, body), tag, this.#streamAddress(ground.sender, slot));
  }

  #streamAddress(sender: Sender, slot: number): string {
    if (slot !== this.#slot) {
      this.#slot = slot;
      this.#addresses = new Map();
    }
    let address = this.#addresses.get(sender.id);
    if (address === undefined) {
      const { publicPath = '' } = this.#parts;
      address = `${publicPath}${ROUTES.stream}?token=${writeStreamToken(this.#parts.secrets, sender, slot)}`;
      this.#addresses.set(sender.id, address);
    }
    return address;
  }

  #failed(error: unknown, call: Call): Answer {
    const failure = asFailure(error);
    if (failure.status === 500) this.#parts.onError(error);
    return failure.toAnswer(call.kind === 'one' ? call.key : '');
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    if (response.headersSent || response.destroyed) return;
    const { origin } = request.headers;
    const headers: Record<string, string | number> = {
      ...(origin === undefined || answer.status === 204 ? {} : this.#origins.answerHeaders(origin)),
      ...answer.headers,
      Vary: 'Authorization, X-API-Key, Origin',
      'Cache-Control': 'private, no-cache',
    };
    if (answer.body !== undefined) headers['Content-Length'] = Buffer.byteLength(answer.body);
    if (answer.status === 405) headers.Allow = 'POST, OPTIONS';
    if (answer.status === 413) headers.Connection = 'close';
    response.writeHead(answer.status, headers);
    response.end(answer.body);
  }
}

/** What is evaluated: what the request says itself, and before that what its token does where contexts are signed. */
function contextOf({ sender, claims }: Ground, body: Buffer): Context {
  const given = readContext(body, sender.keyKind);
  return sender.context === undefined || claims === undefined ? given : layClaims(sender.context, claims, given);
}

function newerState(query: string): string | undefined {
  return new URLSearchParams(query).get('flagConfigEtag') ?? undefined;
}
