import { Backoff } from './backoff.ts';
import type { ConnectionParts, Frames, OwnEvent } from './connection-parts.ts';
import type { OpenStream } from './ports.ts';
import { readRetryAfter } from './retry-after.ts';
import type { SessionProblem, SessionState } from './session.ts';
import { Silence } from './silence.ts';
import type { Frame } from './sse.ts';

/** From asking for a stream to its first text. */
const CONNECT_MS = 10_000;
const FIRST_HEARTBEAT_MS = 4_000;
/** While there is no stream: the first fetch after this, so that a quick reconnect costs none, then one every so often. */
const FIRST_POLL_MS = 1_000;
const POLL_MS = 5_000;
const MOST_POLL_MS = 300_000;
const GOOD_STREAM_MS = 60_000;

/**
 * A stream that is kept open, the same in every SDK: opened again after each loss, watched so that one which only looks
 * open is dropped, replaced by fetches while it is away. It never gives up, and after `end` it does nothing any more.
 */
export class Connection<E extends { event: string }> {
  readonly #parts: ConnectionParts<E>;
  readonly #backoff: Backoff;
  #state: SessionState = 'idle';
  #problem: SessionProblem | undefined;
  #stream: OpenStream | undefined;
  /** Counts attempts, so that what a former one still says is not heard. */
  #attempt = 0;
  #frames: Frames;
  #openedAt = 0;
  #heartbeatMs = FIRST_HEARTBEAT_MS;
  readonly #silence: Silence;
  #isOpen = false;
  #isPolling = false;
  #isPollDue = false;
  /** There is no address to open a stream at: a fetch is to bring one. */
  #isUnaddressed = false;
  #stopWait = nothing;
  #stopPoll = nothing;

