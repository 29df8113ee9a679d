import type { ChangeItem } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { live } from './live.ts';
import { asRefusal, type Refusal } from './problem.ts';
import { send } from './send-request.ts';

export type ChangeQuery = Record<string, string | undefined>;

interface ChangePage {
  items: ChangeItem[];
  next: string | null;
}

const PAGE = 50;
const MOST_NEW = 200;
/** News come in bursts; one look is enough for all of them. */
const BURST_MS = 100;

/**
 * The changes of a project that a query asks for, newest first: read page by page, and kept true by the live stream. Of
 * what is new the server is asked with the same query, so that nothing here has to decide what belongs in the list.
 */
export class ChangeLog implements ReactiveController {
  items: readonly ChangeItem[] = [];
  /** Ids of those that came while somebody looked. */
  fresh: ReadonlySet<number> = new Set();
  hasMore = false;
  isReading = false;
  refusal: Refusal | undefined;
  readonly #host: ReactiveControllerHost;
  #project = '';
  #query: ChangeQuery = {};
  #asked = '';
  #cursor: string | null = null;
  #reading: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', () => {
        this.#timer ??= setTimeout(() => void this.#readNew(), BURST_MS);
      }),
      live.on('reset', () => void this.read()),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reading?.abort();
    this.#asked = '';
  }

  /** Shows these; reads only where something else was shown before. */
  show(project: string, query: ChangeQuery): void {
    const asked = JSON.stringify([project, query]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#project = project;
    this.#query = query;
    this.items = [];
    void this.read();
  }

  /** Reads the first page again. */
  async read(): Promise<void> {
    this.#cursor = null;
    this.fresh = new Set();
    await this.#readPage([]);
  }

  async more(): Promise<void> {
    if (this.hasMore && !this.isReading) await this.#readPage(this.items);
  }

  async #readPage(before: readonly ChangeItem[]): Promise<void> {
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    this.isReading = true;
    this.refusal = undefined;
    this.#host.requestUpdate();
    try {
      const query = { ...this.#query, limit: PAGE, cursor: this.#cursor ?? undefined };
      const page = await this.#ask(query, mine.signal);
      this.items = [...before, ...page.items];
      this.#cursor = page.next;
      this.hasMore = page.next !== null;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.isReading = false;
    this.#host.requestUpdate();
  }

  async #readNew(): Promise<void> {
    this.#timer = undefined;
    if (this.#asked === '') return;
    const asked = this.#asked;
    const after = this.items[0]?.seq ?? 0;
    try {
      const page = await this.#ask({ ...this.#query, limit: MOST_NEW, after });
      if (asked !== this.#asked) return;
      if (page.next !== null) return void this.read();
      const known = new Set(this.items.map(({ id }) => id));
      const more = page.items.filter(({ id }) => !known.has(id)).reverse();
      if (more.length === 0) return;
      this.items = [...more, ...this.items];
      this.fresh = new Set([...this.fresh, ...more.map(({ id }) => id)]);
      this.#host.requestUpdate();
    } catch {
      // What is shown stays true; the next news, or the reader, asks again.
    }
  }

  #ask(query: Record<string, string | number | undefined>, signal?: AbortSignal): Promise<ChangePage> {
    const path = `/projects/${encodeURIComponent(this.#project)}/changes`;
    return send<ChangePage>(path, { query, ...(signal ? { signal } : {}) });
  }
}
