import type { Clock } from '../platform/clock.ts';
import type { EventStream } from './event-stream.ts';

export interface StreamTimes {
  /** Each stream hears something this often. */
  beatMs: number;
  /** A reader that takes no byte for so long is cut off. */
  stuckMs: number;
}

export const STREAM_TIMES: StreamTimes = { beatMs: 4_000, stuckMs: 20_000 };

export interface OpenStreamsParts<S extends EventStream> {
  clock: Clock;
  times: StreamTimes;
  /** Writes a stream's regular sign of life. `frames` lives for one turn of the timer: frames of equal content are made once. */
  beat(stream: S, frames: Map<string, Buffer>): void;
  /** Brings a reader that had no room to the newest state. */
  catchUp(stream: S): void;
  /** The last word of a stream whose key was revoked or has expired. */
  revoked: Buffer | undefined;
  /** Told when a reader was cut off because it took nothing. */
  onStuck(): void;
}

/** One timer serves all streams, a part of them at each turn: thousands of frames at once would delay a flip. */
const TURNS = 8;

/** The open streams of one protocol: by environment for what is served, by key for revocations, by turn for beats. */
export class OpenStreams<S extends EventStream> {
  readonly #parts: OpenStreamsParts<S>;
  readonly #byEnvironment = new Map<number, Set<S>>();
  readonly #byKey = new Map<string, Set<S>>();
  readonly #turns: Set<S>[] = Array.from({ length: TURNS }, () => new Set());
  readonly #timer: NodeJS.Timeout;
  readonly #whenEmpty = new Set<() => void>();
  #turn = 0;
  #count = 0;

  constructor(parts: OpenStreamsParts<S>) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#beat(), parts.times.beatMs / TURNS);
    this.#timer.unref();
  }

  get count(): number {
    return this.#count;
  }

  /** The streams of an environment. A stream that is ended while one goes through them is no harm. */
  of(environmentId: number): ReadonlySet<S> {
    return this.#byEnvironment.get(environmentId) ?? NONE;
  }

  /** Takes a stream in; answers how to let it go once its connection is closed. */
  add(stream: S): () => void {
    stream.onRoom = () => this.#parts.catchUp(stream);
    const turn = this.#turns[this.#count++ % TURNS] as Set<S>;
    put(this.#byEnvironment, stream.environmentId, stream);
    put(this.#byKey, stream.keyId, stream);
    turn.add(stream);
    return () => {
      if (!turn.delete(stream)) return;
      take(this.#byEnvironment, stream.environmentId, stream);
      take(this.#byKey, stream.keyId, stream);
      if (--this.#count === 0) for (const resolve of this.#whenEmpty) resolve();
    };
  }

  /** Ends every stream of a key that may not be used any more. */
  revoke(keyId: string): void {
    for (const stream of [...(this.#byKey.get(keyId) ?? [])]) stream.end(this.#parts.revoked);
  }

  /** Says goodbye to all; resolves when they are gone, and cuts those that are not by then. */
  async drain(lastWord: (stream: S) => Buffer | undefined, mostMs: number): Promise<void> {
    clearInterval(this.#timer);
    for (const stream of this.#all()) stream.end(lastWord(stream));
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      this.#whenEmpty.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.close();
  }

  /** Cuts all of them at once. */
  close(): void {
    clearInterval(this.#timer);
    for (const stream of this.#all()) stream.cut();
  }

  #all(): S[] {
    return this.#turns.flatMap((turn) => [...turn]);
  }

  #beat(): void {
    const { clock, times, beat, onStuck } = this.#parts;
    this.#turn = (this.#turn + 1) % TURNS;
    const now = clock.monotonic();
    const frames = new Map<string, Buffer>();
    for (const stream of this.#turns[this.#turn] as Set<S>) {
      if (stream.isStuck(now, times.stuckMs)) {
        onStuck();
        stream.cut();
      } else if (!stream.isFull) beat(stream, frames);
    }
  }
}

const NONE: ReadonlySet<never> = new Set();

function put<K, S>(map: Map<K, Set<S>>, key: K, stream: S): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([stream]));
  else set.add(stream);
}

function take<K, S>(map: Map<K, Set<S>>, key: K, stream: S): void {
  const set = map.get(key);
  if (set?.delete(stream) && set.size === 0) map.delete(key);
}
