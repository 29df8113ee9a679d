import type { Departure } from './departure.ts';
import { isDue } from './due.ts';
import type { Train } from './train.ts';

/** What is known of a departure that has not left yet. */
export interface PlanFacts {
  train: Pick<Train, 'velocity' | 'mode' | 'stopped'>;
  departure: Pick<Departure, 'kind' | 'state' | 'opensAt' | 'closesAt' | 'leavesAt' | 'pressedBy'>;
  /** Cars that are aboard, and how many of them could leave. */
  cars: { aboard: number; ready: number; firstBoardedAt: Date | null };
  /** The departure after it, where there is one. */
  next: Pick<Departure, 'closesAt' | 'leavesAt'> | undefined;
  /** The freeze in which its environment is now. */
  frozen: { name: string; until: Date | null } | null;
  /** The open incident that names the environment as a whole. */
  incident: { title: string } | null;
  now: Date;
}

export interface Step {
  step: 'open' | 'close' | 'leave' | 'miss' | 'wait';
  /** A sentence. */
  because: string;
  /** Of `wait`: when time alone may change it. */
  until?: Date;
}

/** A date that does not move is still kept by whoever was away for a moment. */
const LATE_MS = 3_600_000;

/**
 * What a departure does next, and why. A regular one never leaves before its cut-off and its time, never in a freeze, and
 * never while the line is stopped. What keeps a scheduled one waiting for longer than until the next one closes makes it
 * miss: whoever was aboard takes the next.
 */
export function planDeparture(facts: PlanFacts): Step {
  const { departure, now } = facts;
  const { state, opensAt, closesAt } = departure;
  if (departure.kind === 'chemspill') return { step: 'wait', because: 'It leaves when a second person agrees.' };
  if (state === 'scheduled') {
    if (opensAt !== null && now < opensAt) {
      return { step: 'wait', because: `Boarding begins at ${opensAt.toISOString()}.`, until: opensAt };
    }
    return { step: 'open', because: 'Boarding has begun.' };
  }
  if (state === 'boarding' && closesAt !== null) {
    if (now < closesAt) return { step: 'wait', because: `Boarding until ${closesAt.toISOString()}.`, until: closesAt };
    return { step: 'close', because: 'The cut-off has come: the manifest is closed.' };
  }
  if (state !== 'boarding' && state !== 'closed') return { step: 'wait', because: 'It has left, or is over.' };
  return planLeaving(facts);
}

function planLeaving(facts: PlanFacts): Step {
  const { train, departure, cars, now } = facts;
  const { leavesAt } = departure;
  // What has a time leaves then, also where the train goes by something else since.
  const velocity = leavesAt === null ? train.velocity : { kind: 'deadline' as const, at: leavesAt.toISOString() };
  const { ready: readyCars, firstBoardedAt } = cars;
  const due = isDue(velocity, { now, leavesAt, readyCars, firstBoardedAt });
  if (!due.leaves) return { step: 'wait', because: due.because, ...(due.at === undefined ? {} : { until: due.at }) };
  const held = heldBy(facts);
  // What leaves when something is ready has no time that it could miss.
  if (leavesAt === null) return held ?? { step: 'leave', because: due.because };
  const missed = missedBy(facts, held);
  return missed ?? held ?? { step: 'leave', because: due.because };
}

/** What stands in the way of a departure whose time has come. */
function heldBy({ train, departure, frozen, incident }: PlanFacts): Step | undefined {
  if (train.stopped) {
    return { step: 'wait', because: `The line is stopped: ${train.stopped.reason}` };
  }
  if (frozen) {
    const because = `The freeze “${frozen.name}” holds until ${frozen.until?.toISOString() ?? 'somebody ends it'}.`;
    return { step: 'wait', because, ...(frozen.until === null ? {} : { until: frozen.until }) };
  }
  if (incident) return { step: 'wait', because: `The incident “${incident.title}” is open.` };
  if (train.mode === 'button' && departure.pressedBy === null) {
    return { step: 'wait', because: 'It waits for a release manager to let it leave.' };
  }
  return undefined;
}

/** Whether a scheduled departure does not leave at all. */
function missedBy(facts: PlanFacts, held: Step | undefined): Step | undefined {
  const { cars, frozen, now } = facts;
  const last = lastChance(facts);
  const isOver = last !== undefined && now >= last;
  if (frozen) return { step: 'miss', because: `The freeze “${frozen.name}” held when it should have left.` };
  if (held && isOver) return { step: 'miss', because: `It could not leave in time. ${held.because}` };
  if (held) return undefined;
  if (isOver) return { step: 'miss', because: 'No node let it leave in time.' };
  if (cars.aboard === 0) return { step: 'miss', because: 'Nobody was aboard.' };
  if (cars.ready === 0) return { step: 'miss', because: 'Nothing that was aboard was ready.' };
  return undefined;
}

/** Until when it may still leave; undefined where nothing says so. */
function lastChance({ train, departure: { leavesAt }, next }: PlanFacts): Date | undefined {
  if (leavesAt === null) return undefined;
  if (train.velocity.kind === 'deadline') return new Date(leavesAt.getTime() + LATE_MS);
  const { closesAt = null, leavesAt: leaves = null } = next ?? {};
  // Where the next one closes before this one leaves, it has until that one leaves.
  return (closesAt !== null && closesAt > leavesAt ? closesAt : leaves) ?? undefined;
}
