import type { Notes } from './logger.ts';
import type { TurnoutEvents } from './options.ts';

export type EventName = keyof TurnoutEvents;
export type Listener<N extends EventName> = (told: TurnoutEvents[N]) => void;

/** Who wants to be told of what. A listener that throws is logged, and the others are told all the same. */
export class Listeners {
  readonly #notes: Notes;
  readonly #of: { [N in EventName]: Set<Listener<N>> } = {
    ready: new Set(),
    stale: new Set(),
    error: new Set(),
    change: new Set(),
  };

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    const listeners: Set<Listener<N>> = this.#of[name];
    // The same function given twice is told twice, and taken back once.
    const own: Listener<N> = (told) => listener(told);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  tell<N extends EventName>(name: N, told: TurnoutEvents[N]): void {
    const listeners: Set<Listener<N>> = this.#of[name];
    for (const listener of [...listeners]) tellSafely(this.#notes, `a listener of \`${name}\``, () => listener(told));
  }

  clear(): void {
    for (const listeners of Object.values(this.#of)) listeners.clear();
  }
}

/** Calls what an app gave to be called; what it throws is logged once. */
export function tellSafely(notes: Notes, who: string, call: () => unknown): void {
  const skip = (error: unknown) => {
    notes.once(
      who,
      'error',
      () => `${who} threw: ${error instanceof Error ? (error.stack ?? error.message) : 'no error'}`,
    );
  };
  try {
    const given = call();
    if (given instanceof Promise) given.catch(skip);
  } catch (error) {
    skip(error);
  }
}
