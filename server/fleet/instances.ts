import { randomBytes, timingSafeEqual } from 'node:crypto';
import { parsePosition, type Receipt } from '@turnout/core';
import type { KeyPrincipal } from '../access/principal.ts';
import type { HeldRulesets, Served } from '../delivery/served.ts';
import type { ClientNames, StreamWatcher, WatchedStream } from '../delivery/stream-watcher.ts';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { type Instance, isAtLeast, LISTED_MS, laterPosition, nameOf } from './instance.ts';
import {
  isReceiptToken,
  type ReceiptSigner,
  readReceiptToken,
  type TokenClaims,
  writeReceiptToken,
} from './receipt-token.ts';

export interface InstancesParts {
  clock: Clock;
  signer: ReceiptSigner;
  node: string;
  /** What this node serves, and what it has heard of. */
  rulesets: Pick<HeldRulesets, 'served' | 'heard'>;
  /** Whether another node was heard of within the last minute. */
  isNode(node: string): boolean;
  /** Told of an app that said something new of itself. */
  onMoved(instance: Instance): void;
  /** Told of an app that said goodbye. */
  onLeft(instance: Instance): void;
  most?: number;
}

interface Stream {
  claims: TokenClaims;
  token: Buffer;
  /** Where the client said it was when it came: a node that is behind it knows of nothing later. */
  claimed: string | undefined;
  isOpen: boolean;
}

/** More apps than that this node keeps no account of; it serves them all the same. */
const MOST_INSTANCES = 50_000;
/** A last receipt may overtake, or be overtaken by, the end of its stream. */
const GOODBYE_MS = 5_000;
const MOST_EPOCHS = 8;

/**
 * The apps that this node has heard of, in its memory: by the streams that they open, what they fetch, and the receipts
 * that they send. A receipt is believed only of a live stream, and never beyond what is served.
 */
export class Instances implements StreamWatcher {
  readonly #parts: InstancesParts;
  readonly #all = new Map<number, Map<string, Instance>>();
  readonly #streams = new Map<string, Stream>();
  /** Epochs that this node has served of an environment: a client may still be in one of those before. */
  readonly #epochs = new Map<number, string[]>();
  /** How often something that others should know of has changed. */
  readonly #moves = new Map<number, number>();
  #count = 0;

  constructor(parts: InstancesParts) {
    this.#parts = parts;
  }

