import type { Notes } from './notes.ts';
import type { TurnoutEvents } from './options.ts';

/** What listeners are told of: the events of a client, and `look`: an answer or the status may have changed. */
interface Told extends TurnoutEvents {
  look: undefined;
}

/** Who wants to be told of what. What a listener throws is logged once, and the others are told all the same. */
export class Listeners {
  readonly #notes: Notes;
  #calls: { name: string; call: (what: never) => void }[] = [];

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  on<K extends keyof Told>(name: K, call: (what: Told[K]) => void): () => void {
    // The same function given twice is told twice, and taken back once.
    const own = { name, call };
    this.#calls.push(own);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== own);
    };
  }

  tell<K extends keyof Told>(name: K, what: Told[K]): void {
    for (const own of [...this.#calls]) {
      try {
        if (own.name === name) own.call(what as never);
      } catch (error) {
        this.#notes.once('listener', 'error', `a listener threw: ${error}`);
      }
    }
  }

  clear(): void {
    this.#calls = [];
  }
}
