/** Where a client says what somebody should know. Any of the usual loggers fits. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Enough for every mistake that is written into a program; keys that come from elsewhere could be without end. */
const MOST_REMEMBERED = 1000;

const toConsole: Logger = {
  info: (message) => console.info(message),
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};

const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} };

type Level = 'info' | 'warn' | 'error';

/** Says each thing once, and never fails because its listener does. */
export class Notes {
  readonly #logger: Logger;
  readonly #said = new Set<string>();

  constructor(logger: Logger | false | undefined) {
    this.#logger = logger === false ? silent : (logger ?? toConsole);
  }

  say(level: Level, message: string): void {
    try {
      this.#logger[level](`turnout: ${message}`);
    } catch {
      // A logger that fails is no reason to fail.
    }
  }

  /** Says it unless something was said under this name before. Once too many names were used, nothing more is said. */
  once(name: string, level: Level, message: () => string): void {
    if (this.#said.has(name) || this.#said.size >= MOST_REMEMBERED) return;
    this.#said.add(name);
    this.say(level, message());
  }

  /** What was said under this name may be said again. */
  forget(name: string): void {
    this.#said.delete(name);
  }
}
