import { copyFile, type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from '../database/lock-folder.ts';
import type { Clock } from '../platform/clock.ts';
import { replaceFile, syncFolder } from '../platform/durable-file.ts';
import type { Logger } from '../platform/logger.ts';
import { parseLines, writeHeld, writeSettled } from './journal-lines.ts';
import type { JournalEntry } from './served.ts';
import type { Signer } from './signed-file.ts';

export interface JournalParts {
  /** A folder of this node alone, on a volume that stays. */
  folder: string;
  signer: Signer;
  clock: Clock;
  log: Pick<Logger, 'warn' | 'error'>;
}

interface Waiting {
  line: string;
  ids: string[];
  done(error?: unknown): void;
}

const FILE = 'kills.journal';
/** Beyond this much the file is written anew when most of it is over. */
const LONG_BYTES = 256 << 10;

/**
 * The kills that no base has recorded yet, on this node's disk: an append-only file whose every line is signed, synced
 * before a kill is answered. What a crash tore off the end was never promised to anybody; a line that was altered is
 * refused, and said so.
 */
export class Journal {
  readonly #parts: JournalParts;
  readonly #path: string;
  readonly #entries = new Map<string, JournalEntry>();
  readonly #durable = new Set<string>();
  #file: FileHandle;
  #unlock: () => Promise<void>;
  /** Where the next line begins: behind the last that is whole. */
  #length = 0;
  /** After a failed write nobody knows what is in the file, so the next one writes it anew. */
  #isDoubtful = false;
  #queue: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #refused = 0;

  private constructor(parts: JournalParts, file: FileHandle, unlock: () => Promise<void>) {
    this.#parts = parts;
    this.#path = join(parts.folder, FILE);
    this.#file = file;
    this.#unlock = unlock;
  }

  /** Reads what is there. Throws where the folder is in use by another process or cannot be written at all. */
  static async open(parts: JournalParts): Promise<Journal> {
    await mkdir(parts.folder, { recursive: true, mode: 0o700 });
    const unlock = await lockFolder(parts.folder);
    try {
      await (await open(join(parts.folder, FILE), 'a', 0o600)).close();
      await syncFolder(parts.folder);
      // Written by position, not by append: what a failed write left is written over by the next.
      const journal = new Journal(parts, await open(join(parts.folder, FILE), 'r+'), unlock);
      await journal.#recover();
      return journal;
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** What is held, in the order in which it came. */
  entries(): JournalEntry[] {
    return [...this.#entries.values()];
  }

  isDurable(id: string): boolean {
    return this.#durable.has(id);
  }

  /** Entries that so far are only in memory. */
  get volatile(): number {
    return this.#entries.size - this.#durable.size;
  }

  /** What is wrong at this moment; empty when nothing is. */
  faults(): string[] {
    const faults: string[] = [];
    if (this.volatile > 0) faults.push(`${this.volatile} kills could not be written to the journal on disk.`);
    if (this.#refused > 0) faults.push(`${this.#refused} lines of the journal were refused at the start.`);
    return faults;
  }

  /** Resolves when the entry is on disk. Where that fails it is held in memory all the same, and written when it can be. */
  append(entry: JournalEntry): Promise<void> {
    this.#entries.set(entry.id, entry);
    return this.#write(writeHeld(this.#parts.signer, entry), [entry.id]);
  }

  /** Lets go of entries whose commit was read back. */
  async drop(ids: readonly string[]): Promise<void> {
    const mine = ids.filter((id) => this.#entries.has(id));
    if (mine.length === 0) return;
    for (const id of mine) {
      this.#entries.delete(id);
      this.#durable.delete(id);
    }
    await this.#write(writeSettled(this.#parts.signer, mine), []);
  }

  /** From now on the file is not believed to hold what was written: the next write makes it anew. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  /** Tries again to write what is only in memory. */
  async retry(): Promise<void> {
    if (this.volatile === 0) return;
    this.doubt();
    await this.#write('', []);
  }

  async close(): Promise<void> {
    await this.#draining;
    await this.#file.close();
    await this.#unlock();
  }

  async #recover(): Promise<void> {
    const { signer, log, clock, folder } = this.#parts;
    const text = await readFile(this.#path, 'utf8');
    const { held, refused, torn } = parseLines(signer, text);
    for (const entry of held) {
      this.#entries.set(entry.id, entry);
      this.#durable.add(entry.id);
    }
    this.#refused = refused.length;
    this.#length = Buffer.byteLength(text);
    if (refused.length > 0) {
      const aside = join(folder, `${FILE}.refused-${clock.now().getTime()}`);
      await copyFile(this.#path, aside);
      log.error(
        { lines: refused.join(', '), file: aside },
        'lines of the kill journal were altered or belong to another installation: they are refused and kept aside',
      );
    }
    if (torn) log.warn({}, 'the last line of the kill journal was torn off by a crash; nobody was promised it');
    if (refused.length > 0 || torn || (held.length === 0 && text !== '')) await this.#clean();
  }

  /** A full disk keeps no node from starting. */
  async #clean(): Promise<void> {
    try {
      await this.#rewrite();
    } catch (error) {
      this.doubt();
      this.#parts.log.error({ error }, 'the kill journal cannot be written');
    }
  }

  #write(line: string, ids: string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ line, ids, done: (error) => (error === undefined ? resolve() : reject(error)) });
      this.#draining ??= this.#drain();
    });
  }

  /** Whatever came together is synced together. */
  async #drain(): Promise<void> {
    // What is asked for in the same breath comes along.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0);
      try {
        if (this.#isDoubtful || this.#isMostlyOver()) await this.#rewrite();
        else await this.#append(batch.map(({ line }) => line).join(''));
        for (const { ids } of batch) for (const id of ids) if (this.#entries.has(id)) this.#durable.add(id);
        for (const { done } of batch) done();
      } catch (error) {
        this.#isDoubtful = true;
        this.#parts.log.error({ error }, 'the kill journal cannot be written');
        for (const { done } of batch) done(error);
      }
    }
    // In the same breath as the last look at the queue: whoever comes next begins anew.
    this.#draining = undefined;
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, this.#length + written);
      written += bytesWritten;
    }
    await this.#file.datasync();
    this.#length += bytes.length;
  }

  /** The whole file anew, with what is held now and nothing else. */
  async #rewrite(): Promise<void> {
    const held = this.entries();
    const text = held.map((entry) => writeHeld(this.#parts.signer, entry)).join('');
    await replaceFile(this.#path, text);
    const old = this.#file;
    this.#file = await open(this.#path, 'r+');
    await old.close();
    this.#length = Buffer.byteLength(text);
    this.#isDoubtful = false;
    for (const { id } of held) if (this.#entries.has(id)) this.#durable.add(id);
  }

  #isMostlyOver(): boolean {
    return this.#length > LONG_BYTES && this.#entries.size * 4_096 < this.#length;
  }
}
