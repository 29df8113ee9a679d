import type { Doorbell, Ring } from '../changes/doorbell.ts';
import { asProblem } from '../platform/answer-problem.ts';
import { Problem } from '../platform/problem.ts';
import { type Base, type BaseStep, followRing } from './base.ts';
import type { Place } from './base-store.ts';
import { catchUp, type Ground } from './catch-up.ts';
import { comparePosition } from './compare-position.ts';
import { PlaceFollower } from './follow-places.ts';
import { Listeners } from './listeners.ts';
import { type LoadParts, loadEnvironment } from './load-environment.ts';
import type { Overlays } from './overlay.ts';
import { PatchRings } from './patch-ring.ts';
import type { HeldBase } from './read-ruleset.ts';
import { serveBase } from './serve-base.ts';
import type { HeldRulesets, JournalEntry, PatchFrame, Served, ServedStep } from './served.ts';
import { settledAmong } from './settled-among.ts';
import { SharedWork } from './shared-work.ts';

export interface RulesetsParts extends LoadParts {
  doorbell: Pick<Doorbell, 'onRing'>;
  overlays: Overlays;
}

interface Held {
  base: Base;
  served: Served;
  /** On the monotonic clock: when the database was last known to be at this position. */
  confirmedAt: number;
  usedAt: number;
}

/** A load waits this long for the database before it takes what is on disk. */
const LOAD_MS = 2_000;
/** And so long where the database did not answer a moment ago. */
const LOAD_AWAY_MS = 250;
const IDLE_MS = 600_000;

/**
 * What one node serves, by environment: the base in memory with the unsettled kills laid over it. It follows the
 * doorbell by patches and asks the database every 2 s where it is; no reader ever waits for the database but in `load`.
 */
export class Rulesets implements HeldRulesets {
  readonly #parts: RulesetsParts;
  readonly #held = new Map<number, Held>();
  readonly #heard = new Map<number, string>();
  readonly #rings = new PatchRings();
  readonly #onServed: Listeners<[Served, ServedStep]>;
  readonly #onSettled: Listeners<[readonly JournalEntry[]]>;
  readonly #onPlaces: Listeners<[readonly Place[]]>;
  readonly #places: PlaceFollower;
  readonly #loads = new Map<number, Promise<Served>>();
  readonly #refreshes = new SharedWork<number>();
  #isWanted: (environmentId: number) => boolean = () => false;
  #isAway = false;

