import type { ServerResponse } from 'node:http';
import { EventStream, type StreamHolder } from '../delivery/event-stream.ts';
import { OpenStreams, type StreamTimes } from '../delivery/open-streams.ts';
import type { Served, ServedStep } from '../delivery/served.ts';
import type { Clock } from '../platform/clock.ts';
import { countTooOld } from './answer-flags.ts';
import { nameState } from './newer-flags.ts';
import { ValuesStory, valuesFrame } from './values-story.ts';
import type { Sight } from './written-flags.ts';

/** Who asks for a stream of values, and where its client is. */
export interface ValuesAsker {
  holder: StreamHolder;
  sight: Sight;
  /** The state of the flags whose values the client has; empty where it has none. */
  state: string;
  /** When it is to come back should it lose this stream. */
  retryMs: number;
}

export interface ValuesStreamsParts {
  flags: { served(environmentId: number): Served | undefined; ageMs(environmentId: number): number };
  clock: Clock;
  times: StreamTimes;
  /** How this node calls itself to its clients. */
  node: string;
  onStuck(): void;
}

const COMMENT = Buffer.from(':\n\n');

class ValuesStream extends EventStream {
  readonly sight: Sight;
  readonly retryMs: number;
  /** The state that its client was told of last. */
  told = '';
  /** How many of the flags' ages had been passed when its client was told last. */
  tooOld: number;

  constructor(response: ServerResponse, { holder, sight, retryMs }: ValuesAsker, tooOld: number) {
    super(response, holder);
    this.sight = sight;
    this.retryMs = retryMs;
    this.tooOld = tooOld;
  }
}

/**
 * The streams of clients that have values and no rules. A step is told to all of them by one frame: with the values
 * that are the same for everybody, so that a kill is in force without a request, and for the rest with the time over
 * which they are to fetch.
 */
export class ValuesStreams {
  readonly #parts: ValuesStreamsParts;
  readonly #streams: OpenStreams<ValuesStream>;
  readonly #stories = new Map<number, Map<Sight, ValuesStory>>();

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

  /** Begins a stream on a response: hello, then what leads from where the client is to what is served. */
  open(response: ServerResponse, asker: ValuesAsker, served: Served, headers: Record<string, string>): void {
    const { times, node } = this.#parts;
    const stream = new ValuesStream(response, asker, this.#tooOld(served, asker.sight));
    response.once('close', this.#streams.add(stream));
    stream.open(headers);
    stream.write(Buffer.from(`retry: ${asker.retryMs}\n\n`));
    stream.write(valuesFrame('hello', { heartbeatMs: times.beatMs, node }));
    const story = this.#story(served.environmentId, asker.sight);
    const frames = story.begin(served, asker.state, this.countOf(served.environmentId));
    // Where not all of them find room, the client is not told of this state yet.
    if (frames.every((frame) => stream.write(frame))) stream.told = nameState(served);
  }

  publish(now: Served, { before }: Pick<ServedStep, 'before'>): void {
    const { environmentId } = now;
    const streams = this.#streams.of(environmentId);
    // Nobody is there who could go on from what was told, so it is forgotten.
    if (streams.size === 0) this.#stories.delete(environmentId);
    const frames = new Map<Sight, Buffer | undefined>();
    for (const stream of streams) {
      if (!frames.has(stream.sight)) {
        const story = this.#story(environmentId, stream.sight);
        frames.set(stream.sight, story.step(before, now, streams.size));
      }
      const frame = frames.get(stream.sight);
      // Whoever has no room now is told of the newest state alone, once there is room again.
      if (frame !== undefined && stream.write(frame)) stream.told = nameState(now);
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

  #story(environmentId: number, sight: Sight): ValuesStory {
    let stories = this.#stories.get(environmentId);
    if (stories === undefined) {
      stories = new Map();
      this.#stories.set(environmentId, stories);
    }
    let story = stories.get(sight);
    if (story === undefined) {
      story = new ValuesStory(sight);
      stories.set(sight, story);
    }
    return story;
  }

  #catchUp(stream: ValuesStream): void {
    const served = this.#parts.flags.served(stream.environmentId);
    if (served === undefined || stream.told === nameState(served)) return;
    const frame = this.#story(stream.environmentId, stream.sight).fetchAll(served, 0);
    if (stream.write(frame)) stream.told = nameState(served);
  }

  /** Flags grow old without a step, and some are off from then on. */
  #beat(stream: ValuesStream): void {
    const served = this.#parts.flags.served(stream.environmentId);
    const tooOld = served === undefined ? stream.tooOld : this.#tooOld(served, stream.sight);
    if (served === undefined || tooOld === stream.tooOld) {
      stream.write(COMMENT);
      return;
    }
    stream.tooOld = tooOld;
    const story = this.#story(stream.environmentId, stream.sight);
    stream.write(story.aged(served, this.countOf(stream.environmentId)));
  }

  #tooOld(served: Served, sight: Sight): number {
    return countTooOld(served, sight, this.#parts.flags.ageMs(served.environmentId));
  }
}
