import type { Door } from '../changes/door.ts';
import type { KillParts } from '../delivery/kill-flag.ts';
import { repeat } from '../platform/repeat.ts';
import { forgetSignals } from './signal-store.ts';
import type { SignalParts } from './take-signals.ts';

/** What comes in from outside, and who waits for it. */
export interface Signals extends SignalParts {
  /** Told of the project of each new signal that fires; answers how to stop. A signal of another node is not told. */
  listen(listener: (projectId: number) => void): () => void;
  /** Forgets what is over; answers how to stop. */
  follow(): () => void;
}

/** Deliveries are remembered for a day: what comes again within it is known. */
const REMEMBERED_MS = 24 * 3_600_000;
const FORGET_EVERY_MS = 600_000;

export function openSignals(parts: { door: Door; kill: KillParts; onError(error: unknown): void }): Signals {
  const listeners = new Set<(projectId: number) => void>();
  const { door, onError } = parts;
  return {
    ...parts,
    onSignal: (projectId) => {
      for (const listener of listeners) listener(projectId);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    follow: () => {
      return repeat(FORGET_EVERY_MS, () => {
        forgetSignals(door.db, new Date(door.clock.now().getTime() - REMEMBERED_MS)).catch(onError);
      });
    },
  };
}
