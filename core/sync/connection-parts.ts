import type { Ports, StreamRequest } from './ports.ts';
import type { SessionProblem, SessionState } from './session.ts';
import type { Frame } from './sse.ts';
import type { Hello } from './wire.ts';

/** The events that a connection takes for itself, the same in every protocol. */
export type OwnEvent =
  | { event: 'hello'; data: Hello }
  | { event: 'goodbye'; data: { retryMs: number } }
  | { event: 'revoked'; data: object };

/** How a fetch went that stands in for the stream. */
export type PollResult =
  | { kind: 'good' }
  | { kind: 'forbidden'; message: string }
  | { kind: 'failed'; problem: SessionProblem; message: string; retryAfterMs?: number | undefined };

/** The head of a stream that was opened. */
export interface Opening {
  /** When the server was asked: whatever it says, it said later. */
  askedAt: number;
  headers: Record<string, string | undefined>;
}

/** Makes frames of the text of a stream, which may come in pieces that end anywhere. Throws where that cannot go on. */
export interface Frames {
  /** The last `retry` that the stream named, in ms. */
  retryMs: number | undefined;
  push(text: string): Frame[];
}

/** What a connection asks of and tells the session that it belongs to: `E` are the events of its protocol. */
export interface ConnectionParts<E extends { event: string }> {
  ports: Ports;
  now(): number;
  /** Made anew for every attempt, for what is held changes. */
  request(): StreamRequest;
  /** Reads a stream from its beginning. */
  frames(): Frames;
  /** What a frame says; undefined for what this version does not know. Throws where it is broken. */
  read(frame: Frame): E | OwnEvent | undefined;
  onOpen?(opening: Opening): void;
  onHello?(hello: Hello): void;
  /** Every event but those which are the connection's own: `hello`, `goodbye` and `revoked`. */
  onEvent(event: E): void;
  /** The stream is gone. */
  onDown(): void;
  /** Asked now and then while there is no stream. */
  poll(): Promise<PollResult>;
  onState(state: SessionState): void;
  onProblem(code: SessionProblem, message: string): void;
}
