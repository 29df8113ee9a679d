import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A value that elements follow. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(next: T) {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    for (const listener of [...this.#listeners]) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Draws its element again whenever one of the stores changes, as long as the element is on the page. */
export class Following implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #stores: readonly Store<unknown>[];
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost, ...stores: readonly Store<unknown>[]) {
    this.#host = host;
    this.#stores = stores;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = this.#stores.map((store) => store.subscribe(() => this.#host.requestUpdate()));
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }
}
