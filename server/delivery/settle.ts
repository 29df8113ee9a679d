import type { Door } from '../changes/door.ts';
import { asProblem } from '../platform/answer-problem.ts';
import { withinDeadline } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import { Problem } from '../platform/problem.ts';
import { repeat } from '../platform/repeat.ts';
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
  /** Resolves to true when what this node keeps of an environment on disk is what it serves now. */
  keepOnDisk(environmentId: number): Promise<boolean>;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Somebody who waits for an entry to be recorded. */
export interface Waiting {
  outcome: Promise<Recorded>;
  /** The outcome, once it is known. */
  told: Recorded | undefined;
  forget(): void;
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
  #isLooking = false;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
    parts.rulesets.onSettled((ended) => {
      for (const entry of ended) this.#ended.set(entry.id, entry);
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

  /** Waits for the entry to be recorded; never rejects. */
  recorded(id: string): Waiting {
    let tell: (recorded: Recorded) => void = () => undefined;
    const outcome = new Promise<Recorded>((resolve) => {
      tell = (recorded) => {
        waiting.told = recorded;
        resolve(recorded);
      };
    });
    const all = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, all.add(tell));
    const forget = () => {
      all.delete(tell);
      if (all.size === 0 && this.#waiting.get(id) === all) this.#waiting.delete(id);
    };
    const waiting: Waiting = { outcome, told: undefined, forget };
    return waiting;
  }

  /** Looks every `everyMs`; answers how to stop. */
  follow(everyMs = EVERY_MS): () => void {
    return repeat(everyMs, () => void this.look());
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
      // What cannot be dropped now is kept for the next round: an entry too many in the journal costs nothing.
      await this.#dropRecorded().catch(() => undefined);
    } finally {
      this.#isLooking = false;
    }
  }

  /**
   * Lets the journal go of what a base named, the log still has, and the snapshot on disk knows: until then a crash and
   * a start without the database would lose it. What the log has no more was lost by the database, so it lies over what
   * is served again.
   */
  async #dropRecorded(): Promise<void> {
    const { journal, rulesets, log } = this.#parts;
    const ended = [...this.#ended.values()];
    if (ended.length === 0) return;
    const recorded = new Set(await recordedAmong(this.#parts.door().db, [...this.#ended.keys()]));
    const kept = await this.#keepOnDisk(ended);
    const over: string[] = [];
    for (const entry of ended) {
      if (recorded.has(entry.id)) {
        if (kept.has(entry.environmentId)) over.push(entry.id);
        continue;
      }
      this.#ended.delete(entry.id);
      if (!rulesets.layOver(entry)) continue;
      log.error({ kill: entry.id }, 'the database lost a kill that it had recorded: it is in force again');
    }
    await journal.drop(over);
    for (const id of over) this.#ended.delete(id);
  }

  async #keepOnDisk(ended: readonly JournalEntry[]): Promise<Set<number>> {
    const kept = new Set<number>();
    for (const environmentId of new Set(ended.map((entry) => entry.environmentId))) {
      if (await this.#parts.keepOnDisk(environmentId)) kept.add(environmentId);
    }
    return kept;
  }

  async #settle(environmentId: number): Promise<void> {
    const { overlays, rulesets } = this.#parts;
    let failure: unknown;
    for (const entry of overlays.of(environmentId)) {
      try {
        await this.record(entry);
        const isHeld = overlays.of(environmentId).some(({ id }) => id === entry.id);
        if (isHeld) await rulesets.endRecorded(environmentId, [entry.id]);
      } catch (error) {
        failure = error;
        if (isPassing(error)) break;
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** Records one entry, or reads back how it was recorded. */
  async record(entry: JournalEntry): Promise<Recorded> {
    const slow = () => new Problem('database_unavailable', 'The database did not answer in time.');
    const recorded = await withinDeadline(recordKill(this.#parts.door(), entry), TRY_MS, slow);
    const { effect, change } = recorded;
    this.#parts.log.info({ kill: entry.id, flag: entry.flag, effect, seq: change?.seq }, 'a kill is recorded');
    for (const tell of this.#waiting.get(entry.id) ?? []) tell(recorded);
    this.#waiting.delete(entry.id);
    return recorded;
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
