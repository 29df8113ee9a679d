import type { Clock } from '../platform/clock.ts';
import { type Counted, countApps, type Flip, foldReceipts, hasReached, type Receipts } from './flip.ts';
import type { Account, Flips } from './flips.ts';
import { counts, type Instance, LIVE_MS, nameOf } from './instance.ts';
import type { Instances } from './instances.ts';
import type { OtherNodes } from './other-nodes.ts';

export interface AwaitParts {
  clock: Clock;
  instances: Instances;
  flips: Flips;
  others: OtherNodes;
}

/** What is waited for in one environment: a place in its history, or a kill. */
export interface Target {
  environmentId: number;
  position?: string | undefined;
  kill?: string | undefined;
}

/** The receipts of a flip, over all its environments. */
export interface FlipReceipts extends Receipts {
  /** Nodes that were there within the last minute, and whose apps are not counted. */
  unknown: readonly string[];
  /** False where not all nodes could be asked. */
  complete: boolean;
}

interface Look {
  counted: Counted[];
  unknown: readonly string[];
  complete: boolean;
}

/** So many wait at once; whoever comes beyond that is told how it stands now. */
const MOST_WAITING = 500;
/** Other nodes are asked again after this. */
const LOOK_MS = 500;

/** Tells who has acknowledged a flip, at once or when all have. */
export class ReceiptDesk {
  readonly #parts: AwaitParts;
  #waiting = 0;

  constructor(parts: AwaitParts) {
    this.#parts = parts;
  }

  /** Answers when every app that was there has acknowledged, or after `waitMs`. */
  async receiptsOf(targets: readonly Target[], waitMs: number): Promise<FlipReceipts> {
    const { clock, flips } = this.#parts;
    const until = clock.monotonic() + (this.#waiting < MOST_WAITING ? waitMs : 0);
    this.#waiting++;
    try {
      for (;;) {
        const now = await this.#look(targets);
        const left = until - clock.monotonic();
        if (left <= 0 || (now.complete && now.laggards.length === 0)) return now;
        await flips.next(Math.min(left, LOOK_MS));
        // Receipts of many apps come together, and each look at them costs as much as there are apps.
        await new Promise((resolve) => setTimeout(resolve, Math.min(100, 1 + now.live / 100)));
      }
    } finally {
      this.#waiting--;
    }
  }

  async #look(targets: readonly Target[]): Promise<FlipReceipts> {
    const looks = await Promise.all(targets.map((target) => this.#lookAt(target)));
    const now = this.#parts.clock.monotonic();
    const counted = looks.flatMap((look) => look.counted);
    return {
      ...foldReceipts(counted, now),
      unknown: [...new Set(looks.flatMap(({ unknown }) => unknown))],
      complete: looks.every(({ complete }) => complete),
    };
  }

  async #lookAt(target: Target): Promise<Look> {
    const { clock, instances, others } = this.#parts;
    const { instances: elsewhere, ...rest } = await others.of(target.environmentId);
    const account = this.#accountOf(target);
    const flip = account?.flip ?? flipOf(target);
    const at = account?.at ?? clock.monotonic();
    const own = instances.of(target.environmentId);
    // Without an account of it nobody knows who was there, so whoever is there now counts.
    const there = account === undefined ? own.filter((instance) => counts(instance, at)) : [...account.atFlip.values()];
    const theirs = elsewhere.filter((instance) => instance.firstSeen <= at && instance.lastSeen > at - LIVE_MS);
    if (account !== undefined) noteLate(account, theirs, own, clock.monotonic());
    const counted = countApps(flip, [...there, ...theirs], [...own, ...elsewhere], account?.times ?? NO_TIMES);
    return { counted, unknown: rest.unknown, complete: rest.complete };
  }

  #accountOf({ environmentId, position, kill }: Target): Account | undefined {
    const { flips } = this.#parts;
    const ofKill = kill === undefined ? undefined : flips.findKill(environmentId, kill);
    return ofKill ?? (position === undefined ? undefined : flips.find(environmentId, position));
  }
}

/**
 * Of apps that another node knew when the flip was made: what it has heard was heard when this one read of it, and those
 * that have come here since say it here.
 */
function noteLate(
  { flip, at, times }: Account,
  theirs: readonly Instance[],
  own: readonly Instance[],
  now: number,
): void {
  const names = new Set(theirs.map(nameOf).filter((name) => !times.has(name)));
  if (names.size === 0) return;
  for (const instance of [...theirs, ...own]) {
    const name = nameOf(instance);
    if (names.has(name) && !times.has(name) && hasReached(instance, flip)) times.set(name, now - at);
  }
}

const NO_TIMES: ReadonlyMap<string, number> = new Map();

function flipOf({ environmentId, position, kill }: Target): Flip {
  return { environmentId, position, kill, flags: undefined };
}
