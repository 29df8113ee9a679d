import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ChangeNews, live } from './live.ts';
import { lookAgain } from './look-again.ts';
import { asRefusal, type Refusal } from './problem.ts';
import { send } from './send-request.ts';
import { session } from './session.ts';

interface Wanted<T> {
  /** What of an item makes it another when it changes; what is new or another flashes once. */
  mark: (item: T) => string;
  keyOf: (item: T) => string;
  /** Whether a change may have altered the list. */
  hears: (news: ChangeNews) => boolean;
}
type Asked = Record<string, string | undefined>;

const PAGE = 50;
/** A server may answer short pages, where it looks at more than it shows. */
const MOST_SHORT = 12;
const GATHER_MS = 250;
/** Not everything that makes a list another is a change: time passes, and rollouts ask by themselves. */
const AGAIN_MS = 20_000;

/** A list that comes in pages, newest first: as far as somebody looked, and read again when the log tells of it. */
export class PagedList<T> implements ReactiveController {
  /** Undefined until it was read once. */
  items: readonly T[] | undefined;
  refusal: Refusal | undefined;
  hasMore = false;
  moved: ReadonlySet<string> = new Set();
  readonly #host: ReactiveControllerHost;
  readonly #wanted: Wanted<T>;
  #asked = '';
  #path = '';
  #query: Asked = {};
  #most = PAGE;
  #reading: AbortController | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost, wanted: Wanted<T>) {
    this.#host = host;
    this.#wanted = wanted;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', (news) => this.#wanted.hears(news) && this.readSoon()),
      live.on('reset', () => this.readSoon()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
      lookAgain(() => this.readSoon(), AGAIN_MS),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#reading?.abort();
    this.#asked = '';
  }

  /** Shows these; reads only where something else was shown before. */
  follow(path: string, query: Asked = {}): void {
    const asked = JSON.stringify([path, query]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#path = path;
    this.#query = query;
    this.#most = PAGE;
    this.items = undefined;
    this.hasMore = false;
    this.refusal = undefined;
    this.moved = new Set();
    void this.read();
  }

  more(): void {
    this.#most += PAGE;
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
    if (this.#asked === '') return;
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    try {
      const { items, hasMore } = await this.#readPages(mine.signal);
      const known = new Set(this.items?.map(this.#wanted.mark));
      const fresh = items.filter((item) => !known.has(this.#wanted.mark(item))).map(this.#wanted.keyOf);
      this.moved = new Set(this.items === undefined ? [] : fresh);
      this.items = items;
      this.hasMore = hasMore;
      this.refusal = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
  }

  async #readPages(signal: AbortSignal) {
    const items: T[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_SHORT + this.#most / PAGE; page++) {
      const query = { ...this.#query, limit: PAGE, cursor };
      const answer = await send<{ items: T[]; next: string | null }>(this.#path, { query, signal });
      items.push(...answer.items);
      cursor = answer.next ?? undefined;
      if (cursor === undefined || items.length >= this.#most) break;
    }
    return { items, hasMore: cursor !== undefined };
  }
}
