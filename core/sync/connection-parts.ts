import type { Ports, StreamRequest } from './ports.ts';
import type { SessionProblem, SessionState } from './session.ts';
import type { Hello, StreamEvent } from './wire.ts';

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

/** What a connection asks of and tells the session that it belongs to. */
export interface ConnectionParts {
  ports: Ports;
  now(): number;
  /** Made anew for every attempt, for what is held changes. */
  request(): StreamRequest;
  onOpen(opening: Opening): void;
  onHello?(hello: Hello): void;
  /** Every event but those which are the connection's own: `hello`, `goodbye` and `revoked`. */
  onEvent(event: StreamEvent): void;
  /** The stream is gone. */
  onDown(): void;
  /** Asked now and then while there is no stream. */
  poll(): Promise<PollResult>;
  onState(state: SessionState): void;
  onProblem(code: SessionProblem, message: string): void;
}
