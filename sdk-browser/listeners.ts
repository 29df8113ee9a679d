import type { Notes } from './notes.ts';
import type { Listener, TurnoutEvents } from './options.ts';

/** Calls what a page gave to be called; what it throws is logged once. */
export function callSafely(notes: Notes, who: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    notes.once(who, 'error', `${who} threw: ${error}`);
  }
}

/** Who wants to be told of what. A listener that throws is logged, and the others are told all the same. */
export class Listeners {
  readonly #notes: Notes;
  #all: { name: string; call: (what: never) => void }[] = [];

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  on<K extends keyof TurnoutEvents>(name: K, call: Listener<K>): () => void {
    // The same function given twice is told twice, and taken back once.
    const own = { name, call };
    this.#all.push(own);
    return () => {
      this.#all = this.#all.filter((other) => other !== own);
    };
  }

  tell<K extends keyof TurnoutEvents>(name: K, what: TurnoutEvents[K]): void {
    for (const { name: wanted, call } of this.#all) {
      if (wanted === name) callSafely(this.#notes, `a listener of \`${name}\``, () => call(what as never));
    }
  }

  clear(): void {
    this.#all = [];
  }
}
