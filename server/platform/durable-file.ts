import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces a file so that a crash leaves the old one or the new one, whole: written beside, synced, renamed. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** A new name is only there for good once its folder was synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * A file that follows something which changes often: written soon after a change, at most every `everyMs`, never twice
 * at once, and the rarer the longer it takes.
 */
export class FollowingFile {
  readonly #path: string;
  readonly #render: () => string | undefined;
  readonly #everyMs: number;
  readonly #onFailed: (error: unknown) => void;
  #dirty = false;
  #timer: NodeJS.Timeout | undefined;
  #notBefore = 0;
  #writing: Promise<boolean> | undefined;

  /** `render` makes the text at the moment of writing; undefined where there is nothing to keep. */
  constructor(path: string, render: () => string | undefined, everyMs: number, onFailed: (error: unknown) => void) {
    this.#path = path;
    this.#render = render;
    this.#everyMs = everyMs;
    this.#onFailed = onFailed;
  }

  /** What it follows has changed. */
  touch(): void {
    this.#dirty = true;
    if (this.#timer !== undefined || this.#writing !== undefined) return;
    const wait = Math.max(0, this.#notBefore - performance.now());
    this.#timer = setTimeout(() => void this.flush(), wait);
    this.#timer.unref();
  }

  /** Resolves to true when what was there at the call is on disk, and to false when it could not be put there. */
  async flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#writing !== undefined) await this.#writing;
    if (!this.#dirty) return true;
    this.#dirty = false;
    this.#writing = this.#write();
    return this.#writing;
  }

  async #write(): Promise<boolean> {
    const from = performance.now();
    let isWritten = true;
    try {
      const text = this.#render();
      if (text !== undefined) await replaceFile(this.#path, text);
    } catch (error) {
      this.#onFailed(error);
      this.#dirty = true;
      isWritten = false;
    }
    const took = performance.now() - from;
    this.#notBefore = performance.now() + Math.max(this.#everyMs, 20 * took);
    this.#writing = undefined;
    if (this.#dirty) this.touch();
    return isWritten;
  }
}
