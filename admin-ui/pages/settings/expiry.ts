const DAY_MS = 86_400_000;

/** For how long a secret may be good, as one chooses it. `date` is a day of one's own. */
export const SPANS: Record<string, { words: string; days?: number }> = {
  never: { words: 'No end' },
  month: { words: '30 days', days: 30 },
  quarter: { words: '90 days', days: 90 },
  year: { words: 'A year', days: 365 },
  date: { words: 'Until a day …' },
};

/** When a secret ends by what was chosen; undefined where it does not, or where the day is none. */
export function endOf(chosen: string | undefined, day: string | undefined, now: Date): string | undefined {
  const days = chosen !== undefined && Object.hasOwn(SPANS, chosen) ? SPANS[chosen]?.days : undefined;
  if (days !== undefined) return new Date(now.getTime() + days * DAY_MS).toISOString();
  if (chosen !== 'date' || day === undefined) return undefined;
  // The end of that day where the person is, not of the night before it.
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString();
}

/** A moment as a day for a date field, where the person is. */
export function dayOf(moment: string | null): string {
  if (moment === null) return '';
  const at = new Date(moment);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** For how long the old key stays good beside its successor. */
export const OVERLAPS: readonly { ms: number; words: string }[] = [
  { ms: 0, words: 'Ends at once' },
  { ms: 3_600_000, words: 'An hour' },
  { ms: DAY_MS, words: 'A day' },
  { ms: 7 * DAY_MS, words: 'A week' },
  { ms: 30 * DAY_MS, words: '30 days' },
  { ms: 90 * DAY_MS, words: '90 days' },
];
