import type { BoardAnswer, CarAnswer, DepartureItem } from '@turnout/server/contracts';
import { onMyClock } from '../../parts/on-my-clock.ts';

type State = DepartureItem['state'];
export type Tone = '' | 'on' | 'warn';

/** How a state is called, and which colour it has: amber where something did not go as it was meant, never red. */
const STATE_WORDS: Record<State, { name: string; tone: Tone }> = {
  scheduled: { name: 'not open yet', tone: '' },
  boarding: { name: 'boarding', tone: 'on' },
  closed: { name: 'closed', tone: '' },
  departing: { name: 'departing', tone: 'on' },
  'under-way': { name: 'under way', tone: 'on' },
  arrived: { name: 'arrived', tone: '' },
  recalled: { name: 'recalled', tone: 'warn' },
  missed: { name: 'missed', tone: 'warn' },
};

/** An emergency is never closed to anybody: until it leaves it waits for a second person. */
export function wordsOf({ state, kind }: Pick<DepartureItem, 'state' | 'kind'>): { name: string; tone: Tone } {
  return kind === 'chemspill' && isAhead(state) ? { name: 'waits', tone: 'warn' } : STATE_WORDS[state];
}

export const CAR_WORDS: Record<CarAnswer['state'], { name: string; tone: Tone }> = {
  aboard: { name: 'aboard', tone: '' },
  uplift: { name: 'uplift', tone: 'warn' },
  'under-way': { name: 'under way', tone: 'on' },
  arrived: { name: 'arrived', tone: 'on' },
  'left-behind': { name: 'left behind', tone: 'warn' },
  withdrawn: { name: 'withdrawn', tone: '' },
  failed: { name: 'failed', tone: 'warn' },
  ejected: { name: 'ejected', tone: 'warn' },
  recalled: { name: 'recalled', tone: 'warn' },
  kept: { name: 'kept', tone: 'warn' },
};

export const isOver = (state: State): boolean => state === 'arrived' || state === 'recalled' || state === 'missed';
export const hasLeft = (state: State): boolean => state === 'departing' || state === 'under-way';
/** As long as it stands at the platform. */
export const isAhead = (state: State): boolean => !isOver(state) && !hasLeft(state);

/** `weekly 12`: how people call it. */
export const nameOf = ({ train, number }: Pick<DepartureItem, 'train' | 'number'>): string => `${train} ${number}`;

/** Where one can still come aboard, or not any more. */
export const onPlatform = (state: CarAnswer['state']): boolean => state === 'aboard' || state === 'uplift';

type Counted = Pick<DepartureItem, 'state' | 'aboard' | 'ready'>;

/** `2 of 3 ready`; once it has left, how many went, and that they are gone where all was taken back. */
export function tellAboard({ state, aboard, ready }: Counted): string {
  if (aboard === 0) return isAhead(state) ? 'nobody yet' : 'nobody';
  if (state === 'recalled') return aboard === 1 ? '1 was aboard' : `${aboard} were aboard`;
  return isAhead(state) ? `${ready} of ${aboard} ready` : `${aboard} aboard`;
}

/** How many there may be; nothing where there is no limit. */
export function tellCap(most: number | null, aboard: number): string {
  if (most === null) return '';
  return aboard >= most ? `full, ${most} at most` : `${most} at most`;
}

/** What a sentence says beside the state that stands in front of it: `Boarding until 09:00.` is `until 09:00.` */
export function restOf(says: string, state: string): string {
  const said = onMyClock(says);
  if (!said.toLowerCase().startsWith(state)) return said;
  const rest = /^(?:[.;:]\s*|\s+)?(.*)$/s.exec(said.slice(state.length));
  return rest?.[1] ?? '';
}

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What is left until a moment, as a station clock counts it: `3 d 4 h`, `4:05:09`, `05:09`. */
export function countDown(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / SECOND) * SECOND);
  if (left >= 2 * DAY) return `${Math.floor(left / DAY)} d ${Math.floor((left % DAY) / HOUR)} h`;
  const two = (number: number) => String(number).padStart(2, '0');
  const [hours, minutes, seconds] = [left / HOUR, (left % HOUR) / 60_000, (left % 60_000) / SECOND].map(Math.floor) as [
    number,
    number,
    number,
  ];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`;
}

/** A board in the order in which one looks at it. */
export interface Arranged {
  underWay: DepartureItem[];
  next: DepartureItem[];
  lately: DepartureItem[];
}

export function arrange(departures: readonly DepartureItem[]): Arranged {
  const late = (item: DepartureItem) => item.endedAt ?? item.departedAt ?? '';
  return {
    underWay: departures.filter(({ state }) => hasLeft(state)).sort((a, b) => (late(a) < late(b) ? 1 : -1)),
    next: departures.filter(({ state }) => isAhead(state)).sort(bySoonest),
    lately: departures.filter(({ state }) => isOver(state)).sort((a, b) => (late(a) < late(b) ? 1 : -1)),
  };
}

/** An emergency first, then by the clock; those that leave when something is ready come last. */
function bySoonest(a: DepartureItem, b: DepartureItem): number {
  const rank = ({ kind }: DepartureItem) => (kind === 'chemspill' ? 0 : 1);
  const at = ({ leavesAt }: DepartureItem) => leavesAt ?? '~';
  return rank(a) - rank(b) || (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : nameOf(a) < nameOf(b) ? -1 : 1);
}

/** A time at which a train will leave once more, or will not, for a freeze holds. */
export interface Ahead {
  train: string;
  environment: string;
  at: string;
  /** The freeze for which it does not leave. */
  freeze: string | undefined;
}

/** What is further ahead, of all trains: whatever stands on the board already is not told twice. */
export function listAhead({ trains, departures }: Pick<BoardAnswer, 'trains' | 'departures'>, most = 8): Ahead[] {
  const shown = new Set(departures.map(({ train, leavesAt }) => `${train} ${leavesAt}`));
  return trains
    .flatMap(({ key: train, environment, ahead, skipped }) => [
      ...ahead
        .filter(({ leavesAt }) => !shown.has(`${train} ${leavesAt}`))
        .map(({ leavesAt: at }) => ({ train, environment, at, freeze: undefined })),
      ...skipped.map(({ at, freeze }) => ({ train, environment, at, freeze })),
    ])
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.train < b.train ? -1 : 1))
    .slice(0, most);
}

/** What makes a row another: a sentence that counts seconds does not. */
export function markOf(item: DepartureItem): string {
  const { state, leavesAt, closesAt, aboard, ready, release, because, effectiveAt } = item;
  return JSON.stringify([state, leavesAt, closesAt, aboard, ready, release, because, effectiveAt, item.chemspill]);
}
