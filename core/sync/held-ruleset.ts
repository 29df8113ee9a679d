import { type Compiled, compile } from '../evaluate/compile.ts';
import { formatPosition, type Position, parsePosition } from '../model/position.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { applyPatch } from './apply-patch.ts';
import { EpochOrder, type Sighting } from './epoch-order.ts';
import { HeldEntries, isUnknownKill } from './held-entries.ts';
import { keepIdentity } from './keep-identity.ts';
import { layOverlay } from './overlay.ts';
import type { RulesetChange } from './session.ts';
import type { OverlayEvent, Patch, Snapshot } from './wire.ts';

/** `refused`: of another epoch, and not known to be newer. */
export type Offered = 'taken' | 'same' | 'older' | 'refused';
/** `gap`: what lies between is missing. */
export type Patched = 'taken' | 'older' | 'gap';

const MOST_WAITING = 100;
const NEVER = Number.NEGATIVE_INFINITY;

/**
 * What a client holds: a base, which is what history says at its place, and the kills that lie over it, kept apart.
 * Within an epoch only a later revision replaces the base; between two epochs `EpochOrder` decides. Each step is made
 * whole before anybody is told of it.
 */
export class HeldRuleset {
  readonly #onChange: (change: RulesetChange) => void;
  readonly #entries = new HeldEntries();
  readonly #epochs = new EpochOrder();
  #base: Ruleset | undefined;
  #compiled: Compiled | undefined;
  /** When Postgres was last known to be where the base is, at best. */
  #confirmedAt = NEVER;
  /** What a node said of a place that the base has not reached. */
  #awaited: { at: Position; ids: string[] }[] = [];
  /** Patches that begin ahead of the base, while what lies between is fetched. */
  #waiting: Patch[] = [];
  /** The base is still the one of a file, which no server has confirmed. */
  #isBundled = false;
  #laid: { base: Ruleset; entries: HeldEntries['all'] } | undefined;

  constructor(onChange: (change: RulesetChange) => void) {
    this.#onChange = onChange;
  }

  get compiled(): Compiled | undefined {
    return this.#compiled;
  }

  get base(): Ruleset | undefined {
    return this.#base;
  }

  get position(): string | undefined {
    return this.#base && formatPosition(this.#base);
  }

  get entries(): HeldEntries['all'] {
    return this.#entries.all;
  }

  /** The ids that are held, as a header line; empty when none are. */
  names(): string {
    return this.#entries.names();
  }

