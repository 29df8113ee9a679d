import { type AgedSnapshot, writeCache } from './cache-file.ts';
import type { Notes } from './logger.ts';

/** Flips in quick succession are written together. */
const PAUSE_MS = 1000;
/** Data that does not change is confirmed all the time; this is how far behind its age in the file may be. */
const REFRESH_MS = 300_000;

/**
 * Keeps the file on disk at what is in force: at once after a quiet time, once a second in a busy one, and now and then
 * for the sake of its age. One write at a time.
 */
export class KeptCache {
  readonly #path: string;
  readonly #owner: string;
  readonly #notes: Notes;
  readonly #read: () => AgedSnapshot | undefined;
  readonly #refresh: NodeJS.Timeout;
  #isDue = false;
  #writing: Promise<void> | undefined;
  #pause: NodeJS.Timeout | undefined;

  /** `read` gives what is to be in the file at the moment of writing; nothing, where it would be no news to a reader. */
  constructor(path: string, owner: string, notes: Notes, read: () => AgedSnapshot | undefined) {
    this.#path = path;
    this.#owner = owner;
    this.#notes = notes;
    this.#read = read;
    this.#refresh = setInterval(() => this.note(), REFRESH_MS);
    this.#refresh.unref();
  }

  /** Something changed. */
  note(): void {
    this.#isDue = true;
    if (this.#writing === undefined && this.#pause === undefined) this.#write();
  }

  /** Resolves when the file has all that was noted before. */
  async flush(): Promise<void> {
    while (this.#isDue || this.#writing !== undefined) {
      if (this.#writing === undefined) this.#write();
      await this.#writing;
    }
  }

  /** Writes for the last time. */
  async close(): Promise<void> {
    clearInterval(this.#refresh);
    this.#isDue = true;
    await this.flush();
    clearTimeout(this.#pause);
  }

  #write(): void {
    this.#isDue = false;
    const kept = this.#read();
    if (kept === undefined) return;
    this.#writing = writeCache(this.#path, this.#owner, kept, Date.now())
      .then(() => this.#notes.forget('cache write'))
      .catch((error: Error) => {
        this.#notes.once('cache write', 'warn', () => `cacheFile could not be written: ${error.message}`);
      })
      .finally(() => {
        this.#writing = undefined;
        this.#rest();
      });
  }

  #rest(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#isDue && this.#writing === undefined) this.#write();
    }, PAUSE_MS);
    this.#pause.unref();
  }
}
