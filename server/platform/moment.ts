/** The last millisecond of the year 9999: beyond it, and before the year 1, a text has another form and Postgres takes none. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const FIRST = Date.parse('0001-01-01T00:00:00.000Z');

/** Whether a moment that somebody sends can be kept, or asked for. One that cannot be read is none. */
export function isKeptMoment(at: Date): boolean {
  return at.getTime() >= FIRST && at.getTime() <= LAST;
}
