import type { DepartureAnswer } from '@turnout/server/contracts';

/** A point on the way of a departure, from when it is scheduled to when it has arrived. */
export interface DepartureStep {
  name: string;
  /** When it came there, or will; null where nobody knows. */
  at: string | null;
  /** `off`: it did not come there, and will not. */
  state: 'done' | 'now' | 'ahead' | 'off';
}

type Told = Pick<
  DepartureAnswer,
  'state' | 'opensAt' | 'closesAt' | 'leavesAt' | 'closedAt' | 'departedAt' | 'effectiveAt' | 'endedAt' | 'kind'
>;

const REACHED: Record<Told['state'], number> = {
  ...{ scheduled: 0, boarding: 1, closed: 2, departing: 3, 'under-way': 4 },
  ...{ arrived: 5, recalled: 5, missed: 5 },
};

/** The way of a departure. An emergency is begun and leaves; a train without a cut-off has none. */
export function departureSteps(told: Told): DepartureStep[] {
  const { state, kind } = told;
  const left = told.departedAt !== null;
  const reached = REACHED[state];
  const last = { arrived: 'Arrived', recalled: 'Recalled', missed: 'Missed' }[state as string] ?? 'Arrived';
  const urgent = kind === 'chemspill';
  const wanted: { rank: number; name: string; at: string | null; skip?: boolean }[] = [
    { rank: 0, name: 'Scheduled', at: null, skip: urgent || (state !== 'scheduled' && told.opensAt === null) },
    { rank: 1, name: 'Boarding', at: told.opensAt, skip: urgent },
    urgent
      ? { rank: 2, name: 'Begun', at: told.closedAt }
      : {
          rank: 2,
          name: 'Cut-off',
          at: told.closedAt ?? told.closesAt,
          skip: (told.closedAt ?? told.closesAt) === null,
        },
    { rank: 3, name: 'Departing', at: told.departedAt ?? (urgent ? null : told.leavesAt) },
    { rank: 4, name: 'Under way', at: told.effectiveAt },
    { rank: 5, name: last, at: told.endedAt },
  ];
  return wanted
    .filter(({ skip }) => skip !== true)
    .map(({ rank, name, at }) => ({ name, at, state: stateOf(rank, reached, left) }));
}

function stateOf(rank: number, reached: number, left: boolean): DepartureStep['state'] {
  // One that missed never left, however it ended.
  if (reached === 5 && !left && (rank === 3 || rank === 4)) return 'off';
  if (rank === reached) return 'now';
  return rank < reached ? 'done' : 'ahead';
}
