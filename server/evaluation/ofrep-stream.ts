import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeFrame } from '@turnout/core';
import { callerNetwork, type Gate } from '../access/raw-caller.ts';
import { EventStream } from '../delivery/event-stream.ts';
import { OpenStreams, type StreamTimes } from '../delivery/open-streams.ts';
import { retryOf } from '../delivery/retry-spread.ts';
import type { HeldRulesets, Served } from '../delivery/served.ts';
import type { StreamAdmission } from '../delivery/stream-admission.ts';
import type { Clock } from '../platform/clock.ts';
import { type Call, isOfrep, readCall } from './call.ts';
import { KnownOrigins } from './cross-origin.ts';
import { asFailure, Failure } from './failure.ts';
import { loadFlags } from './load-flags.ts';
import { nameState } from './newer-flags.ts';
import { isSender, refuseOrigin, type Sender } from './sender.ts';
import { readStreamToken, type StreamSigner } from './stream-token.ts';

/** What the event stream of OFREP needs; `main.ts` builds it once. */
export interface OfrepStreamParts {
  gate: Gate;
  flags: Pick<HeldRulesets, 'served' | 'load' | 'onServed'>;
  secrets: StreamSigner;
  clock: Clock;
  /** Shared by all protocols of this node. */
  admission: StreamAdmission;
  /** `AccessList.onRevoked`: told of each key that may not be used any more. */
  onRevoked(listener: (principalId: string) => void): () => void;
  onError(error: unknown): void;
  onAnswer(route: string, status: number, tookMs: number): void;
  /** Told when a reader was cut off because it took nothing. */
  onStuck(): void;
  times?: StreamTimes;
}

const ROUTE = '/ofrep/v1/stream';
/** A comment this often keeps proxies from taking a quiet stream for a dead one. */
const TIMES: StreamTimes = { beatMs: 10_000, stuckMs: 20_000 };
const DRAIN_MS = 2_000;
const COMMENT = Buffer.from(':\n\n');

class RefetchStream extends EventStream {
  /** The state that the client was told of last. */
  told = '';
}

/**
 * The event stream of OFREP: it says that flags have changed, never which or how, and the client asks again. Its only
 * event names the state of the flags, which is also its id, so that whoever comes back hears at once what was missed.
 */
export class OfrepStream {
  readonly #parts: OfrepStreamParts;
  readonly #origins: KnownOrigins;
  readonly #streams: OpenStreams<RefetchStream>;
  readonly #stops: (() => void)[];
  /** The frame of each state, made once for all streams. */
  readonly #frames = new WeakMap<Served, Buffer>();
  #draining = false;

