import type { ServerResponse } from 'node:http';

/** Whose stream it is. */
export interface StreamHolder {
  keyId: string;
  environmentId: number;
}

/** So many bytes may wait for a reader; the frame that passes the mark is the last one until it has read them all. */
export const MOST_QUEUED = 256 * 1_024;
/** A stream that has ended is given so long to bring its last word across. */
const ENDING_MS = 2_000;

const HEAD = {
  'Content-Type': 'text/event-stream',
  // Proxies must neither keep a stream, nor change it, nor collect it before they pass it on.
  'Cache-Control': 'private, no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  Vary: 'Authorization, X-API-Key, Origin',
};

/**
 * One open event stream on a raw response. Frames are buffers that many streams share; what waits for a slow reader is
 * bounded, for Node itself would queue without end. Whoever writes must be ready to hear that there is no room, and
 * then owes the reader the newest state as soon as `onRoom` says so.
 */
export class EventStream {
  readonly keyId: string;
  readonly environmentId: number;
  /** Called when a reader that had no room has read everything. Set by the streams that this one is among. */
  onRoom: () => void = () => undefined;
  readonly #response: ServerResponse;
  #full = false;
  #ended = false;
  #left = -1;
  #unsent = -1;
  #movedAt = 0;

  constructor(response: ServerResponse, holder: StreamHolder) {
    this.#response = response;
    this.keyId = holder.keyId;
    this.environmentId = holder.environmentId;
  }

  /** Answers 200 and begins; Node sends the head together with what is written in the same turn. */
  open(headers: Record<string, string>): void {
    this.#response.writeHead(200, { ...HEAD, ...headers });
    this.#response.on('drain', () => this.#roomAgain());
  }

  /** True from the first frame that found no room until the reader has read everything. */
  get isFull(): boolean {
    return this.#full;
  }

  /** Writes a frame; false when there is no room, and then nothing was written. */
  write(frame: Buffer): boolean {
    if (this.#full || this.#ended) return false;
    this.#response.write(frame);
    if (this.#response.writableLength > MOST_QUEUED) this.#full = true;
    return true;
  }

  /** Ends the stream, with a last word where there is room for it. */
  end(last?: Buffer): void {
    if (this.#ended) return;
    if (last !== undefined) this.write(last);
    this.#ended = true;
    this.#response.end();
    // A reader that takes nothing would keep a connection that has ended.
    const timer = setTimeout(() => this.#response.destroy(), ENDING_MS);
    timer.unref();
    this.#response.once('close', () => clearTimeout(timer));
  }

  /** Cuts the connection. */
  cut(): void {
    this.#ended = true;
    this.#response.destroy();
  }

  /** True when frames wait and no byte of them has left for `ms`, as far as was asked. */
  isStuck(nowMs: number, ms: number): boolean {
    const { socket, writableLength } = this.#response;
    const left = (socket?.bytesWritten ?? 0) - writableLength;
    const unsent = unsentBytes(socket);
    if (writableLength === 0 || left !== this.#left || unsent !== this.#unsent) {
      this.#left = left;
      this.#unsent = unsent;
      this.#movedAt = nowMs;
    }
    return nowMs - this.#movedAt >= ms;
  }

  #roomAgain(): void {
    if (!this.#full || this.#ended) return;
    this.#full = false;
    this.onRoom();
  }
}

/**
 * How much of what Node has handed over the system has not taken yet. Node counts a batch as written only when all of
 * it is; without this a reader that takes a long batch slowly would look like one that takes nothing.
 */
function unsentBytes(socket: object | null): number {
  const handle: unknown = socket === null ? undefined : Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return 0;
  const size: unknown = Reflect.get(handle, 'writeQueueSize');
  return typeof size === 'number' ? size : 0;
}
