import { Problem } from '../platform/problem.ts';

/** A person with many screens open has room; a script that opens one after another has not. */
export const MOST_OF_PRINCIPAL = 32;
export const MOST_OF_NODE = 1_000;

/** How many streams of screens are open on this node, by who asked for them. */
export class LiveAdmission {
  readonly #byPrincipal = new Map<string, number>();
  #count = 0;

  /** Takes a place; answers how to give it back. Throws 429 where there is none. */
  admit(principalId: string): () => void {
    const ofPrincipal = this.#byPrincipal.get(principalId) ?? 0;
    if (ofPrincipal >= MOST_OF_PRINCIPAL) {
      const detail = `You have ${ofPrincipal} streams open here, and no more are given. Close some screens.`;
      throw new Problem('too_many', detail, { retryAfterSeconds: 5 });
    }
    if (this.#count >= MOST_OF_NODE) {
      const detail = `This node has ${this.#count} streams of screens open, and gives no more. Reload instead, or ask another node.`;
      throw new Problem('too_many', detail, { retryAfterSeconds: 30 });
    }
    this.#count++;
    this.#byPrincipal.set(principalId, ofPrincipal + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#count--;
      const left = (this.#byPrincipal.get(principalId) ?? 1) - 1;
      if (left === 0) this.#byPrincipal.delete(principalId);
      else this.#byPrincipal.set(principalId, left);
    };
  }
}
