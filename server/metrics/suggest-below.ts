/** More units an entry says nothing sooner: a tripling shows within thousands. */
const MOST_UNITS = 500_000;
/** What nodes and the database are to be kept busy with by one run. */
const MOST_PER_MINUTE = 50_000;
/** A little too much is not worth a change. */
const WORTH = 0.8;
const LEAST = 100;

/**
 * How small a run's sample should be from now on, in buckets of 100,000: the same where it is small enough. `units` of it
 * came in over `sinceMs`. It never grows within an entry, for what was not measured cannot be counted later.
 */
export function suggestBelow(below: number, units: number, sinceMs: number): number {
  const minutes = Math.max(1, sinceMs / 60_000);
  const share = Math.min(MOST_PER_MINUTE / (units / minutes), MOST_UNITS / units);
  if (!(share < WORTH)) return below;
  // Half of what would just do: an entry that grows on is not cut again at once.
  return Math.min(below, Math.max(LEAST, Math.floor((below * share) / 2)));
}
