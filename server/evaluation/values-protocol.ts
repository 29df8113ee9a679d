import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '@turnout/core';
import { faultsOf } from '../access/field-faults.ts';
import { callerNetwork } from '../access/raw-caller.ts';
import { answerNamed, type NamedAnswer, unknownAmong } from '../delivery/named-entries.ts';
import type { StreamTimes } from '../delivery/open-streams.ts';
import { retryOf } from '../delivery/retry-spread.ts';
import type { HeldRulesets, Served } from '../delivery/served.ts';
import type { StreamAdmission } from '../delivery/stream-admission.ts';
import type { Limits } from '../platform/admission.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { evaluateItems, type Ground, valuesTag } from './answer-flags.ts';
import type { ContextTokens } from './context-tokens.ts';
import type { EvaluationCounts } from './evaluation-counts.ts';
import { loadFlags } from './load-flags.ts';
import { NewerFlags, nameState } from './newer-flags.ts';
import { PageDoor, type PageDoorParts } from './page-door.ts';
import { isSender, type Sender } from './sender.ts';
import { type AskedValues, askedValues } from './values-contract.ts';
import { ValuesStreams } from './values-streams.ts';

/** What streams of values need; `protocols.ts` builds it once. */
export interface ValuesProtocolParts extends PageDoorParts {
  flags: HeldRulesets;
  counts: EvaluationCounts;
  contexts: Pick<ContextTokens, 'contextOf'>;
  /** The latest position that the doorbell named for an environment. */
  heard(environmentId: number): string | undefined;
  limits: Pick<Limits, 'CLIENT_REQUESTS' | 'NEWER_WAITERS'>;
  /** Shared by all protocols of this node. */
  admission: StreamAdmission;
  /** `AccessList.onRevoked`: told of each key that may not be used any more. */
  onRevoked(listener: (principalId: string) => void): () => void;
  /** Told when a reader was cut off because it took nothing. */
  onStuck(): void;
  times?: StreamTimes;
}

export const VALUES = '/client/v1/values';
const ROUTE = {
  ...{ path: VALUES, one: 'A question', many: 'Questions' },
  forApps: 'Apps get what they evaluate by from /sdk/v1/stream, and evaluate at /ofrep/v1/evaluate/flags.',
};
/** A comment this often keeps proxies from taking a quiet stream for a dead one. */
const TIMES: StreamTimes = { beatMs: 10_000, stuckMs: 20_000 };
const DRAIN_MS = 2_000;
/** A client that knows of newer flags waits this long for them. */
const WAIT_MS = 250;
/** A key of pages is public, and ids are easily made up: the database is asked for those of so many pages at once. */
const MOST_ASKING = 8;
/** When whoever finds no place for a stream is to come back. */
const NO_PLACE_MS = 4_000;

/**
 * `POST /client/v1/values`: the values of one context, and then, on the same answer, what changes in them. It says which
 * state the client is at and which kills it holds: it is never answered with anything older, and told which of the kills
 * are settled.
 */
export class ValuesProtocol {
  readonly #parts: ValuesProtocolParts;
  readonly #door: PageDoor;
  readonly #newer: NewerFlags;
  readonly #streams: ValuesStreams;
  readonly #stops: (() => void)[];
  #draining = false;
  /** For how many the database is being asked. */
  #asking = 0;

