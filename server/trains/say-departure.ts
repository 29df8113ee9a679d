import type { Frozen } from '../environments/freeze.ts';
import type { Car, Departure } from './departure.ts';
import type { Train } from './train.ts';

const minute = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

interface Counted {
  aboard: number;
  ready: number;
  /** The freeze that meets it when it is to leave. */
  frozen: Pick<Frozen, 'name' | 'until'> | null;
}

/** How a departure stands, in one sentence. */
export function sayDeparture(
  train: Pick<Train, 'stopped' | 'velocity' | 'mode'>,
  departure: Departure,
  { aboard, ready, frozen }: Counted,
): string {
  const { state, closesAt, leavesAt, because } = departure;
  const isAhead = state === 'scheduled' || state === 'boarding' || state === 'closed';
  if (isAhead && departure.kind === 'chemspill') return 'Waits for a second person to agree.';
  if (isAhead && train.stopped) return `The line is stopped: ${train.stopped.reason}`;
  if (isAhead && frozen) return sayFrozen(train, departure, frozen, aboard);
  switch (state) {
    case 'scheduled':
      return departure.opensAt === null ? 'Not open yet.' : `Boarding begins ${minute(departure.opensAt)}.`;
    case 'boarding':
      return closesAt === null ? sayReady(train, aboard, ready) : `Boarding until ${minute(closesAt)}.`;
    case 'closed': {
      const press = train.mode === 'button' && departure.pressedBy === null ? ', when somebody presses' : '';
      return `Closed; leaves ${leavesAt === null ? 'when it is ready' : minute(leavesAt)}${press}.`;
    }
    case 'departing':
      return 'Has left; not in force everywhere yet.';
    case 'under-way':
      return because ?? 'Under way: each change follows its policy.';
    case 'arrived':
      return because ?? 'Arrived.';
    case 'recalled':
      return `Recalled${because === null ? '.' : `: ${because}`}`;
    case 'missed':
      return `Did not leave${because === null ? '.' : `: ${because}`}`;
  }
}

function sayFrozen(
  { velocity }: Pick<Train, 'velocity'>,
  { leavesAt }: Departure,
  { name, until }: Pick<Frozen, 'name' | 'until'>,
  aboard: number,
): string {
  const end = until === null ? 'somebody ends it' : minute(until);
  // What has no time cannot miss it.
  if (leavesAt === null) return `The freeze “${name}” holds until ${end}: nothing leaves before.`;
  const next =
    velocity.kind === 'deadline' ? ', and there is no next' : aboard > 0 ? ', and its cars take the next' : '';
  return `The freeze “${name}” holds at its time, until ${end}: it will be missed${next}.`;
}

function sayReady({ velocity }: Pick<Train, 'velocity'>, aboard: number, ready: number): string {
  if (velocity.kind === 'critical-mass') return `Boarding: ${ready} of ${velocity.changes} are ready.`;
  return aboard === 0
    ? 'Boarding: leaves with the first change that is ready.'
    : 'Boarding: leaves when a change is ready.';
}

/** How a car stands, in one sentence. */
export function sayCar(
  { state, because }: Pick<Car, 'state' | 'because'>,
  missing: readonly string[],
  train: Pick<Train, 'stopped'>,
  departure: Pick<Departure, 'kind'>,
): string {
  const why = because === null ? '.' : `: ${because}`;
  switch (state) {
    case 'aboard':
    case 'uplift':
      return missing[0] ?? `Ready: ${sayWaiting(train, departure)}`;
    case 'under-way':
      return 'Under way.';
    case 'arrived':
      return 'Arrived.';
    case 'left-behind':
      return `Left behind${why}`;
    case 'withdrawn':
      return `Withdrawn${why}`;
    case 'failed':
      return `Went back${why}`;
    case 'ejected':
      return `Ejected${why}`;
    case 'recalled':
      return `Recalled${why}`;
    case 'kept':
      return `Kept as somebody edited it since${why}`;
  }
}

/** For what a change waits that has all approvals. A chemspill leaves past a stopped line. */
function sayWaiting({ stopped }: Pick<Train, 'stopped'>, { kind }: Pick<Departure, 'kind'>): string {
  if (kind === 'chemspill') return 'leaves as soon as a second person agrees.';
  return stopped ? 'leaves once the line is started again.' : 'nothing but the time is missing.';
}
