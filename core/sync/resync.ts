import type { Position } from '../model/position.ts';
import { Backoff } from './backoff.ts';
import type { Fetched } from './fetch-ruleset.ts';
import type { Ports } from './ports.ts';

export interface ResyncParts {
  ports: Ports;
  fetch(): Promise<Fetched>;
  hasReached(at: Position): boolean;
  /** What was fetched is not where the stream's node said that it is, and cannot come to be: another epoch is. */
  onElsewhere(): void;
}

/** Fetches until the base has reached the place that the stream named. */
export class Resync {
  readonly #parts: ResyncParts;
  readonly #backoff: Backoff;
  #wanted: Position | undefined;
  #isFetching = false;
  #stopWait: (() => void) | undefined;

  constructor(parts: ResyncParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(() => parts.ports.random());
  }

  /** Fetches at some moment within the spread; at once where it is 0. */
  want(at: Position, spreadMs: number): void {
    if (this.#parts.hasReached(at)) return;
    const isOld = this.#wanted?.epoch === at.epoch && this.#wanted.revision >= at.revision;
    if (!isOld) this.#wanted = at;
    if (this.#stopWait !== undefined || this.#isFetching) return;
    const spread = Math.min(60_000, spreadMs) * this.#parts.ports.random();
    if (spread === 0) void this.#fetch();
    else this.#wait(spread);
  }

  /** Nothing is wanted any more. */
  clear(): void {
    this.#wanted = undefined;
    this.#stopWait?.();
    this.#stopWait = undefined;
    this.#backoff.succeed();
  }

  #wait(ms: number): void {
    this.#stopWait = this.#parts.ports.sleep(ms, () => {
      this.#stopWait = undefined;
      void this.#fetch();
    });
  }

  async #fetch(): Promise<void> {
    this.#isFetching = true;
    const fetched = await this.#parts.fetch();
    this.#isFetching = false;
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    if (this.#parts.hasReached(wanted)) {
      this.clear();
      return;
    }
    const isOther = fetched.kind === 'good' && !this.#parts.hasReached({ ...wanted, revision: 0 });
    if (isOther) {
      this.clear();
      this.#parts.onElsewhere();
      return;
    }
    this.#wait(this.#backoff.afterFailure(fetched.kind === 'failed' ? fetched.retryAfterMs : undefined));
  }
}
