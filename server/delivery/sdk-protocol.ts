import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADERS } from '@turnout/core';
import type { KeyPrincipal, Principal } from '../access/principal.ts';
import { callerAddress, findCaller, type Gate, readBearer, requireServerKey } from '../access/raw-caller.ts';
import { asProblem } from '../platform/answer-problem.ts';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { pathOf, sendProblem } from '../platform/raw-answer.ts';
import { answerRuleset } from './answer-ruleset.ts';
import type { DeliveryCounts } from './delivery-metrics.ts';
import { answerNamed, type NamedAnswer, readNamed } from './named-entries.ts';
import type { StreamTimes } from './open-streams.ts';
import { retryOf } from './retry-spread.ts';
import type { HeldRulesets, Served } from './served.ts';
import type { StreamAdmission } from './stream-admission.ts';
import { StreamHub } from './stream-hub.ts';
import { readNames, type StreamWatcher, UNWATCHED } from './stream-watcher.ts';

/** What the server SDK protocol needs; `main.ts` builds it once. */
export interface SdkParts {
  gate: Gate;
  flags: HeldRulesets;
  /** Shared by all protocols of this node. */
  admission: StreamAdmission;
  /** `AccessList.onRevoked`: told of each key that may not be used any more. */
  onRevoked(listener: (principalId: string) => void): () => void;
  clock: Clock;
  /** How this node calls itself to its clients. */
  node: string;
  counts: DeliveryCounts;
  /** Told of what should not happen; the caller gets a 500 that says nothing of it. */
  onError(error: unknown): void;
  /** Told of each answer, for metrics. The route is a pattern, never an address. */
  onAnswer(route: string, status: number, tookMs: number): void;
  times?: StreamTimes;
  /** Who keeps account of running apps; nobody unless given. */
  watcher?: StreamWatcher;
}

const RULESET = '/sdk/v1/ruleset';
const STREAM = '/sdk/v1/stream';
const UNKNOWN = '/sdk/*';
const NOTHING: readonly string[] = [];

type Route = typeof RULESET | typeof STREAM;

/** One request that is being answered. A class, for closures would be made anew for each. */
class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route | undefined;
  readonly #parts: Pick<SdkParts, 'clock' | 'onAnswer'>;
  readonly #begun: number;

  constructor(
    parts: Pick<SdkParts, 'clock' | 'onAnswer'>,
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ) {
    this.#parts = parts;
    this.request = request;
    this.response = response;
    this.route = path === RULESET || path === STREAM ? path : undefined;
    this.#begun = parts.clock.monotonic();
  }

  /** How the route is called in records: a pattern, never an address. */
  get pattern(): string {
    return this.route ?? UNKNOWN;
  }

  done(status: number): void {
    this.#parts.onAnswer(this.pattern, status, this.#parts.clock.monotonic() - this.#begun);
  }
}

/**
 * The server SDK protocol on Node's raw requests: `GET /sdk/v1/ruleset` and `GET /sdk/v1/stream`. Where memory has all
 * that an answer needs it leaves in the same turn.
 */
export class SdkProtocol {
  readonly #parts: SdkParts;
  readonly #hub: StreamHub;
  readonly #watcher: StreamWatcher;
  #draining = false;

  constructor(parts: SdkParts) {
    this.#parts = parts;
    this.#hub = new StreamHub(parts);
    this.#watcher = parts.watcher ?? UNWATCHED;
  }

  /** Takes a request if it is one of this protocol; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request);
    if (!path.startsWith('/sdk/')) return false;
    this.#take(new Exchange(this.#parts, request, response, path));
    return true;
  }

  /** How many streams are open. */
  get streams(): number {
    return this.#hub.count;
  }

  /** How many streams an environment has: one that has any is not to be unloaded. */
  streamsOf(environmentId: number): number {
    return this.#hub.countOf(environmentId);
  }

  /** Opens no more streams and says goodbye to those that are open; resolves when they are gone. */
  drain(): Promise<void> {
    this.#draining = true;
    return this.#hub.drain();
  }

  /** Cuts every stream at once. */
  close(): void {
    this.#draining = true;
    this.#hub.close();
  }