  constructor(parts: RulesetsParts) {
    this.#parts = parts;
    this.#onServed = new Listeners(parts.log);
    this.#onSettled = new Listeners(parts.log);
    this.#onPlaces = new Listeners(parts.log);
    this.#places = new PlaceFollower({
      db: parts.db,
      clock: parts.clock,
      environments: () => this.heldEnvironments(),
      heard: (places, askedAt) => this.#hearPlaces(places, askedAt),
      failed: () => {
        this.#isAway = true;
      },
    });
    parts.doorbell.onRing((ring, origin) => this.#onRing(ring, origin));
  }

  /** Environments that nobody asks for are unloaded, so whoever needs one keeps asking. */
  served(environmentId: number): Served | undefined {
    const held = this.#held.get(environmentId);
    if (held === undefined) return undefined;
    held.usedAt = this.#parts.clock.monotonic();
    return held.served;
  }

  /** For the door: the base without its overlay. */
  held = (environmentId: number): HeldBase | undefined => {
    const base = this.#held.get(environmentId)?.base;
    return base && { position: base.position, digest: base.digest, base: base.ruleset };
  };

  /** The base as it is kept on disk. */
  baseOf(environmentId: number): Base | undefined {
    return this.#held.get(environmentId)?.base;
  }

  heldEnvironments(): number[] {
    return [...this.#held.keys()];
  }

  async load(environmentId: number): Promise<Served> {
    const served = this.served(environmentId);
    if (served !== undefined) return served;
    let loading = this.#loads.get(environmentId);
    if (loading === undefined) {
      loading = this.#load(environmentId).finally(() => this.#loads.delete(environmentId));
      this.#loads.set(environmentId, loading);
    }
    return loading;
  }

  ageMs(environmentId: number): number {
    const held = this.#held.get(environmentId);
    return held === undefined ? Number.POSITIVE_INFINITY : this.#parts.clock.monotonic() - held.confirmedAt;
  }

  heard(environmentId: number): string | undefined {
    return this.#heard.get(environmentId);
  }

  onServed(listener: (now: Served, step: ServedStep) => void): () => void {
    return this.#onServed.add(listener);
  }

  /** Hears of entries in the step in which a base named them. */
  onSettled(listener: (ended: readonly JournalEntry[]) => void): () => void {
    return this.#onSettled.add(listener);
  }

  /** Hears where the database is, after each time it was asked. */
  onPlaces(listener: (places: readonly Place[]) => void): () => void {
    return this.#onPlaces.add(listener);
  }

  patchesFrom(environmentId: number, from: string): readonly PatchFrame[] | undefined {
    const position = this.#held.get(environmentId)?.served.position;
    return position === from ? [] : this.#rings.since(environmentId, from);
  }

  settledAmong(environmentId: number, ids: readonly string[]): Promise<string[]> {
    const held = () => this.baseOf(environmentId);
    const refresh = () => this.refresh(environmentId);
    return settledAmong({ db: this.#parts.db, held, refresh }, environmentId, ids);
  }

  refresh(environmentId: number): Promise<void> {
    if (!this.#held.has(environmentId)) return this.load(environmentId).then(() => undefined);
    return this.#refreshes.run(environmentId, () => catchUp(this.#parts, this.#ground(environmentId)));
  }

  /** Lays a kill over what is served, at once; false when it lay there already. */
  layOver(entry: JournalEntry): boolean {
    const { overlays } = this.#parts;
    if (!overlays.add(entry)) return false;
    const held = this.#held.get(entry.environmentId);
    if (held !== undefined) this.#serve(held.base, [], held.confirmedAt);
    return true;
  }

  isLaidOver({ environmentId, id }: JournalEntry): boolean {
    return this.#parts.overlays.of(environmentId).some((entry) => entry.id === id);
  }

  /**
   * The database records these kills. Where a base is held it must name them itself; where none is, nothing is served
   * that they could be missing from.
   */
  async endRecorded(environmentId: number, ids: readonly string[]): Promise<void> {
    if (this.#held.has(environmentId)) return this.refresh(environmentId);
    if (this.#loads.has(environmentId)) return;
    const ended = this.#parts.overlays.settle(environmentId, new Set(ids));
    if (ended.length > 0) this.#onSettled.tell(ended);
  }

  /** An environment for which this answers true is not unloaded: it has open streams. */
  keepWhile(isWanted: (environmentId: number) => boolean): void {
    this.#isWanted = isWanted;
  }

  /** Confirms what is held, reads what moved on, and lets go of what nobody asks for; answers how to stop. */
  follow(everyMs?: number): () => void {
    return this.#places.follow(everyMs);
  }

  /** The same, once; never rejects. */
  askPlaces(): Promise<void> {
    return this.#places.ask();
  }

  #hearPlaces(places: readonly Place[], askedAt: number): void {
    this.#unloadIdle();
    this.#isAway = false;
    for (const place of places) this.#compare(place, askedAt);
    this.#onPlaces.tell(places);
  }

  #compare(place: Place, askedAt: number): void {
    const held = this.#held.get(place.environmentId);
    if (held === undefined) return;
    if (held.base.position === place.position && held.base.digest === place.digest) {
      held.confirmedAt = Math.max(held.confirmedAt, askedAt);
    } else this.#refreshAside(place.environmentId);
  }

  #refreshAside(environmentId: number): void {
    this.refresh(environmentId).catch((error: unknown) => {
      const { code } = asProblem(error);
      if (code === 'database_unavailable' || code === 'busy') return;
      this.#parts.log.error({ environmentId, error }, 'a ruleset could not be brought up to date');
    });
  }

  async #load(environmentId: number): Promise<Served> {
    const groundOn = (disk: Base | undefined) => this.#ground(environmentId, disk);
    const readMs = this.#isAway ? LOAD_AWAY_MS : LOAD_MS;
    this.#isAway = (await loadEnvironment(this.#parts, environmentId, groundOn, readMs)) === 'from disk';
    // A ring that came while there was nothing to apply it to.
    const heard = this.#heard.get(environmentId);
    if (heard !== undefined && heard !== this.baseOf(environmentId)?.position) this.#refreshAside(environmentId);
    const served = this.served(environmentId);
    if (served === undefined) throw new Problem('unavailable', 'This node has no ruleset of this environment yet.');
    return served;
  }

  #ground(environmentId: number, disk?: Base): Ground {
    return {
      environmentId,
      held: () => this.#held.get(environmentId)?.base ?? disk,
      asked: () => this.#parts.overlays.of(environmentId).map(({ id }) => id),
      take: (step, carried, confirmedAt) => this.#take(step, carried, confirmedAt),
    };
  }

  #onRing(ring: Ring, origin: 'here' | 'elsewhere'): void {
    const { environmentId } = ring;
    this.#hear(environmentId, ring.position);
    const held = this.#held.get(environmentId);
    if (held === undefined) return;
    const { clock } = this.#parts;
    const step = followRing(held.base, ring, clock.now().getTime());
    if (step === 'read') this.#refreshAside(environmentId);
    else if (step !== 'nothing') {
      this.#take(step, [], origin === 'here' ? clock.monotonic() : held.confirmedAt);
    }
  }

  /** Rings may overtake one another. */
  #hear(environmentId: number, position: string): void {
    const before = this.#heard.get(environmentId);
    if (before === undefined || comparePosition(position, before) !== 'older') this.#heard.set(environmentId, position);
  }

  /** The one step in which a base is replaced, recorded kills end and carried ones begin. */
  #take(step: BaseStep, carried: readonly JournalEntry[], confirmedAt: number): void {
    const { overlays } = this.#parts;
    const { base, patches, named } = step;
    const before = this.#held.get(base.environmentId);
    for (const entry of carried) overlays.add(entry);
    const ended = overlays.settle(base.environmentId, named);
    const isNews = ended.length > 0 || carried.length > 0 || patches?.length !== 0;
    if (before !== undefined && !isNews && sameKeys(before.base.settled, base.settled)) {
      before.confirmedAt = Math.max(before.confirmedAt, confirmedAt);
      return;
    }
    this.#serve(base, patches, confirmedAt);
    if (ended.length > 0) this.#onSettled.tell(ended);
  }

  #serve(base: Base, patches: readonly PatchFrame[] | undefined, confirmedAt: number): void {
    const { overlays, clock } = this.#parts;
    const { environmentId } = base;
    const before = this.#held.get(environmentId);
    const served = serveBase(base, overlays.of(environmentId), before?.served);
    this.#held.set(environmentId, { base, served, confirmedAt, usedAt: before?.usedAt ?? clock.monotonic() });
    if (before === undefined || patches === undefined) this.#rings.clear(environmentId);
    this.#rings.append(environmentId, patches ?? []);
    const step: ServedStep = {
      before: before?.served,
      patches: before === undefined ? undefined : patches,
      overlayChanged: (before?.served.overlayHash ?? '0') !== served.overlayHash,
    };
    this.#onServed.tell(served, step);
  }

  #unloadIdle(): void {
    const since = this.#parts.clock.monotonic() - IDLE_MS;
    for (const [environmentId, { usedAt }] of this.#held) {
      if (usedAt >= since || this.#isWanted(environmentId)) continue;
      this.#held.delete(environmentId);
      this.#rings.clear(environmentId);
    }
  }
}

function sameKeys(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return a.size === b.size && [...a.keys()].every((key) => b.has(key));
}
