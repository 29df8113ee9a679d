import type { Decision, Verdict } from './decision.ts';

/** Where a guard stood at one moment, for a line on the screen. */
export interface GuardPoint {
  id: string;
  verdict: Verdict;
  value?: number;
  bound?: number;
}

/** At first a point every five seconds, and never more than so many of one age as there were of the age before. */
const FIRST_MS = 5_000;
const SHARE = 100;

/** Where each guard stands by a decision. */
export function pointsOf({ guards }: Pick<Decision, 'guards'>): GuardPoint[] {
  return guards.map(({ id, verdict, statistic }) => ({
    ...{ id, verdict },
    ...(statistic === undefined ? {} : { value: statistic.value, bound: statistic.bound }),
  }));
}

/**
 * Whether another point is worth keeping: the time to the last one grows with the age of the entry, so that a day of an
 * entry costs a few hundred points, and a week not many more.
 */
export function isPointDue(enteredAt: Date, lastAt: Date | undefined, now: Date): boolean {
  if (lastAt === undefined || lastAt < enteredAt) return true;
  const age = lastAt.getTime() - enteredAt.getTime();
  return now.getTime() - lastAt.getTime() >= Math.max(FIRST_MS, age / SHARE);
}
