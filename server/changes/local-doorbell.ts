import type { Doorbell, Ring } from './doorbell.ts';

/** A doorbell inside one process: what the embedded default uses, and what the others build on. */
export class LocalDoorbell implements Doorbell {
  readonly #rings = new Set<(ring: Ring, origin: 'here' | 'elsewhere') => void>();
  readonly #accesses = new Set<(revision: number) => void>();

  ring(ring: Ring): void {
    this.hear(ring, 'here');
  }

  ringAccess(revision: number): void {
    for (const listener of this.#accesses) listener(revision);
  }

  onRing(listener: (ring: Ring, origin: 'here' | 'elsewhere') => void): () => void {
    this.#rings.add(listener);
    return () => this.#rings.delete(listener);
  }

  onAccess(listener: (revision: number) => void): () => void {
    this.#accesses.add(listener);
    return () => this.#accesses.delete(listener);
  }

  /** Passes on what was heard. */
  protected hear(ring: Ring, origin: 'here' | 'elsewhere'): void {
    for (const listener of this.#rings) listener(ring, origin);
  }

  async close(): Promise<void> {
    this.#rings.clear();
    this.#accesses.clear();
  }
}
