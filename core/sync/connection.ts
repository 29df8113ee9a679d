import { Backoff } from './backoff.ts';
import type { ConnectionParts } from './connection-parts.ts';
import type { OpenStream } from './ports.ts';
import { readEvent } from './read-event.ts';
import { isRefusal, sayStatus } from './refusal.ts';
import { readRetryAfter } from './retry-after.ts';
import type { SessionProblem, SessionState } from './session.ts';
import { type Frame, FrameReader } from './sse.ts';

/** From asking for a stream to its first text. */
const CONNECT_MS = 10_000;
const FIRST_HEARTBEAT_MS = 4_000;
/** A stream is given up after two heartbeats and a little, for the server's timers are late as well. */
const BEATS = 2.25;
/** While there is no stream: the first fetch after this, so that a quick reconnect costs none, then one every so often. */
const FIRST_POLL_MS = 1_000;
const POLL_MS = 5_000;
const MOST_POLL_MS = 300_000;
const GOOD_STREAM_MS = 60_000;

/**
 * A stream of a ruleset that is kept open: opened again after each loss, watched so that one which only looks
 * open is dropped, replaced by fetches while it is away. It never gives up, and after `end` it does nothing any more.
 */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #backoff: Backoff;
  #state: SessionState = 'idle';
  #problem: SessionProblem | undefined;
  #stream: OpenStream | undefined;
  #reader = new FrameReader();
  #openedAt = 0;
  #heardAt = 0;
  #isPolling = false;
  #stopSilence = nothing;
  #stopWait = nothing;
  /** While a fetch is due. */
  #stopPoll: (() => void) | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(() => parts.ports.random());
  }

  get state(): SessionState {
    return this.#state;
  }

  begin(): void {
    if (this.#state !== 'idle') return;
    this.#setState('connecting');
    this.#schedulePoll(FIRST_POLL_MS);
    this.#connect();
  }

  end(): void {
    this.#close();
    this.#stopWait();
    this.#cancelPoll();
    this.#setState('closed');
  }

  /** The stream is all that it should be: waits begin anew, and a problem that comes again is told again. */
  steady(): void {
    this.#backoff.succeed();
    this.#problem = undefined;
  }

  /** Gives the stream up for a reason of the session's; another is opened after a while. */
  drop(problem?: { code: SessionProblem; message: string }): void {
    if (!this.#stream) return;
    if (problem) this.#tell(problem.code, problem.message);
    this.#down(this.#backoff.afterFailure());
  }

  #connect(): void {
    const { ports, now, request } = this.#parts;
    const asked = request();
    const askedAt = now();
    this.#reader = new FrameReader();
    this.#heardAt = askedAt;
    // Nobody is told before `open` has answered, and nobody hears what a stream still says that was given up.
    const mine = <A extends unknown[]>(hear: (...said: A) => void) => {
      return (...said: A) => this.#stream === stream && hear(...said);
    };
    const stream = ports.open(asked, {
      onHead: mine((status, headers) => {
        if (status === 200) this.#parts.onOpen({ askedAt, headers });
        else this.#refused(status, headers);
      }),
      onText: mine((text) => this.#hear(text)),
      onEnd: mine((error) => this.#fail(error instanceof Error ? error.message : 'the stream ended')),
    });
    this.#stream = stream;
    this.#watch(CONNECT_MS);
  }

  #refused(status: number, headers: Record<string, string | undefined>): void {
    const why = sayStatus(status);
    if (isRefusal(status)) this.#forbidden(why);
    else this.#fail(why, readRetryAfter(headers));
  }

  /** Fetches would be refused as well, so there are none until the stream was asked for again. */
  #forbidden(message: string): void {
    this.#tell('unauthorized', message);
    this.#down(this.#backoff.afterRefusal());
    this.#cancelPoll();
    this.#setState('connecting');
  }

  /** A stream that was open is lost, or an attempt came to nothing. */
  #fail(why: string, askedMs?: number): void {
    if (this.#state === 'stream') {
      // One that went on for a while was a good one, whatever it said.
      if (this.#parts.now() - this.#openedAt > GOOD_STREAM_MS) this.#backoff.succeed();
      this.#down(this.#backoff.afterLoss());
      return;
    }
    this.#tell('unreachable', why);
    this.#down(this.#backoff.afterFailure(askedMs));
  }

  #hear(text: string): void {
    const stream = this.#stream;
    const reader = this.#reader;
    this.#heardAt = this.#parts.now();
    try {
      const frames = reader.push(text);
      this.#backoff.advise(reader.retryMs);
      if (this.#state !== 'stream') this.#opened();
      for (const frame of frames) if (this.#stream === stream) this.#take(frame);
    } catch (error) {
      this.drop({ code: 'malformed', message: `${error}` });
    }
  }

  #opened(): void {
    this.#openedAt = this.#heardAt;
    this.#cancelPoll();
    this.#setState('stream');
    this.#watch(BEATS * FIRST_HEARTBEAT_MS);
  }

  #take(frame: Frame): void {
    const event = readEvent(frame);
    if (!event) return;
    if (event.event === 'hello') {
      this.#watch(BEATS * Math.min(120_000, Math.max(20, event.data.heartbeatMs)));
      this.#parts.onHello?.(event.data);
    } else if (event.event === 'goodbye') this.#down(this.#backoff.afterLoss(event.data.retryMs));
    else if (event.event === 'revoked') this.#forbidden('the key was revoked');
    else this.#parts.onEvent(event);
  }

  /** It looks now and then: a timer set anew at every text would cost more than the text. */
  #watch(limitMs: number): void {
    const leftMs = limitMs - (this.#parts.now() - this.#heardAt);
    this.#stopSilence();
    if (leftMs <= 0) this.#fail(`no stream in ${limitMs} ms`);
    // A remainder too small for the clock to see it would have it look for ever.
    else this.#stopSilence = this.#parts.ports.sleep(Math.ceil(leftMs), () => this.#watch(limitMs));
  }

  #close(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#stopSilence();
    stream?.close();
  }

  #down(waitMs: number): void {
    if (this.#state === 'closed') return;
    this.#close();
    this.#parts.onDown();
    if (this.#state === 'stream') this.#setState('connecting');
    if (!this.#isPolling && !this.#stopPoll) this.#schedulePoll(FIRST_POLL_MS);
    this.#stopWait();
    this.#stopWait = this.#parts.ports.sleep(waitMs, () => this.#connect());
  }

  /** Up to half as much later: never earlier than what a server asked for. */
  #schedulePoll(ms: number): void {
    const { ports } = this.#parts;
    this.#cancelPoll();
    this.#stopPoll = ports.sleep(ms * (1 + ports.random() / 2), () => void this.#poll());
  }

  #cancelPoll(): void {
    this.#stopPoll?.();
    this.#stopPoll = undefined;
  }

  async #poll(): Promise<void> {
    this.#stopPoll = undefined;
    this.#isPolling = true;
    const result = await this.#parts.poll();
    this.#isPolling = false;
    // The stream may have been opened, or all of it ended, meanwhile.
    if (this.#state === 'stream' || this.#state === 'closed') return;
    if (result.kind === 'forbidden') {
      this.#forbidden(result.message);
      return;
    }
    let askedMs = 0;
    if (result.kind === 'good') {
      this.#problem = undefined;
      this.#setState('polling');
    } else {
      this.#tell(result.problem, result.message);
      // Fetches stand in for the stream only while they bring something.
      this.#setState('connecting');
      askedMs = result.retryAfterMs ?? 0;
    }
    this.#schedulePoll(Math.max(POLL_MS, Math.min(askedMs, MOST_POLL_MS)));
  }

  #setState(state: SessionState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.#parts.onState(state);
  }

  #tell(problem: SessionProblem, message: string): void {
    if (this.#problem === problem) return;
    this.#problem = problem;
    this.#parts.onProblem(problem, message);
  }
}

function nothing(): void {}
