import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ChangeNews, live } from './live.ts';
import { asRefusal, type Refusal } from './problem.ts';
import { session } from './session.ts';

/** A burst of changes is looked at once. */
const GATHER_MS = 250;

/**
 * Something of the server that an element shows: read when it is first asked for, and again when the log tells of a
 * change in it or somebody has signed in again. One reading at a time, and what was there is shown until the next is.
 */
export abstract class Reading implements ReactiveController {
  refusal: Refusal | undefined;
  readonly #host: ReactiveControllerHost;
  #what = '';
  #reading: AbortController | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Reads it and keeps it. It may be aborted, and then keeps nothing. */
  protected abstract load(signal: AbortSignal): Promise<void>;

  /** Whether a change may have altered it. */
  protected abstract hears(news: ChangeNews): boolean;

  /** What else tells that it may be another by now; answers how to stop each. */
  protected listen(): (() => void)[] {
    return [];
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', (news) => this.hears(news) && this.readSoon()),
      live.on('reset', () => this.readSoon()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
      ...this.listen(),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#reading?.abort();
    this.#what = '';
  }

  /** Turns to something, named by its address: `forget` lets go of what was shown. Does nothing where it is shown already. */
  protected turnTo(what: string, forget: () => void): void {
    if (what === this.#what) return;
    this.#what = what;
    this.refusal = undefined;
    forget();
    void this.read();
  }

  readSoon(): void {
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      void this.read();
    }, GATHER_MS);
  }

  /** Reads it again; what was there is shown until then. */
  async read(): Promise<void> {
    if (this.#what === '') return;
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    try {
      await this.load(mine.signal);
      if (mine.signal.aborted) return;
      this.refusal = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.redraw();
  }

  protected redraw(): void {
    this.#host.requestUpdate();
  }
}
