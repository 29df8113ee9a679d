import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADERS } from '@turnout/core';
import { rightsOf } from '../access/permissions.ts';
import type { KeyPrincipal, Principal } from '../access/principal.ts';
import { callerAddress, findCaller, type Gate, readBearer, refuseBrowser } from '../access/raw-caller.ts';
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
}

const RULESET = '/sdk/v1/ruleset';
const STREAM = '/sdk/v1/stream';
const UNKNOWN = '/sdk/*';

/** One request, and how to note its answer. */
interface Exchange {
  route: typeof RULESET | typeof STREAM;
  request: IncomingMessage;
  response: ServerResponse;
  done(status: number): void;
}

/**
 * The server SDK protocol on Node's raw requests: `GET /sdk/v1/ruleset` and `GET /sdk/v1/stream`. Where memory has all
 * that an answer needs it leaves in the same turn.
 */
export class SdkProtocol {
  readonly #parts: SdkParts;
  readonly #hub: StreamHub;
  #draining = false;

  constructor(parts: SdkParts) {
    this.#parts = parts;
    this.#hub = new StreamHub(parts);
  }

  /** Takes a request if it is one of this protocol; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request);
    if (!path.startsWith('/sdk/')) return false;
    const begun = this.#parts.clock.monotonic();
    const route = path === RULESET || path === STREAM ? path : undefined;
    const done = (status: number) =>
      this.#parts.onAnswer(route ?? UNKNOWN, status, this.#parts.clock.monotonic() - begun);
    if (route === undefined) {
      done(sendProblem(response, new Problem('not_found', `There is ${RULESET} and ${STREAM}.`)).status);
    } else if (request.method !== 'GET') {
      const problem = new Problem('method_not_allowed', 'This is read with GET.');
      done(sendProblem(response, problem, { Allow: 'GET' }).status);
    } else this.#take({ route, request, response, done });
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
    const fail = (error: unknown) => this.#fail(exchange, error);
    try {
      const secret = readBearer(exchange.request.headers);
      if (secret === undefined) throw new Problem('unauthorized', 'Send Authorization: Bearer <server key>.');
      const caller = findCaller(this.#parts.gate, exchange.request, secret);
      if (caller instanceof Promise) caller.then((late) => this.#admit(exchange, late)).catch(fail);
      else this.#admit(exchange, caller);
    } catch (error) {
      fail(error);
    }
  }

  #admit(exchange: Exchange, caller: Principal): void {
    const { gate, flags } = this.#parts;
    const { request } = exchange;
    const key = this.#checkKey(exchange, caller);
    gate.used.note(key, callerAddress(request, gate.trustProxy), request.headers[HEADERS.sdk]?.toString());
    const ids = readNamed(request.headers[HEADERS.overlay]);
    const leave = exchange.route === STREAM ? this.#admitStream(exchange, key) : undefined;
    const served = flags.served(key.environmentId);
    if (served !== undefined && ids.length === 0) this.#answer(exchange, key, { served, settled: [] });
    else {
      this.#load(key, ids)
        .then((named) => this.#answer(exchange, key, named))
        .catch((error) => {
          leave?.();
          this.#fail(exchange, error);
        });
    }
  }

  #checkKey({ request, route }: Exchange, caller: Principal): KeyPrincipal {
    const { gate } = this.#parts;
    if (caller.kind !== 'key' || !rightsOf(caller).has('ruleset')) {
      gate.events.note(caller, 'access.denied', `GET ${route}`);
      throw new Problem('forbidden', 'This needs the right "ruleset" (server keys have it).');
    }
    refuseBrowser(gate, caller, request, `GET ${route}`);
    return caller;
  }

  /** Takes a place among the streams, given back when the connection is closed, or by what this answers. */
  #admitStream({ request, response }: Exchange, key: KeyPrincipal): () => void {
    const { admission, gate, counts } = this.#parts;
    const retryAfterSeconds = Math.ceil(retryOf(instanceOf(request)) / 1_000);
    if (this.#draining)
      throw new Problem('unavailable', 'This node is going down; ask another.', { retryAfterSeconds });
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
    const { request, response, done } = exchange;
    if (response.destroyed) return;
    const { served, settled } = named;
    if (exchange.route === RULESET) {
      const shared = new Set(served.settled);
      const more = settled.filter((id) => !shared.has(id));
      answerRuleset(request, response, { served, more, ageMs: this.#parts.flags.ageMs(key.environmentId) }, done);
      return;
    }
    // While something was asked the key may have been revoked, or the node told to go down.
    if (this.#parts.gate.list.findKey(key.id) === undefined) {
      throw new Problem('unauthorized', 'This token or key was revoked.');
    }
    if (this.#draining)
      throw new Problem('unavailable', 'This node is going down; ask another.', { retryAfterSeconds: 1 });
    this.#hub.open(response, {
      holder: { keyId: key.id, environmentId: key.environmentId },
      served,
      settled,
      lastEventId: request.headers['last-event-id']?.toString(),
      retryMs: retryOf(instanceOf(request)),
    });
    done(200);
  }

  #fail({ response, done }: Exchange, error: unknown): void {
    if (response.headersSent || response.destroyed) return;
    const problem = sendProblem(response, error);
    if (problem.status === 500) this.#parts.onError(error);
    done(problem.status);
  }
}

/** What tells one process of clients from another; where a client does not say, its connection does. */
function instanceOf(request: IncomingMessage): string {
  const named = request.headers[HEADERS.instance]?.toString();
  return named ?? `${request.socket.remoteAddress} ${request.socket.remotePort}`;
}
