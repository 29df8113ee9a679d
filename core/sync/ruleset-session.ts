import type { Compiled } from '../evaluate/compile.ts';
import { type Position, parsePosition } from '../model/position.ts';
import { Connection } from './connection.ts';
import type { Opening } from './connection-parts.ts';
import { type Fetched, RulesetFetch, readAge } from './fetch-ruleset.ts';
import { isUnknownKill } from './held-entries.ts';
import { HeldRuleset } from './held-ruleset.ts';
import { overlayHash } from './overlay.ts';
import type { StreamRequest } from './ports.ts';
import { isSnapshot } from './read-event.ts';
import { Receipts } from './receipts.ts';
import { Resync } from './resync.ts';
import type { SessionParts, SessionSource, SessionStart, SessionState } from './session.ts';
import { HEADERS, type OverlayEntry, type OverlayEvent, type Snapshot, type StreamEvent } from './wire.ts';

const PATH = '/sdk/v1/stream';
/** Clients that miss the same patch do not fetch in the same moment. */
const GAP_SPREAD_MS = 500;
/** Entries that the stream's node does not know are asked about this often. */
const ASK_AGAIN_MS = 60_000;

type DataOf<N extends StreamEvent['event']> = Extract<StreamEvent, { event: N }>['data'];

/** What is known of the stream that is open. */
interface Stream {
  askedAt: number;
  /** The age that its node stated in the head, and when it last had seen Postgres by that. */
  ageMs: number | undefined;
  seenAt: number;
  /** The epoch in which its node and the base were together last. */
  epoch?: string;
  /** The whole set of its node, as it said last. */
  announced: readonly OverlayEntry[];
}

/**
 * Follows the ruleset of an environment: over a stream, by fetches while there is none, from whichever node answers. At
 * every step the base is what history says at its place. Of several epochs the one that Postgres was seen in last is
 * taken (`EpochOrder` says how that is known), and a kill that was seen stays until a base names it as settled.
 */
