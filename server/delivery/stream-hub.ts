import type { ServerResponse } from 'node:http';
import type { Hello } from '@turnout/core';
import type { Clock } from '../platform/clock.ts';
import { comparePosition } from './compare-position.ts';
import type { DeliveryCounts } from './delivery-metrics.ts';
import { EventStream, type StreamHolder } from './event-stream.ts';
import { OpenStreams, STREAM_TIMES, type StreamTimes } from './open-streams.ts';
import type { HeldRulesets, PatchFrame, Served, ServedStep } from './served.ts';
import { eventFrame, overlayFrame, patchFrame, resyncFrame, retryFrame, rulesetFrame } from './stream-frames.ts';

export interface HubParts {
  flags: HeldRulesets;
  clock: Clock;
  /** How this node calls itself to its clients. */
  node: string;
  /** Told of each key that may not be used any more. */
  onRevoked(listener: (keyId: string) => void): () => void;
  counts: DeliveryCounts;
  times?: StreamTimes;
}

/** How a client comes to its stream. */
export interface StreamOpening {
  holder: StreamHolder;
  served: Served;
  /** Of the ids that it named, those which the served base records. */
  settled: readonly string[];
  lastEventId: string | undefined;
  retryMs: number;
  /** The token by which receipts of this stream are known, where any are taken. */
  receiptToken?: string | undefined;
}

/** A client's stream, and where the ruleset is that it has been given. */
class SdkStream extends EventStream {
  readonly retryMs: number;
  /** Where the client is; patches are written only from here. Undefined before it was given anything. */
  position: string | undefined;
  /** True while the client is ahead of this node and gets no data. */
  ahead = false;
  /** True when something found no room. */
  missed = false;

  constructor(response: ServerResponse, opening: StreamOpening) {
    super(response, opening.holder);
    this.retryMs = opening.retryMs;
  }
}

/** Clients that are sent to fetch the ruleset come over a time that grows with their number, up to this. */
const MOST_SPREAD_MS = 4_000;
const DRAIN_MS = 2_000;

/**
 * Writes what this node serves to every open stream of the server SDK protocol. It keeps two promises: a patch is only
 * written to a stream that is where the patch begins, and the unsettled kills come before everything else, on every
 * connection and at every change.
 */
export class StreamHub {
  readonly #parts: HubParts;
  readonly #streams: OpenStreams<SdkStream>;
  readonly #hello: Hello;
  readonly #refreshing = new Set<number>();
  readonly #stops: (() => void)[];

