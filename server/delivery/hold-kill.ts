import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import type { Journal } from './journal.ts';
import type { Overlays } from './overlay.ts';
import type { Rulesets } from './rulesets.ts';
import type { JournalEntry } from './served.ts';

export interface HoldParts {
  rulesets: Rulesets;
  overlays: Overlays;
  journal: Journal;
  clock: Clock;
}

/** A kill as it is asked for. */
export interface Wanted {
  environmentId: number;
  epoch: string;
  flag: string;
  actor: string;
  reason: string;
  incident?: string;
  request?: string;
}

/** An entry that is in force on this node. */
export interface HeldKill {
  entry: JournalEntry;
  /** True where another call made the entry. */
  reused: boolean;
  /** True when it is on this node's disk. */
  durable: boolean;
}

/** A disk that does not answer does not keep a kill from anybody. */
const JOURNAL_MS = 2_000;
const REQUEST_MS = 24 * 3_600_000;
const MOST_REQUESTS = 10_000;

/**
 * Puts kills in force on this node: journalled first, then laid over what is served, which publishes them. While an
 * entry of a flag is unsettled no second one is made, so the journal is bounded by the number of flags.
 */
export class KillHolder {
  readonly #parts: HoldParts;
  readonly #making = new Map<string, Promise<HeldKill>>();
  readonly #requests = new Map<string, { entry: JournalEntry; at: number }>();

  constructor(parts: HoldParts) {
    this.#parts = parts;
  }

  /** What an earlier run of this node left in its journal is in force again. */
  revive(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      this.#parts.rulesets.layOver(entry);
      this.remember(entry);
    }
  }

  /** The entry that this very request has made within the last 24 h, settled or not. */
  ofRequest(request: string): JournalEntry | undefined {
    return this.#requests.get(request)?.entry;
  }

  /** An entry of this node as it stands; undefined when a base has recorded it. Waits for one that is being made. */
  async find(entry: JournalEntry): Promise<HeldKill | undefined> {
    const made = await this.#making.get(`${entry.environmentId}/${entry.flag}`);
    if (made?.entry.id === entry.id) return { ...made, reused: true };
    const { rulesets, journal } = this.#parts;
    return rulesets.isLaidOver(entry) ? { entry, reused: true, durable: journal.isDurable(entry.id) } : undefined;
  }

  /** `isFresh` asks for an entry of its own, where the unsettled one turned out to be lifted already. */
  async hold(wanted: Wanted, isFresh = false): Promise<HeldKill> {
    const name = `${wanted.environmentId}/${wanted.flag}`;
    const making = this.#making.get(name);
    if (making !== undefined) return { ...(await making), reused: true };
    const held = isFresh ? undefined : this.#parts.overlays.find(wanted.environmentId, wanted.flag);
    if (held !== undefined) return { entry: held, reused: true, durable: this.#parts.journal.isDurable(held.id) };
    const made = this.#make(wanted).finally(() => this.#making.delete(name));
    this.#making.set(name, made);
    return made;
  }

  async #make(wanted: Wanted): Promise<HeldKill> {
    const { journal, rulesets, clock } = this.#parts;
    const id = randomBytes(16).toString('hex');
    const entry: JournalEntry = { kind: 'kill', id, ...wanted, at: clock.now().toISOString() };
    this.remember(entry);
    const late = () => new Problem('unavailable', 'The disk did not answer in time.');
    const durable = await withinDeadline(journal.append(entry), JOURNAL_MS, late).then(
      () => true,
      () => false,
    );
    rulesets.layOver(entry);
    // The frames leave at the end of this turn. The embedded database works in one turn through, and would hold them
    // back until the commit is done.
    await nextTurn();
    return { entry, reused: false, durable };
  }

  /** For the same request, should it come again. */
  remember(entry: JournalEntry): void {
    const now = this.#parts.clock.now().getTime();
    for (const [request, { at }] of this.#requests) {
      if (at > now - REQUEST_MS && this.#requests.size < MOST_REQUESTS) break;
      this.#requests.delete(request);
    }
    if (entry.request !== undefined) this.#requests.set(entry.request, { entry, at: now });
  }
}
