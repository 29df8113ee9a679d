import type { Velocity } from './train.ts';

/** What is known of a departure when it is asked whether its time has come. */
export interface DueFacts {
  now: Date;
  leavesAt: Date | null;
  readyCars: number;
  /** When the first of those that are aboard came; null where nobody is. */
  firstBoardedAt: Date | null;
}

export interface Due {
  leaves: boolean;
  because: string;
  /** When time alone will do. */
  at?: Date;
}

/** Whether its time has come, whatever else stands in the way. */
export function isDue(velocity: Velocity, facts: DueFacts): Due {
  const { now, leavesAt, readyCars } = facts;
  if (velocity.kind === 'critical-mass') return isDueByMass(velocity, facts);
  if (velocity.kind === 'continuous') {
    if (readyCars > 0) return { leaves: true, because: 'A change is ready.' };
    return { leaves: false, because: 'It leaves as soon as a change is ready.' };
  }
  if (leavesAt === null) return { leaves: false, because: 'Nothing is scheduled.' };
  if (now >= leavesAt) return { leaves: true, because: 'Its time has come.' };
  return { leaves: false, because: `It leaves at ${leavesAt.toISOString()}.`, at: leavesAt };
}

function isDueByMass(
  { changes, longestWaitMs }: Extract<Velocity, { kind: 'critical-mass' }>,
  { now, readyCars, firstBoardedAt }: DueFacts,
): Due {
  const count = `${readyCars} of ${changes} changes ${readyCars === 1 ? 'is' : 'are'} ready`;
  if (readyCars >= changes) return { leaves: true, because: `${count}.` };
  if (longestWaitMs === null || firstBoardedAt === null) return { leaves: false, because: `${count}.` };
  const at = new Date(firstBoardedAt.getTime() + longestWaitMs);
  if (now < at) return { leaves: false, because: `${count}; it waits until ${at.toISOString()} at the longest.`, at };
  if (readyCars > 0) return { leaves: true, because: `${count}, and the first has waited for as long as it should.` };
  return { leaves: false, because: 'The longest wait is over, and it leaves as soon as a change is ready.' };
}