  constructor(parts: ValuesProtocolParts) {
    const { flags, heard, limits, clock, times = TIMES } = parts;
    this.#parts = parts;
    this.#door = new PageDoor(parts, ROUTE);
    this.#newer = new NewerFlags(flags, heard, { waitMs: WAIT_MS, waiters: limits.NEWER_WAITERS });
    this.#streams = new ValuesStreams({ flags, clock, times, onStuck: () => parts.onStuck() });
    this.#stops = [
      flags.onServed((now, step) => this.#streams.publish(now, step)),
      parts.onRevoked((keyId) => this.#streams.revoke(keyId)),
    ];
  }

  /** Takes a request if it is one for this path; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#door.handle(request, response, () => this.#take(request, response));
  }

  /** How many streams are open. */
  get streams(): number {
    return this.#streams.count;
  }

  /** How many streams an environment has: one that has any is not to be unloaded. */
  streamsOf(environmentId: number): number {
    return this.#streams.countOf(environmentId);
  }

  /** Opens no more streams and ends those that are open; their clients come back by themselves, each at its own time. */
  async drain(): Promise<void> {
    this.#stop();
    await this.#streams.drain(DRAIN_MS);
  }

  close(): void {
    this.#stop();
    this.#streams.close();
  }

  #stop(): void {
    this.#draining = true;
    this.#newer.close();
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<number> {
    const { key, body } = await this.#door.read(request);
    if (!isSender(key)) throw new Problem('forbidden', 'This is for client keys.');
    const asked = readAsked(body);
    const context = await this.#parts.contexts.contextOf(key, asked.contextToken, asked.context);
    const found = await this.#find(key.environmentId, asked);
    // Meanwhile the client may have gone, the key been revoked, or the node told to go down.
    if (response.destroyed) return 200;
    if (this.#draining) throw new Problem('unavailable', 'This node is going down; ask another one.');
    if (this.#parts.gate.list.findKey(key.id) === undefined) {
      throw new Problem('unauthorized', 'The key was revoked.');
    }
    this.#begin(request, response, key, asked, context, found);
    return 200;
  }

  /** What is served, no older than what the client is at, and which of its kills that records. */
  async #find(environmentId: number, { from, held }: AskedValues): Promise<NamedAnswer> {
    const { flags, onError } = this.#parts;
    let served: Served = flags.served(environmentId) ?? (await loadFlags(flags, environmentId, onError));
    if (from && this.#newer.lacks(served, from)) {
      served = await this.#newer.next(environmentId, from).catch((error: Error) => {
        throw new Problem('unavailable', error.message, { retryAfterSeconds: 1 });
      });
    }
    return this.#settle(served, held);
  }

  /** Whoever is not told holds its kills on, and asks again with the next fetch. */
  async #settle(served: Served, held: readonly string[]): Promise<NamedAnswer> {
    const { flags } = this.#parts;
    const unknown = new Set(unknownAmong(served, held));
    if (unknown.size === 0) return answerNamed(flags, served, held);
    if (this.#asking >= MOST_ASKING) {
      return answerNamed(
        flags,
        served,
        held.filter((id) => !unknown.has(id)),
      );
    }
    this.#asking += 1;
    try {
      return await answerNamed(flags, served, held);
    } finally {
      this.#asking -= 1;
    }
  }

  #begin(
    request: IncomingMessage,
    response: ServerResponse,
    key: Sender,
    { from, tag, isOnce }: AskedValues,
    context: Context,
    { served, settled }: NamedAnswer,
  ): void {
    const { flags, counts, gate, admission } = this.#parts;
    const { environmentId } = key;
    const ground: Ground = {
      ...{ served, sender: key, claims: undefined },
      ...{ ageMs: flags.ageMs(environmentId), counts: counts.of(key) },
    };
    const now = valuesTag(ground, context);
    const isKnown = tag === now && from === nameState(served);
    const begin = {
      ...{ served, settled, holder: { keyId: key.id, environmentId }, headers: this.#door.headers(request) },
      values: isKnown ? undefined : { flags: evaluateItems(ground, context), tag: now },
    };
    const address = callerNetwork(request, gate.trustProxy);
    const leave = isOnce ? undefined : admission.admit({ keyKind: key.keyKind, keyId: key.id, address });
    if (leave === undefined) {
      // Where there is no place for a stream the values come all the same.
      this.#streams.answer(response, { ...begin, retryMs: isOnce ? 0 : NO_PLACE_MS });
      return;
    }
    response.once('close', leave);
    this.#streams.open(response, { ...begin, retryMs: retryFor(request) });
  }
}

function readAsked(body: unknown): AskedValues {
  const parsed = askedValues.safeParse(body);
  if (!parsed.success) throw invalid(faultsOf(parsed.error.issues).slice(0, 20));
  return parsed.data;
}

/** A browser has no name of its own; its socket tells it from the others. */
function retryFor({ socket }: IncomingMessage): number {
  return retryOf(`${socket.remoteAddress} ${socket.remotePort}`);
}
