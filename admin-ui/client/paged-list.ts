import type { ReactiveControllerHost } from 'lit';
import type { ChangeNews } from './live.ts';
import { lookAgain } from './look-again.ts';
import { Reading } from './reading.ts';
import { send } from './send-request.ts';

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
/** Not everything that makes a list another is a change: time passes, and rollouts ask by themselves. */
const AGAIN_MS = 20_000;

/** A list that comes in pages, newest first: as far as somebody looked, and read again when the log tells of it. */
export class PagedList<T> extends Reading {
  /** Undefined until it was read once. */
  items: readonly T[] | undefined;
  hasMore = false;
  moved: ReadonlySet<string> = new Set();
  readonly #wanted: Wanted<T>;
  #path = '';
  #query: Asked = {};
  #most = PAGE;

  constructor(host: ReactiveControllerHost, wanted: Wanted<T>) {
    super(host);
    this.#wanted = wanted;
  }

  /** Shows these; reads only where something else was shown before. */
  follow(path: string, query: Asked = {}): void {
    this.turnTo(JSON.stringify([path, query]), () => {
      this.#path = path;
      this.#query = query;
      this.#most = PAGE;
      this.items = undefined;
      this.hasMore = false;
      this.moved = new Set();
    });
  }

  more(): void {
    this.#most += PAGE;
    void this.read();
  }

  protected override hears(news: ChangeNews): boolean {
    return this.#wanted.hears(news);
  }

  protected override listen() {
    return [lookAgain(() => this.readSoon(), AGAIN_MS)];
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    const { items, hasMore } = await this.#readPages(signal);
    const known = new Set(this.items?.map(this.#wanted.mark));
    const fresh = items.filter((item) => !known.has(this.#wanted.mark(item))).map(this.#wanted.keyOf);
    this.moved = new Set(this.items === undefined ? [] : fresh);
    this.items = items;
    this.hasMore = hasMore;
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
