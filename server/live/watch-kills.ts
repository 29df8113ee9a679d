import type { Entry } from '../changes/change-store.ts';
import type { Overlays } from '../delivery/overlay.ts';
import type { Rulesets } from '../delivery/rulesets.ts';
import type { JournalEntry } from '../delivery/served.ts';
import { repeat } from '../platform/repeat.ts';

export interface KillNews {
  environmentId: number;
  flag: string;
  id: string;
  state: 'held' | 'in-log';
}

export interface KillParts {
  overlays: Pick<Overlays, 'of' | 'environments'>;
  rulesets: Pick<Rulesets, 'onServed' | 'onSettled'>;
  tell(news: KillNews): void;
}

/** An environment that this node does not serve tells nobody of its kills: they are looked for. */
const EVERY_MS = 500;
const MOST_REMEMBERED = 1_000;

/**
 * Tells of kills as they come into force on this node, which needs no database, and once the log has them. A kill that
 * another node took is told by its entry in the log alone.
 */
export class KillWatch {
  readonly #parts: KillParts;
  readonly #known = new Map<number, readonly JournalEntry[]>();
  readonly #recorded = new Set<string>();
  readonly #stops: (() => void)[];

  constructor(parts: KillParts) {
    this.#parts = parts;
    for (const environmentId of parts.overlays.environments())
      this.#known.set(environmentId, this.#held(environmentId));
    this.#stops = [
      parts.rulesets.onServed(({ environmentId }, { overlayChanged }) => {
        if (overlayChanged) this.#compare(environmentId);
      }),
      parts.rulesets.onSettled(() => this.#compareAll()),
      repeat(EVERY_MS, () => this.#compareAll()),
    ];
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  /** The log has an entry: where that is a kill, it is told. */
  noteEntry({ killId, subject, steps }: Entry): void {
    const [step] = steps;
    if (killId === null || step === undefined) return;
    this.#tellRecorded({
      environmentId: step.environmentId,
      flag: subject.slice(subject.indexOf('/') + 1),
      id: killId,
    });
  }

  #held(environmentId: number): readonly JournalEntry[] {
    return this.#parts.overlays.of(environmentId);
  }

  #compareAll(): void {
    for (const id of new Set([...this.#known.keys(), ...this.#parts.overlays.environments()])) this.#compare(id);
  }

  #compare(environmentId: number): void {
    const before = this.#known.get(environmentId) ?? [];
    const now = this.#held(environmentId);
    if (now === before) return;
    if (now.length === 0) this.#known.delete(environmentId);
    else this.#known.set(environmentId, now);
    for (const { id, flag } of now) {
      if (!before.some((entry) => entry.id === id)) this.#parts.tell({ environmentId, flag, id, state: 'held' });
    }
    for (const { id, flag } of before) {
      if (!now.some((entry) => entry.id === id)) this.#tellRecorded({ environmentId, flag, id });
    }
  }

  /** Once, whichever comes first: the base that names it, or its entry. */
  #tellRecorded(kill: Omit<KillNews, 'state'>): void {
    if (this.#recorded.has(kill.id)) return;
    this.#recorded.add(kill.id);
    const [oldest] = this.#recorded;
    if (this.#recorded.size > MOST_REMEMBERED && oldest !== undefined) this.#recorded.delete(oldest);
    this.#parts.tell({ ...kill, state: 'in-log' });
  }
}