  of(environmentId: number): Instance[] {
    return [...(this.#all.get(environmentId)?.values() ?? [])];
  }

  environments(): number[] {
    return [...this.#all.keys()];
  }

  /** Grows with everything that others should know of an environment's apps. */
  movesOf(environmentId: number): number {
    return this.#moves.get(environmentId) ?? 0;
  }

  opened(key: KeyPrincipal, names: ClientNames, claimed: string | undefined): WatchedStream {
    const { node, signer } = this.#parts;
    const instance = this.#contact(key, names);
    if (instance === undefined) return { receiptToken: undefined, closed: () => undefined };
    const id = randomBytes(12).toString('base64url');
    const claims = { node, stream: id, keyId: key.id, environmentId: key.environmentId, instance: instance.id };
    const receiptToken = writeReceiptToken(signer, claims);
    const stream: Stream = { claims, token: Buffer.from(receiptToken), claimed, isOpen: true };
    this.#streams.set(id, stream);
    this.#countStreams(instance, 1);
    instance.isElsewhere = false;
    return {
      receiptToken,
      closed: () => {
        stream.isOpen = false;
        setTimeout(() => this.#streams.delete(id), GOODBYE_MS).unref();
        this.#countStreams(instance, -1);
      },
    };
  }

  polled(key: KeyPrincipal, names: ClientNames, held: Served | undefined): void {
    const instance = this.#contact(key, names);
    if (instance === undefined) return;
    instance.polledAt = instance.lastSeen;
    // With a stream it says by receipts what it has put in force; without one the tag that it sends is all there is.
    if (held === undefined || instance.streams > 0) return;
    this.#move(instance, { position: held.position, overlays: held.overlay.map(({ id }) => id), unsupported: [] });
  }

  /** Takes a receipt. Throws 403 where its stream is not live, or it names a place that nobody can have been given. */
  receive(key: KeyPrincipal, names: ClientNames, token: string, receipt: Receipt): void {
    const stream = this.#findStream(key, names, token);
    if (stream === undefined || (!stream.isOpen && receipt.goodbye !== true)) throw noStream();
    const position = this.#checkPlace(key.environmentId, receipt.position, stream.claimed);
    const instance = this.#contact(key, names);
    if (instance === undefined) return;
    if (stream.claims.node !== this.#parts.node && instance.streams === 0) instance.isElsewhere = true;
    this.#move(instance, { ...receipt, position });
    if (receipt.goodbye) this.#leave(instance);
  }

  /** What this node serves has moved to this place. */
  noteServed({ environmentId, position }: Pick<Served, 'environmentId' | 'position'>): void {
    const epoch = parsePosition(position)?.epoch ?? '';
    const known = this.#epochs.get(environmentId) ?? [];
    if (known.includes(epoch)) return;
    this.#epochs.set(environmentId, [...known, epoch].slice(-MOST_EPOCHS));
  }

  /** Lets go of apps that were lost long ago. */
  sweep(listedMs = LISTED_MS): void {
    const before = this.#parts.clock.monotonic() - listedMs;
    for (const instances of this.#all.values()) {
      for (const instance of instances.values()) {
        if (instance.lastSeen <= before && instance.streams === 0) this.#remove(instance);
      }
    }
  }

  #findStream(key: KeyPrincipal, names: ClientNames, token: string): Stream | undefined {
    const { node, signer, isNode } = this.#parts;
    const named = readReceiptToken(token);
    if (named === undefined || names.instance === undefined) return undefined;
    if (named.node === node) {
      const stream = this.#streams.get(named.stream);
      const given = Buffer.from(token);
      if (stream === undefined || given.length !== stream.token.length) return undefined;
      const { keyId, environmentId, instance } = stream.claims;
      const isOwn = keyId === key.id && environmentId === key.environmentId && instance === names.instance;
      return isOwn && timingSafeEqual(given, stream.token) ? stream : undefined;
    }
    // A balancer may bring a receipt to another node than the stream's; that it was given there its signature says.
    const claims = { ...named, keyId: key.id, environmentId: key.environmentId, instance: names.instance };
    if (!isNode(named.node) || !isReceiptToken(signer, token, claims)) return undefined;
    return { claims, token: Buffer.alloc(0), claimed: undefined, isOpen: true };
  }

  /** Where the client is; null where that says nothing here. Throws 403 for a place that it cannot have been given. */
  #checkPlace(environmentId: number, position: string | null, claimed: string | undefined): string | null {
    if (position === null) return null;
    const { rulesets } = this.#parts;
    const known = [rulesets.served(environmentId)?.position, rulesets.heard(environmentId)];
    const isKnown = known.some((place) => place !== undefined && isAtLeast(place, position));
    if (isKnown) return position;
    // It came from a node that is ahead of this one, and said so when it came: it is heard of, and not believed yet.
    if (claimed !== undefined && isAtLeast(claimed, position)) return null;
    const epoch = parsePosition(position)?.epoch ?? '';
    const isOfNow = known.some((place) => place !== undefined && parsePosition(place)?.epoch === epoch);
    // A client may still be in an epoch that this node has left; nothing is waited for in one.
    if (!isOfNow && this.#epochs.get(environmentId)?.includes(epoch)) return position;
    throw new Problem('forbidden', 'This receipt names a position that this node has not served.');
  }

  #contact(key: KeyPrincipal, names: ClientNames): Instance | undefined {
    if (names.instance === undefined) return undefined;
    const { clock, node } = this.#parts;
    const now = clock.monotonic();
    const name = nameOf({ keyId: key.id, id: names.instance });
    const found = this.#all.get(key.environmentId)?.get(name);
    if (found !== undefined) {
      found.lastSeen = now;
      return found;
    }
    if (!this.#hasRoom()) return undefined;
    const { host, sdk } = names;
    const made: Instance = {
      ...{ id: names.instance, environmentId: key.environmentId, keyId: key.id, host, sdk },
      ...{ position: null, overlays: [], unsupported: [], firstSeen: now, lastSeen: now },
      ...{ streams: 0, streamsSince: now, isElsewhere: false, polledAt: undefined, node, nodeLives: true },
    };
    const instances = this.#all.get(key.environmentId) ?? new Map<string, Instance>();
    this.#all.set(key.environmentId, instances.set(name, made));
    this.#count++;
    this.#moved(made);
    return made;
  }

  #hasRoom(): boolean {
    const { most = MOST_INSTANCES } = this.#parts;
    if (this.#count >= most) this.sweep(LISTED_MS / 20);
    return this.#count < most;
  }

  #countStreams(instance: Instance, by: 1 | -1): void {
    const had = instance.streams > 0;
    instance.streams += by;
    if (had === instance.streams > 0) return;
    instance.streamsSince = this.#parts.clock.monotonic();
    this.#moved(instance);
  }

  #move(instance: Instance, said: Pick<Receipt, 'position' | 'overlays' | 'unsupported'>): void {
    const position = laterPosition(instance.position, said.position);
    const isSame =
      position === instance.position &&
      sameTexts(said.overlays, instance.overlays) &&
      sameTexts(said.unsupported, instance.unsupported);
    if (isSame) return;
    Object.assign(instance, { position, overlays: said.overlays, unsupported: said.unsupported });
    this.#moved(instance);
    this.#parts.onMoved(instance);
  }

  #leave(instance: Instance): void {
    this.#remove(instance);
    this.#moved(instance);
    this.#parts.onLeft(instance);
  }

  #remove(instance: Instance): void {
    const instances = this.#all.get(instance.environmentId);
    if (instances?.delete(nameOf(instance))) this.#count--;
    if (instances?.size === 0) this.#all.delete(instance.environmentId);
  }

  #moved({ environmentId }: Instance): void {
    this.#moves.set(environmentId, this.movesOf(environmentId) + 1);
  }
}

function noStream(): Problem {
  return new Problem(
    'forbidden',
    'This is no receipt of a stream that is open here. The first event of each stream brings the token for its receipts.',
  );
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}