  #take(exchange: Exchange): void {
    try {
      const { route, request } = exchange;
      if (route === undefined) throw new Problem('not_found', `There is ${RULESET} and ${STREAM}.`);
      if (request.method !== 'GET') throw new Problem('method_not_allowed', 'This is read with GET.');
      const secret = readBearer(request.headers);
      if (secret === undefined) throw new Problem('unauthorized', 'Send Authorization: Bearer <server key>.');
      const caller = findCaller(this.#parts.gate, request, secret);
      if (!(caller instanceof Promise)) this.#admit(exchange, caller);
      else caller.then((late) => this.#admit(exchange, late)).catch((error) => this.#fail(exchange, error));
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  #admit(exchange: Exchange, caller: Principal): void {
    const { gate, flags } = this.#parts;
    const { request, response } = exchange;
    // It may have gone while its key was looked up, and whoever has gone gives no place back.
    if (response.destroyed) return;
    const key = requireServerKey(gate, caller, request, `GET ${exchange.pattern}`);
    gate.used.note(key, callerAddress(request, gate.trustProxy), request.headers[HEADERS.sdk]?.toString());
    const ids = readNamed(request.headers[HEADERS.overlay]);
    const leave = exchange.route === STREAM ? this.#admitStream(exchange, key) : undefined;
    const served = flags.served(key.environmentId);
    if (served !== undefined && ids.length === 0) {
      this.#answer(exchange, key, { served, settled: NOTHING });
      return;
    }
    this.#load(key, ids)
      .then((named) => this.#answer(exchange, key, named))
      .catch((error) => {
        leave?.();
        this.#fail(exchange, error);
      });
  }

  /** Takes a place among the streams, given back when the connection is closed, or by what this answers. */
  #admitStream({ request, response }: Exchange, key: KeyPrincipal): () => void {
    const { admission, gate, counts } = this.#parts;
    const retryAfterSeconds = Math.ceil(retryOf(instanceOf(request)) / 1_000);
    if (this.#draining) throw goingDown(retryAfterSeconds);
    const address = callerAddress(request, gate.trustProxy);
    const leave = admission.admit({ keyKind: 'server', keyId: key.id, address });
    if (leave === undefined) {
      counts.refused();
      throw new Problem('busy', 'This node holds as many streams as it may; try again.', { retryAfterSeconds });
    }
    response.once('close', leave);
    return leave;
  }

  async #load(key: KeyPrincipal, ids: string[]): Promise<NamedAnswer> {
    const { flags } = this.#parts;
    const served: Served = flags.served(key.environmentId) ?? (await flags.load(key.environmentId));
    return answerNamed(flags, served, ids);
  }

  #answer(exchange: Exchange, key: KeyPrincipal, named: NamedAnswer): void {
    if (exchange.response.destroyed) return;
    if (exchange.route === STREAM) this.#openStream(exchange, key, named);
    else this.#sendRuleset(exchange, key, named);
  }

  #sendRuleset(exchange: Exchange, key: KeyPrincipal, { served, settled }: NamedAnswer): void {
    const ageMs = this.#parts.flags.ageMs(key.environmentId);
    const more = settled.length === 0 ? settled : settled.filter((id) => !served.settled.includes(id));
    const status = answerRuleset(exchange.request, exchange.response, { served, more, ageMs });
    this.#watcher.polled(key, readNames(exchange.request), status === 304 ? served : undefined);
    if (typeof status === 'number') exchange.done(status);
    else status.then((late) => exchange.done(late)).catch((error) => this.#fail(exchange, error));
  }

  #openStream(exchange: Exchange, key: KeyPrincipal, { served, settled }: NamedAnswer): void {
    const { request, response } = exchange;
    // While something was asked the key may have been revoked, or the node told to go down.
    if (this.#parts.gate.list.findKey(key.id) === undefined) {
      throw new Problem('unauthorized', 'This token or key was revoked.');
    }
    if (this.#draining) throw goingDown(1);
    const lastEventId = request.headers['last-event-id']?.toString();
    const watched = this.#watcher.opened(key, readNames(request), lastEventId);
    response.once('close', () => watched.closed());
    this.#hub.open(response, {
      receiptToken: watched.receiptToken,
      holder: { keyId: key.id, environmentId: key.environmentId },
      served,
      settled,
      lastEventId,
      retryMs: retryOf(instanceOf(request)),
    });
    exchange.done(200);
  }

  #fail(exchange: Exchange, error: unknown): void {
    const { response } = exchange;
    if (response.headersSent || response.destroyed) return;
    const problem = asProblem(error);
    sendProblem(response, problem, problem.code === 'method_not_allowed' ? { Allow: 'GET' } : {});
    if (problem.status === 500) this.#parts.onError(error);
    exchange.done(problem.status);
  }
}

function goingDown(retryAfterSeconds: number): Problem {
  return new Problem('unavailable', 'This node is going down; ask another.', { retryAfterSeconds });
}

/** What tells one process of clients from another; where a client does not say, its connection does. */
function instanceOf(request: IncomingMessage): string {
  const named = request.headers[HEADERS.instance]?.toString();
  return named ?? `${request.socket.remoteAddress} ${request.socket.remotePort}`;
}