export class RulesetSession {
  readonly #parts: SessionParts;
  readonly #held: HeldRuleset;
  readonly #fetch: RulesetFetch;
  readonly #resync: Resync;
  readonly #connection: Connection;
  readonly #receipts: Receipts;
  #stream: Stream | undefined;
  #source: SessionSource = 'defaults';
  #isReady = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: SessionParts, start?: SessionStart) {
    this.#parts = parts;
    // What it starts from is no change: its owner gave it.
    this.#held = new HeldRuleset((change) => {
      if (this.state === 'idle') return;
      this.#tell(() => parts.onChange?.(change));
      this.#receipts.applied(false);
    });
    this.#receipts = new Receipts({
      ports: parts.ports,
      now: () => parts.now(),
      headers: parts.headers,
      held: () => ({ position: this.position, overlay: this.overlay, compiled: this.compiled }),
      date: parts.date,
    });
    this.#fetch = new RulesetFetch(parts, this.#held);
    this.#resync = new Resync({
      ports: parts.ports,
      fetch: () => this.#fetchWhole(),
      hasReached: (at) => this.#held.hasReached(at),
      onElsewhere: () => this.#connection.drop(),
    });
    this.#connection = new Connection({
      ports: parts.ports,
      now: () => parts.now(),
      request: () => this.#request(),
      onOpen: (opening) => this.#open(opening),
      onHello: ({ receiptToken }) => receiptToken !== undefined && this.#receipts.open(receiptToken),
      onEvent: (event) => this.#take(event),
      onDown: () => this.#down(),
      poll: () => this.#fetchWhole(),
      onState: (state) => this.#tell(() => parts.onState?.(state)),
      onProblem: (code, message) => this.#tell(() => parts.onProblem?.(code, message)),
    });
    if (start !== undefined && isSnapshot(start.snapshot)) this.#startFrom(start);
  }

  /** The base with the kills laid on; undefined while there is no ruleset. */
  get compiled(): Compiled | undefined {
    return this.#held.compiled;
  }

  /** `epoch.revision` of the base. */
  get position(): string | undefined {
    return this.#held.position;
  }

  get source(): SessionSource {
    return this.#source;
  }

  get state(): SessionState {
    return this.#connection.state;
  }

  /** What a cache is to hold, or a relay to forward: the base, and beside it the kills that lie over it and have a name. */
  snapshot(): Snapshot | undefined {
    return this.#held.snapshot();
  }

  /** The kills that lie over the base. */
  get overlay(): readonly OverlayEntry[] {
    return this.#held.entries;
  }

  /** How old the base may be; infinite where nobody knows. */
  ageMs(): number {
    return this.#held.ageMs(this.#parts.now());
  }

  begin(): void {
    this.#connection.begin();
  }

  /**
   * After this nothing is asked and nobody is told anything but the node of the open stream, which hears a last word:
   * resolves when it has. What is held can still be evaluated.
   */
  async end(): Promise<void> {
    if (this.state === 'closed') return;
    const goodbye = this.#receipts.goodbye();
    this.#fetch.end();
    this.#resync.clear();
    this.#connection.end();
    await goodbye;
  }

  #startFrom({ snapshot, ageMs, source }: SessionStart): void {
    const confirmedAt = ageMs !== undefined && ageMs >= 0 ? this.#parts.now() - ageMs : Number.NEGATIVE_INFINITY;
    this.#source = source;
    this.#held.start(snapshot, confirmedAt, source === 'file');
  }

  #request(): StreamRequest {
    const headers: Record<string, string> = { ...this.#parts.headers, accept: 'text/event-stream' };
    const names = this.#held.names();
    if (names !== '') headers[HEADERS.overlay] = names;
    if (this.#held.position !== undefined) headers['last-event-id'] = this.#held.position;
    this.#askedAt = this.#parts.now();
    return { path: PATH, headers };
  }

  #open({ askedAt, headers }: Opening): void {
    const ageMs = readAge(headers);
    const seenAt = this.#parts.now() - (ageMs ?? Number.POSITIVE_INFINITY);
    this.#stream = { askedAt, ageMs, seenAt, announced: [] };
  }

  #down(): void {
    this.#stream = undefined;
    this.#resync.clear();
    this.#receipts.close();
  }

  async #fetchWhole(): Promise<Fetched> {
    this.#askedAt = this.#parts.now();
    const fetched = await this.#fetch.run();
    const { state } = this;
    if (fetched.kind === 'good' && state !== 'closed') {
      if (fetched.offered === 'taken' || (fetched.confirmed && state !== 'stream')) this.#source = 'snapshot';
      if (fetched.confirmed) this.#ready();
    }
    return fetched;
  }

  #take(event: StreamEvent): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    if (event.event === 'overlay') this.#takeOverlay(stream, event.data);
    else if (event.event === 'ruleset') this.#takeWhole(stream, event.data);
    else if (event.event === 'patch') this.#takePatch(stream, event.data);
    else if (event.event === 'resync') this.#want(event.data.position, event.data.spreadMs);
    else if (event.event === 'heartbeat') this.#takeHeartbeat(stream, event.data);
  }

  #takeOverlay(stream: Stream, data: OverlayEvent): void {
    stream.announced = data.overlay;
    this.#held.announce(data);
    this.#confirm(stream, data.position, stream.seenAt, this.#parts.now());
  }

  #takeWhole(stream: Stream, data: Snapshot): void {
    const { epoch } = data.ruleset;
    const before = this.#held.base?.epoch;
    const isNext = before !== undefined && stream.epoch === before;
    const now = this.#parts.now();
    const after = stream.askedAt - (stream.ageMs ?? 0);
    const seen = { after, before: now, isStated: stream.ageMs !== undefined };
    if (this.#held.offer(data, seen, isNext) === 'refused') {
      this.#connection.drop();
      return;
    }
    this.#together(stream);
    this.#confirm(stream, `${epoch}.${data.ruleset.revision}`, stream.seenAt, now);
  }

  #takePatch(stream: Stream, data: DataOf<'patch'>): void {
    const patched = this.#held.patch(data, this.#parts.now());
    if (patched === 'gap') this.#want(data.to, data.urgent ? 0 : GAP_SPREAD_MS);
    else if (patched === 'taken') {
      this.#together(stream);
      this.#source = 'stream';
      this.#ready();
      if (data.urgent) this.#receipts.applied(true);
    }
  }

  #takeHeartbeat(stream: Stream, data: DataOf<'heartbeat'>): void {
    if (data.overlayHash !== overlayHash(stream.announced)) {
      // A change of its overlay did not come here. A new stream begins with the whole set.
      this.#connection.drop();
      return;
    }
    const seenAt = this.#parts.now() - data.ageMs;
    this.#confirm(stream, data.position, seenAt, seenAt);
    const at = parsePosition(data.position) as Position;
    if (this.#held.base?.epoch === at.epoch) this.#connection.steady();
    this.#want(data.position, GAP_SPREAD_MS);
    this.#askAgain(stream);
  }

  #confirm(stream: Stream, position: string, confirmedAt: number, seenBy: number): void {
    if (!this.#held.confirm(position, confirmedAt, seenBy)) return;
    this.#together(stream);
    this.#source = 'stream';
    this.#ready();
  }

  #together(stream: Stream): void {
    const epoch = this.#held.base?.epoch;
    if (epoch !== undefined) stream.epoch = epoch;
  }

  #want(position: string, spreadMs: number): void {
    const at = parsePosition(position);
    if (at !== undefined) this.#resync.want(at, spreadMs);
  }

  /** What another node announced and this one does not may have been settled long ago; whoever is asked by name knows. */
  #askAgain(stream: Stream): void {
    if (this.#parts.now() - this.#askedAt < ASK_AGAIN_MS) return;
    const announced = new Set(stream.announced.map(({ id }) => id));
    if (this.#held.entries.some((entry) => !announced.has(entry.id) && !isUnknownKill(entry))) void this.#fetchWhole();
  }

  #ready(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#tell(() => this.#parts.onReady?.());
  }

  /** What an owner throws is the owner's; the session goes on. */
  #tell(call: () => void): void {
    try {
      call();
    } catch {}
  }
}
