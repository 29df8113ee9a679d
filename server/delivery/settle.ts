import type { Door } from '../changes/door.ts';
import { asProblem } from '../platform/answer-problem.ts';
import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import { Problem } from '../platform/problem.ts';
import type { Journal } from './journal.ts';
import { recordedAmong } from './kill-store.ts';
import type { Overlays } from './overlay.ts';
import { type Recorded, recordKill } from './record-kill.ts';
import type { Rulesets } from './rulesets.ts';
import type { JournalEntry } from './served.ts';
import { SharedWork } from './shared-work.ts';

export interface SettlerParts {
  /** Made after this, and it needs `settleFirst`. */
  door: () => Door;
  rulesets: Rulesets;
  overlays: Overlays;
  journal: Journal;
  clock: Clock;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

const EVERY_MS = 2_000;
/** A try that hangs this long is left alone, and the next one takes another connection. */
const TRY_MS = 10_000;
/** An ordinary change waits so long for the kills of its environment. */
const FIRST_MS = 3_000;

/**
 * Brings the kills that this node holds into the log: at once, before any other change of their environment, and again
 * every 2 s until each is recorded. What is recorded leaves the journal when it was read back.
 */
export class Settler {
  readonly #parts: SettlerParts;
  readonly #work = new SharedWork<number>();
  readonly #waiting = new Map<string, Set<(recorded: Recorded) => void>>();
  /** Ended by a base, and not yet read back. */
  readonly #ended = new Map<string, JournalEntry>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
    parts.rulesets.onSettled((ended) => {
      for (const entry of ended) this.#ended.set(entry.id, entry);
      void this.dropRecorded();
    });
  }

  /** Records the kills that this node holds of an environment. Rejects when that cannot be done now. */
  settle(environmentId: number): Promise<void> {
    return this.#work.run(environmentId, () => this.#settle(environmentId));
  }

  /**
   * For the door: kills go first. Costs nothing where nothing is held. A kill that cannot be recorded for a reason of
   * its own does not keep others from working: it stays laid over whatever they change.
   */
  settleFirst = async (environmentIds: readonly number[]): Promise<void> => {
    const { overlays, log } = this.#parts;
    if (overlays.size === 0) return;
    const mine = environmentIds.filter((id) => overlays.of(id).length > 0);
    if (mine.length === 0) return;
    const busy = () =>
      new Problem('busy', 'A kill of this environment is being recorded, and kills go first. Try again.', {
        retryAfterSeconds: 1,
      });
    try {
      await withinDeadline(Promise.all(mine.map((id) => this.settle(id))), FIRST_MS, busy);
    } catch (error) {
      if (isPassing(error)) throw error;
      log.error({ error }, 'a kill cannot be recorded; it stays in force and is tried again');
    }
  };

  /** Resolves when the entry is recorded; never rejects. `forget` stops waiting. */
  recorded(id: string): { outcome: Promise<Recorded>; forget(): void } {
    let resolve: (recorded: Recorded) => void = () => undefined;
    const outcome = new Promise<Recorded>((done) => {
      resolve = done;
    });
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    const forget = () => {
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
    };
    return { outcome, forget };
  }

  start(everyMs = EVERY_MS): void {
    this.#timer = setInterval(() => void this.look(), everyMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One round of everything that is still to be done. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { overlays, journal } = this.#parts;
    try {
      await journal.retry().catch(() => undefined);
      for (const environmentId of overlays.environments()) {
        await this.settle(environmentId).catch((error: unknown) => this.#report(environmentId, error));
      }
      await this.dropRecorded();
    } finally {
      this.#isLooking = false;
    }
  }

  /**
   * Lets the journal go of what a base named and the log still has. What the log has no more was lost by the database,
   * so it lies over what is served again.
   */
  async dropRecorded(): Promise<void> {
    const { journal, rulesets, log } = this.#parts;
    const ended = [...this.#ended.values()];
    if (ended.length === 0) return;
    try {
      const ids = ended.map(({ id }) => id);
      const recorded = new Set(await recordedAmong(this.#parts.door().db, ids));
      for (const entry of ended) {
        this.#ended.delete(entry.id);
        if (recorded.has(entry.id) || !rulesets.layOver(entry)) continue;
        log.error({ kill: entry.id }, 'the database lost a kill that it had recorded: it is in force again');
      }
      await journal.drop(ids.filter((id) => recorded.has(id)));
    } catch {
      // Kept for the next round: an entry too many in the journal costs nothing.
    }
  }

  async #settle(environmentId: number): Promise<void> {
    const { overlays, rulesets } = this.#parts;
    let failure: unknown;
    for (const entry of overlays.of(environmentId)) {
      try {
        await this.#record(entry);
        const isHeld = overlays.of(environmentId).some(({ id }) => id === entry.id);
        if (isHeld) await rulesets.endRecorded(environmentId, [entry.id]);
      } catch (error) {
        failure = error;
        if (isPassing(error)) break;
      }
    }
    if (failure !== undefined) throw failure;
  }

  async #record(entry: JournalEntry): Promise<void> {
    const slow = () => new Problem('database_unavailable', 'The database did not answer in time.');
    const recorded = await withinDeadline(recordKill(this.#parts.door(), entry), TRY_MS, slow);
    const { effect, change } = recorded;
    this.#parts.log.info({ kill: entry.id, flag: entry.flag, effect, seq: change?.seq }, 'a kill is recorded');
    for (const tell of this.#waiting.get(entry.id) ?? []) tell(recorded);
    this.#waiting.delete(entry.id);
  }

  #report(environmentId: number, error: unknown): void {
    if (isPassing(error)) return;
    this.#parts.log.error({ environmentId, error }, 'a kill cannot be recorded; it stays in force and is tried again');
  }
}

/** The database is away or busy: it will come back. */
function isPassing(error: unknown): boolean {
  const { code } = asProblem(error);
  return code === 'database_unavailable' || code === 'busy';
}