  snapshot(): Snapshot | undefined {
    if (this.#base === undefined) return undefined;
    const overlay = this.#entries.all.filter((entry) => !isUnknownKill(entry));
    return { ruleset: this.#base, overlay, settled: this.#entries.recorded };
  }

  ageMs(now: number): number {
    return this.#base === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - this.#confirmedAt);
  }

  /** Whether the base is at a place, or beyond it in the same epoch. */
  hasReached(at: Position): boolean {
    return this.#base !== undefined && this.#base.epoch === at.epoch && this.#base.revision >= at.revision;
  }

  /** Takes a whole ruleset where it is later. `isNext`: it follows on what is held, by one node over one stream. */
  offer(snapshot: Snapshot, seen: Sighting, isNext = false): Offered {
    const { ruleset, overlay, settled } = snapshot;
    const base = this.#base;
    const isOther = base !== undefined && base.epoch !== ruleset.epoch;
    if (isOther && !this.#epochs.mayFollow(ruleset.epoch, seen, isNext)) {
      this.#entries.announce(overlay);
      this.#publish();
      return 'refused';
    }
    const isLater = base === undefined || isOther || ruleset.revision > base.revision;
    if (isLater) this.#replace(ruleset);
    if (isOther || base === undefined) this.#epochs.leave(base?.epoch, seen, isNext);
    else this.#epochs.see(seen.before);
    this.#entries.announce(overlay);
    this.#entries.settle(settled, this.#base ?? ruleset);
    this.#followWaiting();
    this.#publish();
    if (isLater) return 'taken';
    return ruleset.revision === base.revision ? 'same' : 'older';
  }

  /** Takes a patch that came at `seenBy`, or keeps it until what lies before it has come. */
  patch(patch: Patch, seenBy: number): Patched {
    const base = this.#base;
    const to = parsePosition(patch.to);
    if (base === undefined || to?.epoch !== base.epoch) return 'gap';
    this.#epochs.see(seenBy);
    if (to.revision <= base.revision) {
      // The own base is at that place or later, so it records them as well.
      this.#entries.settle(patch.settles, base);
      this.#publish();
      return 'older';
    }
    this.#waiting = [...this.#waiting.slice(1 - MOST_WAITING), patch];
    this.#followWaiting();
    this.#publish();
    return this.hasReached(to) ? 'taken' : 'gap';
  }

  /** The whole set of a node, joined with what is held: a kill counts whatever the base is. */
  announce({ overlay, settled, position }: OverlayEvent): void {
    this.#entries.announce(overlay);
    const at = parsePosition(position);
    if (at !== undefined && settled.length > 0) {
      this.#awaited = [...this.#awaited.slice(-15), { at, ids: settled }];
      this.#settleAwaited();
    }
    this.#publish();
  }

  /**
   * A node has seen Postgres at `position`: at `confirmedAt` at best, and not later than `seenBy`. Answers whether that
   * is where the base is.
   */
  confirm(position: string, confirmedAt: number, seenBy: number): boolean {
    const at = parsePosition(position);
    if (at === undefined || this.#base?.epoch !== at.epoch) return false;
    this.#epochs.see(seenBy);
    if (at.revision !== this.#base.revision) return false;
    this.#isBundled = false;
    this.#confirmedAt = Math.max(this.#confirmedAt, confirmedAt);
    return true;
  }

  /** Takes what its owner has from before. What any server says of the epoch counts more. */
  start(snapshot: Snapshot, confirmedAt: number, isBundled: boolean): void {
    this.offer(snapshot, { after: NEVER, before: NEVER, isStated: false });
    this.#confirmedAt = confirmedAt;
    this.#isBundled = isBundled;
  }

  #replace(next: Ruleset): void {
    const before = this.#base;
    const base = keepIdentity(before, next);
    if (before !== undefined && before.epoch !== base.epoch) this.#cross(before, base);
    this.#isBundled = false;
    this.#moveTo(base);
  }

  /** A kill that was seen stays; one that a file tells of was seen by whoever made the file, however long ago. */
  #cross(before: Ruleset, base: Ruleset): void {
    this.#waiting = [];
    const isOther = before.project !== base.project || before.environment !== base.environment;
    if (isOther || this.#isBundled) this.#entries.forget(isOther);
    else this.#entries.cross(before, base);
  }

  #moveTo(base: Ruleset): void {
    this.#base = base;
    this.#settleAwaited();
    this.#entries.rest(base);
  }

  #settleAwaited(): void {
    const base = this.#base;
    if (base === undefined || this.#awaited.length === 0) return;
    const reached = this.#awaited.filter(({ at }) => this.hasReached(at));
    this.#awaited = this.#awaited.filter(({ at }) => !this.hasReached(at));
    for (const { ids } of reached) this.#entries.settle(ids, base);
  }

  /** Applies those patches that begin where the base is, one after the other. */
  #followWaiting(): void {
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
      try {
        this.#moveTo(applyPatch(this.#base as Ruleset, next));
      } catch {
        // It does not fit, whatever its place says: the whole ruleset will be asked for.
        break;
      }
      this.#entries.settle(next.settles, this.#base as Ruleset);
    }
    this.#leavePassed();
  }

  /** Patches that a whole ruleset has overtaken: what they settle is settled in the base as well. */
  #leavePassed(): void {
    const isPassed = ({ to }: Patch) => this.hasReached(parsePosition(to) as Position);
    for (const { settles } of this.#waiting.filter(isPassed)) this.#entries.settle(settles, this.#base as Ruleset);
    this.#waiting = this.#waiting.filter((patch) => !isPassed(patch));
  }

  #takeNext(): Patch | undefined {
    const { position } = this;
    const next = this.#waiting.find(({ from }) => from === position);
    if (next !== undefined) this.#waiting = this.#waiting.filter((patch) => patch !== next);
    return next;
  }

  #publish(): void {
    const base = this.#base;
    const entries = this.#entries.all;
    if (base === undefined || (this.#laid?.base === base && this.#laid.entries === entries)) return;
    this.#laid = { base, entries };
    const before = this.#compiled;
    const after = compile(keepIdentity(before?.ruleset, layOverlay(base, entries)), before);
    this.#compiled = after;
    this.#onChange({ position: formatPosition(base), ...differences(before, after), before, after });
  }
}

/** What is compiled is the same object as before exactly where the flag and all that it names are. */
function differences(before: Compiled | undefined, after: Compiled): Pick<RulesetChange, 'keys' | 'killed'> {
  const keys = [...after.flags].filter(([key, flag]) => before?.flags.get(key) !== flag).map(([key]) => key);
  const gone = [...(before?.flags.keys() ?? [])].filter((key) => !after.flags.has(key));
  const killedIn = (compiled: Compiled | undefined, key: string) =>
    compiled?.flags.get(key)?.constant?.disabledBy === 'killed';
  const killed = keys.filter((key) => killedIn(after, key) && !killedIn(before, key));
  return { keys: [...keys, ...gone], killed };
}
