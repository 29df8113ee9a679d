/** A request for an event stream. `path` is below the server's address and begins with `/`. */
export interface StreamRequest {
  path: string;
  headers: Record<string, string>;
}

/** What comes of an opened stream. After `onEnd` nothing more is called; after `OpenStream.close` nothing at all. */
export interface StreamListener {
  /** The answer's head has come. Only a 200 is followed by text. Header names are in lower case. */
  onHead(status: number, headers: Record<string, string | undefined>): void;
  /** The next piece of the body, decoded from UTF-8; it may end anywhere. */
  onText(text: string): void;
  /** The stream is over: closed by the other side, cut, or never opened. */
  onEnd(error: unknown): void;
}

export interface OpenStream {
  close(): void;
}

/** One request whose whole answer is read. */
export interface PlainRequest {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** The answer must be complete within this time, in ms. */
  timeoutMs: number;
}

export interface PlainAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  body: string;
}

/**
 * How a session reaches the world: these four, and nothing else. Both SDKs, a relay and the tests give it theirs, so
 * all of them run the same session.
 */
export interface Ports {
  open(request: StreamRequest, listener: StreamListener): OpenStream;
  /** Rejects when no complete answer came. */
  send(request: PlainRequest): Promise<PlainAnswer>;
  /** Calls `then` once after `ms` unless cancelled by what it answers. Keeps no process alive. */
  sleep(ms: number, then: () => void): () => void;
  /** In [0, 1). */
  random(): number;
}
