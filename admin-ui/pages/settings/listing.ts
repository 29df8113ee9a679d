import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { readAllPages } from '../../client/read-all-pages.ts';
import '../../parts/problem-view.ts';
import { myActor } from '../../parts/undo-flow.ts';

interface Wanted<T> {
  /** Where the list is; undefined while there is none to be read. */
  path: () => string | undefined;
  /** What of it is asked for, where that is not all. */
  asked?: () => Record<string, string>;
  /** What the log calls things of this list. */
  subjects: readonly string[];
  /** What of an item makes it another when it changes: its last use does not. */
  mark: (item: T) => string;
  /** How an item is told from the others. */
  name: (item: T) => string;
}

/** A list that is read whole, and again when the log tells of a change in it. */
export class Listing<T> implements ReactiveController {
  items: readonly T[] | undefined;
  refusal: Refusal | undefined;
  /** What somebody else changed while it was looked at. */
  changed: ReadonlySet<string> = new Set();
  readonly #host: ReactiveControllerHost;
  readonly #wanted: Wanted<T>;
  #path: string | undefined;
  #asked = '';
  #reading: AbortController | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost, wanted: Wanted<T>) {
    this.#host = host;
    this.#wanted = wanted;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', ({ subject, actor }) => {
        const kind = subject.split('/')[0] ?? '';
        if (this.#wanted.subjects.includes(kind)) void this.read({ flash: actor !== myActor() });
      }),
      live.on('reset', () => void this.read()),
      listenToReturns(() => void this.read()),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#reading?.abort();
    this.#path = undefined;
  }

  hostUpdate(): void {
    const path = this.#wanted.path();
    const asked = JSON.stringify(this.#wanted.asked?.() ?? {});
    if (path === this.#path && asked === this.#asked) return;
    this.#path = path;
    this.#asked = asked;
    this.items = undefined;
    this.refusal = undefined;
    this.changed = new Set();
    if (path !== undefined) void this.read();
  }

  /** Reads it again; what was there is shown until then. */
  async read({ flash = false } = {}): Promise<void> {
    const path = this.#path;
    if (path === undefined) return;
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    try {
      const items = await readAllPages<T>(path, mine.signal, this.#wanted.asked?.());
      this.changed = flash ? this.#findChanged(items) : new Set();
      this.items = items;
      this.refusal = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
  }

  /** That it is being read, or what stands in the way and how to try again. */
  drawState() {
    if (this.refusal === undefined) {
      return this.items === undefined ? html`<p class="quiet" role="status">Loading …</p>` : nothing;
    }
    return html`<t-problem .refusal=${this.refusal} .retry=${() => void this.read()}></t-problem>`;
  }

  #findChanged(items: readonly T[]): Set<string> {
    const before = new Set((this.items ?? []).map(this.#wanted.mark));
    return new Set(items.filter((item) => !before.has(this.#wanted.mark(item))).map(this.#wanted.name));
  }
}

/** Not everything is told by the log of a project: that an invitation was accepted, that a key was used. */
function listenToReturns(listener: () => void): () => void {
  const look = () => document.visibilityState === 'visible' && listener();
  document.addEventListener('visibilitychange', look);
  return () => document.removeEventListener('visibilitychange', look);
}