  constructor(parts: HubParts) {
    this.#parts = parts;
    const times = parts.times ?? STREAM_TIMES;
    this.#hello = { heartbeatMs: times.beatMs, node: parts.node };
    this.#streams = new OpenStreams<SdkStream>({
      clock: parts.clock,
      times,
      beat: (stream, frames) => this.#beat(stream, frames),
      catchUp: (stream) => this.#catchUp(stream),
      revoked: eventFrame('revoked', {}),
      onStuck: () => parts.counts.stuck(),
    });
    this.#stops = [
      parts.flags.onServed((now, step) => this.#publish(now, step)),
      parts.onRevoked((keyId) => this.#streams.revoke(keyId)),
    ];
  }

  get count(): number {
    return this.#streams.count;
  }

  /** How many streams an environment has: one that has any is not to be unloaded. */
  countOf(environmentId: number): number {
    return this.#streams.of(environmentId).size;
  }

  /** Opens a stream: hello, the unsettled kills, then what leads from where the client is to what is served. */
  open(response: ServerResponse, opening: StreamOpening): void {
    const { served, settled, retryMs, lastEventId, receiptToken } = opening;
    const stream = new SdkStream(response, opening);
    response.once('close', this.#streams.add(stream));
    // How old what it is given now may be; later on the heartbeats say it.
    stream.open({ 'Turnout-Age-Ms': String(wholeAge(this.#parts.flags.ageMs(served.environmentId))) });
    stream.write(retryFrame(retryMs));
    stream.write(eventFrame('hello', receiptToken === undefined ? this.#hello : { ...this.#hello, receiptToken }));
    stream.write(overlayFrame(served, settled));
    this.#resume(stream, served, lastEventId);
  }

  /** Tells every client to come back elsewhere, each at its own time; resolves when they are gone. */
  async drain(): Promise<void> {
    this.#stop();
    await this.#streams.drain(({ retryMs }) => eventFrame('goodbye', { retryMs }), DRAIN_MS);
  }

  close(): void {
    this.#stop();
    this.#streams.close();
  }

  #stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #publish(served: Served, step: ServedStep): void {
    const streams = this.#streams.of(served.environmentId);
    if (streams.size === 0) return;
    if (step.overlayChanged) {
      const overlay = overlayFrame(served);
      for (const stream of streams) if (!stream.write(overlay)) stream.missed = true;
    }
    if (step.patches?.length === 0) return;
    for (const stream of streams) {
      if (stream.isFull) stream.missed = true;
      else if (stream.ahead) this.#resume(stream, served, stream.position);
      else this.#follow(stream, served, step.patches);
    }
  }

  /** Brings a stream from the client's position to what is served. */
  #resume(stream: SdkStream, served: Served, claimed: string | undefined): void {
    const whereabouts = comparePosition(claimed, served.position);
    stream.position = claimed;
    stream.ahead = whereabouts === 'ahead';
    if (whereabouts === 'ahead') this.#refresh(served.environmentId);
    else if (whereabouts === 'elsewhere') this.#sendWhole(stream, served);
    else if (whereabouts === 'older' && claimed !== undefined) {
      this.#follow(stream, served, this.#parts.flags.patchesFrom(served.environmentId, claimed));
    }
  }

  /** Writes those patches that begin where the stream is; where they do not lead to what is served, all of it. */
  #follow(stream: SdkStream, served: Served, patches: readonly PatchFrame[] | undefined): void {
    let written = 0;
    for (const patch of patches ?? []) {
      if (patch.from !== stream.position) continue;
      if (!stream.write(patchFrame(patch))) break;
      stream.position = patch.to;
      written++;
    }
    if (written > 0) this.#parts.counts.patches(written);
    if (stream.position === served.position) return;
    if (stream.isFull) stream.missed = true;
    else this.#sendWhole(stream, served);
  }

  #sendWhole(stream: SdkStream, served: Served): void {
    const ruleset = rulesetFrame(served);
    const spreadMs = Math.min(MOST_SPREAD_MS, this.countOf(served.environmentId));
    if (ruleset === undefined) this.#sendResync(stream, served, spreadMs);
    else if (stream.write(ruleset)) {
      stream.position = served.position;
      this.#parts.counts.whole('ruleset');
    }
  }

  #sendResync(stream: SdkStream, served: Served, spreadMs: number): void {
    if (!stream.write(resyncFrame(served, spreadMs))) return;
    stream.position = served.position;
    this.#parts.counts.whole('resync');
  }

  /** A slow reader has room again: whatever waited for it meanwhile has become one overlay and one resync. */
  #catchUp(stream: SdkStream): void {
    const served = this.#parts.flags.served(stream.environmentId);
    if (!stream.missed || served === undefined) return;
    stream.missed = false;
    this.#parts.counts.conflated();
    stream.write(overlayFrame(served));
    if (stream.ahead) this.#resume(stream, served, stream.position);
    else if (stream.position !== served.position) this.#sendResync(stream, served, 0);
  }

  #beat(stream: SdkStream, frames: Map<string, Buffer>): void {
    const { flags } = this.#parts;
    const { environmentId } = stream;
    const served = flags.served(environmentId);
    if (served === undefined) return;
    this.#catchUp(stream);
    const { ahead } = stream;
    if (ahead) this.#refresh(environmentId);
    const name = `${environmentId} ${ahead}`;
    let frame = frames.get(name);
    if (frame === undefined) {
      const { position, overlayHash } = served;
      const ageMs = wholeAge(flags.ageMs(environmentId));
      frame = eventFrame('heartbeat', { position, ageMs, overlayHash, ...(ahead ? { behind: true as const } : {}) });
      frames.set(name, frame);
    }
    stream.write(frame);
  }

  /** Reads the database once for all clients of an environment that are ahead of this node. */
  #refresh(environmentId: number): void {
    if (this.#refreshing.has(environmentId)) return;
    this.#refreshing.add(environmentId);
    const settle = () => {
      this.#refreshing.delete(environmentId);
    };
    // Where it moved, `onServed` has told; where the database is away, the next heartbeat asks again.
    this.#parts.flags.refresh(environmentId).then(settle, settle);
  }
}

/** Durations cross the wire as whole milliseconds; one that nobody knows is longer than any limit. */
export function wholeAge(ms: number): number {
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : Number.MAX_SAFE_INTEGER;
}
