import type { PlainAnswer, PlainRequest, Ports, StreamListener, StreamRequest } from './ports.ts';
import { writeFrame } from './sse.ts';
import { VirtualTime } from './virtual-time.fixture.ts';

/** A stream that was asked for, in the hands of a test. */
export class ScriptedStream {
  readonly request: StreamRequest;
  readonly #listener: StreamListener;
  isClosed = false;

  constructor(request: StreamRequest, listener: StreamListener) {
    this.request = request;
    this.#listener = listener;
  }

  head(status = 200, headers: Record<string, string> = {}): this {
    this.#listener.onHead(status, headers);
    return this;
  }

  text(text: string): this {
    this.#listener.onText(text);
    return this;
  }

  say(event: string, data: unknown, id?: string): this {
    const frame = { event, data: JSON.stringify(data) };
    return this.text(writeFrame(id === undefined ? frame : { ...frame, id }));
  }

  end(error?: unknown): this {
    this.#listener.onEnd(error);
    return this;
  }
}

/** Ports in the hands of a test: it says what comes, and when. */
export class ScriptedPorts implements Ports {
  readonly time = new VirtualTime();
  readonly streams: ScriptedStream[] = [];
  readonly sent: PlainRequest[] = [];
  /** What the next fetches are answered with; those beyond are refused. */
  answers: (Partial<PlainAnswer> | Error)[] = [];
  roll = 0.5;

  /** The stream that was asked for last. */
  get stream(): ScriptedStream {
    return this.streams.at(-1) as ScriptedStream;
  }

  open(request: StreamRequest, listener: StreamListener): { close(): void } {
    const stream = new ScriptedStream(request, listener);
    this.streams.push(stream);
    return {
      close: () => {
        stream.isClosed = true;
      },
    };
  }

  async send(request: PlainRequest): Promise<PlainAnswer> {
    this.sent.push(request);
    const answer = this.answers.shift() ?? new Error('refused');
    if (answer instanceof Error) throw answer;
    return { status: 200, headers: {}, body: '', ...answer };
  }

  sleep(ms: number, then: () => void): () => void {
    return this.time.after(ms, then);
  }

  random(): number {
    return this.roll;
  }
}
