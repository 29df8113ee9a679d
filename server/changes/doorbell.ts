/**
 * "Environment E is at position P." Only a hint: whoever misses it reads the database within 2 s. `patch` is the
 * canonical text of the patch that leads to `position`, when it is small enough to travel along.
 */
export interface Ring {
  environmentId: number;
  position: string;
  digest: string;
  patch?: string;
}

/** Rung after a commit. `access` says that keys, tokens, projects or environments changed. */
export interface Doorbell {
  ring(ring: Ring): void;
  ringAccess(revision: number): void;
  onRing(listener: (ring: Ring, origin: 'here' | 'elsewhere') => void): () => void;
  onAccess(listener: (revision: number) => void): () => void;
  close(): Promise<void>;
}
