import type { AccessList } from '../access/access-list.ts';
import { liveFrame } from './live-frames.ts';
import type { LiveStream } from './live-stream.ts';

export interface RecheckParts {
  list: Pick<AccessList, 'onRevoked' | 'onChanged'>;
  streams(): Iterable<LiveStream>;
  /** Told of a stream whose reader may now see something else than before. */
  onOther(stream: LiveStream): void;
}

/** Several changes of who may do what come at once; of each stream it is asked once. */
const SOON_MS = 50;

/**
 * A stream lives as long as its request would be answered: whenever who may do what has changed, each is asked again who
 * it is. A session that ended, or a role that was taken away, ends it. Memory alone is asked: a thousand streams that end
 * at once are no question to the database, and none of them goes on because it is away.
 */
export class ReaderCheck {
  readonly #parts: RecheckParts;
  readonly #stops: (() => void)[];
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: RecheckParts) {
    this.#parts = parts;
    this.#stops = [parts.list.onRevoked(() => this.#checkSoon()), parts.list.onChanged(() => this.#checkSoon())];
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }

  #checkSoon(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const stream of [...this.#parts.streams()]) this.#check(stream);
    }, SOON_MS);
    this.#timer.unref();
  }

  #check(stream: LiveStream): void {
    const found = stream.recheck();
    if (found === 'ended') stream.end(liveFrame('revoked', {}));
    else if (found === 'other') this.#parts.onOther(stream);
  }
}
