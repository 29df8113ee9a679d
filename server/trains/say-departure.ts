import type { Car, Departure } from './departure.ts';
import type { Train } from './train.ts';

const minute = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** How a departure stands, in one sentence. */
export function sayDeparture(
  train: Pick<Train, 'stopped' | 'velocity' | 'mode'>,
  departure: Departure,
  { aboard, ready }: { aboard: number; ready: number },
): string {
  const { state, closesAt, leavesAt, because } = departure;
  const isAhead = state === 'scheduled' || state === 'boarding' || state === 'closed';
  if (isAhead && departure.kind === 'chemspill') return 'Waits for a second person to agree.';
  if (isAhead && train.stopped) return `The line is stopped: ${train.stopped.reason}`;
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

function sayReady({ velocity }: Pick<Train, 'velocity'>, aboard: number, ready: number): string {
  if (velocity.kind === 'critical-mass') return `Boarding: ${ready} of ${velocity.changes} are ready.`;
  return aboard === 0
    ? 'Boarding: leaves with the first change that is ready.'
    : 'Boarding: leaves when a change is ready.';
}

/** How a car stands, in one sentence. */
export function sayCar({ state, because }: Pick<Car, 'state' | 'because'>, missing: readonly string[]): string {
  const why = because === null ? '.' : `: ${because}`;
  switch (state) {
    case 'aboard':
    case 'uplift':
      return missing[0] ?? 'Ready: nothing but the time is missing.';
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