  constructor(parts: OfrepStreamParts) {
    this.#parts = parts;
    this.#origins = new KnownOrigins(() => parts.gate.list.listOrigins(), parts.clock);
    const { clock, flags, times = TIMES } = parts;
    this.#streams = new OpenStreams<RefetchStream>({
      clock,
      times,
      beat: (stream) => stream.write(COMMENT),
      catchUp: (stream) => this.#tell(stream, flags.served(stream.environmentId)),
      revoked: undefined,
      onStuck: () => parts.onStuck(),
    });
    this.#stops = [
      flags.onServed((now) => this.#publish(now)),
      parts.onRevoked((keyId) => this.#streams.revoke(keyId)),
    ];
  }

  /** Takes a request if it opens the event stream; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const address = request.url ?? '';
    if (request.method !== 'GET' || !isOfrep(address)) return false;
    const call = readCall(address);
    if (call.kind !== 'stream') return false;
    const begun = this.#parts.clock.monotonic();
    const done = (status: number) => this.#parts.onAnswer(ROUTE, status, this.#parts.clock.monotonic() - begun);
    this.#take(call, request, response).then(
      () => done(200),
      (error) => done(this.#fail(request, response, error)),
    );
    return true;
  }

  /** How many streams are open. */
  get streams(): number {
    return this.#streams.count;
  }

  /** How many streams an environment has: one that has any is not to be unloaded. */
  streamsOf(environmentId: number): number {
    return this.#streams.of(environmentId).size;
  }

  /** Opens no more streams and ends those that are open; their clients come back by themselves, each at its own time. */
  async drain(): Promise<void> {
    this.#stop();
    await this.#streams.drain(() => undefined, DRAIN_MS);
  }

  close(): void {
    this.#stop();
    this.#streams.close();
  }

  #stop(): void {
    this.#draining = true;
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #take(call: Call & { kind: 'stream' }, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URLSearchParams(call.query);
    const sender = await this.#findSender(query.get('token') ?? '');
    refuseOrigin(sender, request.headers.origin);
    // It may have gone while its key was looked up, and whoever has gone gives no place back.
    if (response.destroyed) return;
    const leave = this.#admit(sender, request);
    response.once('close', leave);
    try {
      const { flags, onError } = this.#parts;
      const served = flags.served(sender.environmentId) ?? (await loadFlags(flags, sender.environmentId, onError));
      // While something was loaded the client may have gone, the key been revoked, or the node told to go down.
      if (response.destroyed) return;
      if (this.#draining || !this.#isLive(sender)) throw goingDown();
      this.#open(request, response, sender, served);
    } catch (error) {
      leave();
      throw error;
    }
  }

  #isLive(sender: Sender): boolean {
    return this.#parts.gate.list.findKey(sender.id) !== undefined;
  }

  /** The token says whose stream it is; the access list says whether that key may still be used. */
  async #findSender(text: string): Promise<Sender> {
    const { gate, secrets, clock } = this.#parts;
    const token = readStreamToken(secrets, text, clock.now().getTime());
    if (token === 'expired')
      throw new Failure(401, 'GENERAL', 'This address has expired; evaluate again for a new one.');
    if (token === 'invalid') {
      throw new Failure(401, 'GENERAL', 'The token is not right; take the address from eventStreams of a bulk answer.');
    }
    if (gate.list.findKey(token.keyId) === undefined) await gate.list.lookAgain();
    const key = gate.list.findKey(token.keyId);
    if (key === undefined || !isSender(key) || key.environmentId !== token.environmentId) {
      throw new Failure(401, 'GENERAL', 'The key of this stream was revoked.');
    }
    return key;
  }

  #admit(sender: Sender, request: IncomingMessage): () => void {
    const { admission, gate } = this.#parts;
    if (this.#draining) throw goingDown();
    const address = callerNetwork(request, gate.trustProxy);
    const leave = admission.admit({ keyKind: sender.keyKind, keyId: sender.id, address });
    if (leave === undefined) throw new Failure(503, 'GENERAL', 'Too many streams are open; try again.', 4);
    return leave;
  }

  #open(request: IncomingMessage, response: ServerResponse, sender: Sender, served: Served): void {
    const stream = new RefetchStream(response, { keyId: sender.id, environmentId: sender.environmentId });
    const { headers } = request;
    response.once('close', this.#streams.add(stream));
    stream.open(this.#origins.answerHeaders(headers.origin));
    const state = nameState(served);
    const lastState = headers['last-event-id']?.toString() ?? '';
    // An id without data is no event: it only tells the client where it is.
    stream.write(Buffer.from(`retry: ${retryFor(request)}\nid: ${state}\n\n`));
    if (lastState === '' || lastState === state) stream.told = state;
    else this.#tell(stream, served);
  }

  #publish(served: Served): void {
    for (const stream of this.#streams.of(served.environmentId)) this.#tell(stream, served);
  }

  /** A reader without room hears of the newest state alone, once it has room again. */
  #tell(stream: RefetchStream, served: Served | undefined): void {
    if (served === undefined || stream.told === nameState(served)) return;
    if (stream.write(this.#frame(served))) stream.told = nameState(served);
  }

  #frame(served: Served): Buffer {
    let frame = this.#frames.get(served);
    if (frame === undefined) {
      const etag = nameState(served);
      const lastModified = Math.floor(this.#parts.clock.now().getTime() / 1_000);
      const data = JSON.stringify({ type: 'refetchEvaluation', etag, lastModified });
      frame = Buffer.from(writeFrame({ event: 'message', id: etag, data }));
      this.#frames.set(served, frame);
    }
    return frame;
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): number {
    const failure = asFailure(error);
    if (failure.status === 500) this.#parts.onError(error);
    const answer = failure.toAnswer('');
    if (response.headersSent || response.destroyed) return answer.status;
    response.writeHead(answer.status, {
      ...this.#origins.answerHeaders(request.headers.origin),
      ...answer.headers,
      Vary: 'Authorization, X-API-Key, Origin',
      'Cache-Control': 'private, no-cache',
    });
    response.end(answer.body);
    return answer.status;
  }
}

/** A browser has no name of its own; its socket tells it from the others. */
function retryFor({ socket }: IncomingMessage): number {
  return retryOf(`${socket.remoteAddress} ${socket.remotePort}`);
}

function goingDown(): Failure {
  return new Failure(503, 'GENERAL', 'This node is going down; ask another one.', 1);
}
