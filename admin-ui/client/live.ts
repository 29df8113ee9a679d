import { API } from './send-request.ts';
import { Store } from './store.ts';

/** What the log says of a change: enough to know whether a page has to look again. */
export interface ChangeNews {
  id: number;
  seq: number;
  at: string;
  actor: string;
  actorName?: string | null;
  action: string;
  subject: string;
  reason: string | null;
  killId: string | null;
  undoes: number | null;
  summary?: string;
  environments: { key: string; position: string; direction: 'safe' | 'growing' | 'none' | null }[];
}

export interface FleetNews {
  environment: string;
  counts: { live: number; laggard: number; lost: number };
}

/** A kill that lies over the ruleset, whether or not the log has it yet. */
export interface KillNews {
  environment: string;
  flag: string;
  id: string;
  state: 'held' | 'in-log';
}

interface News {
  change: ChangeNews;
  fleet: FleetNews;
  kill: KillNews;
  /** Something may have been missed: whoever shows anything reads it again. */
  reset: undefined;
  /** Whoever looks may not look any more, or not here. */
  revoked: undefined;
}
type Topic = keyof News;

export type LiveState = 'off' | 'connecting' | 'live' | 'lost';

const RETRY_MS = 2_000;

/**
 * What happens in one project, over one stream for the whole screen. It reconnects by itself and resumes where it was;
 * when that cannot be done, `reset` tells the pages to read again.
 */
class Live {
  readonly state = new Store<LiveState>('off');
  readonly #listeners = new Map<Topic, Set<(news: never) => void>>();
  #source: EventSource | undefined;
  #project: string | undefined;
  /** The project that was followed last: whoever follows it again may have missed something in between. */
  #heard: string | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** Follows a project; undefined follows nothing. */
  follow(project: string | undefined): void {
    if (project === this.#project) return;
    this.#project = project;
    this.#open(false);
  }

  /** Hears of one topic until the answer is called. */
  on<T extends Topic>(topic: T, listener: (news: News[T]) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  #open(again: boolean): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    if (this.#project === undefined) {
      this.state.value = 'off';
      return;
    }
    this.state.value = again ? 'lost' : 'connecting';
    const source = new EventSource(`${API}/projects/${encodeURIComponent(this.#project)}/events`);
    this.#source = source;
    source.addEventListener('hello', () => {
      const missed = this.#heard === this.#project;
      this.#heard = this.#project;
      this.state.value = 'live';
      if (missed) this.#tell('reset', undefined);
    });
    for (const topic of ['change', 'fleet', 'kill'] as const) {
      source.addEventListener(topic, (event) => this.#tell(topic, JSON.parse((event as MessageEvent<string>).data)));
    }
    source.addEventListener('reset', () => this.#tell('reset', undefined));
    // Who may look again, or elsewhere, follows again once that is known.
    source.addEventListener('revoked', () => {
      this.follow(undefined);
      this.#tell('revoked', undefined);
    });
    source.onerror = () => {
      this.state.value = 'lost';
      if (source.readyState !== EventSource.CLOSED) return;
      // The browser reconnects after a cut, but not after an answer that refuses it: a server that starts, or a session
      // that is over.
      this.#retry = setTimeout(() => this.#open(true), RETRY_MS);
      this.#tell('revoked', undefined);
    };
  }

  #tell<T extends Topic>(topic: T, news: News[T]): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener(news as never);
  }
}

export const live = new Live();
