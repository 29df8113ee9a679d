import type { ServerResponse } from 'node:http';
import { EventStream, type StreamHolder } from '../delivery/event-stream.ts';
import { OpenStreams, type StreamTimes } from '../delivery/open-streams.ts';
import type { Served, ServedStep } from '../delivery/served.ts';
import type { Clock } from '../platform/clock.ts';
import { countTooOld } from './answer-flags.ts';
import { nameState } from './newer-flags.ts';
import { refetchSpread, ValuesStory, valuesFrame } from './values-story.ts';

/** What a stream begins with. */
export interface ValuesBegin {
  holder: StreamHolder;
  /** What is served at this very moment. */
  served: Served;
  /** All values of who asks, by key; undefined where they have them. */
  values: { flags: ReadonlyMap<string, string>; tag: string } | undefined;
  /** Of the kills that they hold, those that are recorded. */
  settled: readonly string[];
  /** When they are to come back should they lose this stream. */
  retryMs: number;
  /** What lets the page read it. */
  headers: Record<string, string>;
}

export interface ValuesStreamsParts {
  flags: { served(environmentId: number): Served | undefined; ageMs(environmentId: number): number };
  clock: Clock;
  times: StreamTimes;
  /** Told when a reader was cut off because it took nothing. */
  onStuck(): void;
}

/** Pages hold client keys. */
export const SIGHT = 'client';
const COMMENT = Buffer.from(':\n\n');

class ValuesStream extends EventStream {
  readonly retryMs: number;
  /** The state that its client was told of last. */
  told = '';
  /** How many of the flags' ages had been passed when its client was told last. */
  tooOld: number;

  constructor(response: ServerResponse, { holder, retryMs }: ValuesBegin, tooOld: number) {
    super(response, holder);
    this.retryMs = retryMs;
    this.tooOld = tooOld;
  }
}

/**
 * The streams of clients that have values and no rules. Each begins with the values of who asks. From there on a step is
 * told to all of them by one frame: with the values that are the same for everybody, so that a kill is in force without
 * a request, and for the rest with the time over which they are to ask again.
 */
export class ValuesStreams {
  readonly #parts: ValuesStreamsParts;
  readonly #streams: OpenStreams<ValuesStream>;
  readonly #stories = new Map<number, ValuesStory>();

  constructor(parts: ValuesStreamsParts) {
    this.#parts = parts;
    this.#streams = new OpenStreams<ValuesStream>({
      clock: parts.clock,
      times: parts.times,
      beat: (stream) => this.#beat(stream),
      catchUp: (stream) => this.#catchUp(stream),
      revoked: valuesFrame('revoked', {}),
      onStuck: () => parts.onStuck(),
    });
  }

  get count(): number {
    return this.#streams.count;
  }

  countOf(environmentId: number): number {
    return this.#streams.of(environmentId).size;
  }

  /** Begins a stream on a response. */
  open(response: ServerResponse, begin: ValuesBegin): void {
    const { served, headers } = begin;
    const stream = new ValuesStream(response, begin, this.#tooOld(served));
    response.once('close', this.#streams.add(stream));
    stream.open(headers);
    stream.write(this.#first(begin, this.#parts.times.beatMs));
    stream.told = nameState(served);
  }

  /** Answers with what a stream would begin with, and ends. */
  answer(response: ServerResponse, begin: ValuesBegin): void {
    const stream = new EventStream(response, begin.holder);
    stream.open(begin.headers);
    stream.end(this.#first(begin));
  }

  publish(now: Served, { before }: Pick<ServedStep, 'before'>): void {
    const { environmentId } = now;
    const streams = this.#streams.of(environmentId);
    if (streams.size === 0) {
      this.#stories.delete(environmentId);
      return;
    }
    const frame = this.#story(environmentId).step(before, now, streams.size);
    if (frame === undefined) return;
    for (const stream of streams) {
      // Whoever has no room now is told of the newest state alone, once there is room again.
      if (stream.write(frame)) stream.told = nameState(now);
    }
  }

  revoke(keyId: string): void {
    this.#streams.revoke(keyId);
  }

  /** Says goodbye to all; resolves when they are gone, and cuts those that are not by then. */
  drain(mostMs: number): Promise<void> {
    return this.#streams.drain(({ retryMs }) => valuesFrame('goodbye', { retryMs }), mostMs);
  }

  close(): void {
    this.#streams.close();
  }

  #first({ served, values, settled, retryMs }: ValuesBegin, beatMs?: number): Buffer {
    // Nobody knows an age that has no end, and JSON has no such number.
    const ageMs = Math.min(Number.MAX_SAFE_INTEGER, Math.round(this.#parts.flags.ageMs(served.environmentId)));
    const more = { ageMs, retryMs, ...(beatMs === undefined ? {} : { beatMs }) };
    const story = this.#story(served.environmentId);
    if (values === undefined) return story.frame(served, { settled, more });
    return story.frame(served, { flags: values.flags, settled, more: { ...more, tag: values.tag } });
  }

  #story(environmentId: number): ValuesStory {
    let story = this.#stories.get(environmentId);
    if (story === undefined) {
      story = new ValuesStory(SIGHT);
      this.#stories.set(environmentId, story);
    }
    return story;
  }

  #catchUp(stream: ValuesStream): void {
    const served = this.#parts.flags.served(stream.environmentId);
    if (served === undefined || stream.told === nameState(served)) return;
    if (stream.write(this.#story(stream.environmentId).askAgain(served, 0))) stream.told = nameState(served);
  }

  /** Flags grow old without a step, and some are off from then on. */
  #beat(stream: ValuesStream): void {
    const served = this.#parts.flags.served(stream.environmentId);
    const tooOld = served === undefined ? stream.tooOld : this.#tooOld(served);
    if (served === undefined || tooOld === stream.tooOld) {
      stream.write(COMMENT);
      return;
    }
    stream.tooOld = tooOld;
    const spreadMs = refetchSpread(this.countOf(stream.environmentId));
    stream.write(this.#story(stream.environmentId).askAgain(served, spreadMs));
  }

  #tooOld(served: Served): number {
    return countTooOld(served, SIGHT, this.#parts.flags.ageMs(served.environmentId));
  }
}