  constructor(parts: ConnectionParts<E>) {
    this.#parts = parts;
    this.#frames = parts.frames();
    this.#backoff = new Backoff(() => parts.ports.random());
    this.#silence = new Silence(
      (ms, then) => parts.ports.sleep(ms, then),
      () => parts.now(),
    );
  }

  get state(): SessionState {
    return this.#state;
  }

  get isEnded(): boolean {
    return this.#state === 'closed';
  }

  begin(): void {
    if (this.#state !== 'idle') return;
    this.#setState('connecting');
    this.#schedulePoll(FIRST_POLL_MS);
    this.#connect();
  }

  end(): void {
    if (this.isEnded) return;
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
    if (this.#stream === undefined) return;
    if (problem !== undefined) this.#tell(problem.code, problem.message);
    this.#down(this.#backoff.afterFailure());
  }

  #connect(): void {
    const { ports, now } = this.#parts;
    if (this.isEnded) return;
    const request = this.#parts.request();
    this.#isUnaddressed = request === undefined;
    if (request === undefined) {
      this.#cancelPoll();
      if (!this.#isPolling) void this.#poll();
      return;
    }
    const attempt = ++this.#attempt;
    const isMine = () => attempt === this.#attempt && this.#stream !== undefined;
    const askedAt = now();
    this.#frames = this.#parts.frames();
    this.#heartbeatMs = FIRST_HEARTBEAT_MS;
    this.#silence.heard();
    this.#isOpen = false;
    this.#stream = ports.open(request, {
      onHead: (status, headers) => {
        if (!isMine()) return;
        if (status === 200) this.#parts.onOpen?.({ askedAt, headers });
        else this.#refused(status, headers);
      },
      onText: (text) => {
        if (isMine()) this.#hear(text, isMine);
      },
      onEnd: (error) => {
        if (isMine()) this.#fail(error instanceof Error ? error.message : 'the stream ended before it began');
      },
    });
    this.#watch(CONNECT_MS);
  }

  #refused(status: number, headers: Record<string, string | undefined>): void {
    if (status === 401 || status === 403) this.#forbidden(`the server refused the key with ${status}`);
    else this.#fail(`the server answered ${status}`, readRetryAfter(headers));
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
    if (this.#isOpen) {
      // One that went on for a while was a good one, whatever it said.
      if (this.#parts.now() - this.#openedAt > GOOD_STREAM_MS) this.#backoff.succeed();
      this.#down(this.#backoff.afterLoss());
      return;
    }
    this.#tell('unreachable', why);
    this.#down(this.#backoff.afterFailure(askedMs));
  }

  #hear(text: string, isMine: () => boolean): void {
    this.#silence.heard();
    try {
      const frames = this.#frames.push(text);
      this.#backoff.advise(this.#frames.retryMs);
      if (!this.#isOpen) this.#opened();
      for (const frame of frames) if (isMine()) this.#take(frame);
    } catch (error) {
      this.drop({ code: 'malformed', message: String(error) });
    }
  }

  #opened(): void {
    this.#isOpen = true;
    this.#openedAt = this.#parts.now();
    this.#cancelPoll();
    this.#setState('stream');
    this.#watch(this.#silenceMs());
  }

  #take(frame: Frame): void {
    const event = this.#parts.read(frame);
    if (event === undefined) return;
    if (!isOwn(event)) this.#parts.onEvent(event);
    else if (event.event === 'hello') {
      this.#heartbeatMs = Math.min(120_000, Math.max(20, event.data.heartbeatMs));
      this.#watch(this.#silenceMs());
      this.#parts.onHello?.(event.data);
    } else if (event.event === 'goodbye') this.#down(this.#backoff.afterLoss(event.data.retryMs));
    else this.#forbidden('the key was revoked');
  }

  /** Two heartbeats and a little, for the server's timers are late as well. */
  #silenceMs(): number {
    return this.#heartbeatMs * 2.25;
  }

  #watch(limitMs: number): void {
    this.#silence.watch(limitMs, (silentMs) => this.#fail(`no stream within ${Math.round(silentMs)} ms`));
  }

  #close(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#isOpen = false;
    this.#silence.stop();
    stream?.close();
  }

  #down(waitMs: number): void {
    if (this.isEnded) return;
    const wasOpen = this.#isOpen;
    this.#close();
    this.#parts.onDown();
    if (wasOpen) this.#setState('connecting');
    if (!this.#isPolling && !this.#isPollDue) this.#schedulePoll(FIRST_POLL_MS);
    this.#connectIn(waitMs);
  }

  #connectIn(ms: number): void {
    this.#stopWait();
    this.#stopWait = this.#parts.ports.sleep(ms, () => this.#connect());
  }

  /** Up to half as much later: never earlier than what a server asked for. */
  #schedulePoll(ms: number): void {
    this.#cancelPoll();
    this.#isPollDue = true;
    this.#stopPoll = this.#parts.ports.sleep(ms * (1 + this.#parts.ports.random() / 2), () => void this.#poll());
  }

  #cancelPoll(): void {
    this.#stopPoll();
    this.#isPollDue = false;
  }

  async #poll(): Promise<void> {
    this.#isPollDue = false;
    this.#isPolling = true;
    const result = await this.#parts.poll();
    this.#isPolling = false;
    // The stream may have been opened, or all of it ended, meanwhile.
    if (this.#isOpen || this.isEnded) return;
    if (result.kind === 'forbidden') {
      this.#forbidden(result.message);
      return;
    }
    const retryAfterMs = result.kind === 'failed' ? (result.retryAfterMs ?? 0) : 0;
    const isUnaddressed = this.#isUnaddressed;
    if (result.kind === 'good') {
      this.#problem = undefined;
      if (isUnaddressed && this.#parts.request() !== undefined) {
        this.#connect();
        return;
      }
      this.#setState('polling');
    } else {
      this.#tell(result.problem, result.message);
      // Fetches stand in for the stream only while they bring something.
      this.#setState('connecting');
      if (isUnaddressed) {
        this.#connectIn(this.#backoff.afterFailure(retryAfterMs));
        return;
      }
    }
    this.#schedulePoll(Math.max(this.#parts.pollMs ?? POLL_MS, Math.min(retryAfterMs, MOST_POLL_MS)));
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

function isOwn<E extends { event: string }>(event: E | OwnEvent): event is OwnEvent {
  return event.event === 'hello' || event.event === 'goodbye' || event.event === 'revoked';
}

function nothing(): void {}
