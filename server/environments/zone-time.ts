/**
 * Clocks of time zones. A local time is written as milliseconds as if it were UTC: 17:00 in Zurich and 17:00 in Tokyo are
 * the same local time.
 */

const formats = new Map<string, Intl.DateTimeFormat>();
const DAY_MS = 86_400_000;

/** Whether the host knows a zone of this name, such as `Europe/Zurich`. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What a clock in the zone shows at a moment. */
export function toLocal(zone: string, at: number): number {
  return at + offsetAt(zone, at);
}

/**
 * The moment at which a clock in the zone shows a local time. One that comes twice is the first of the two; one that is
 * skipped in spring is as long after the skip began as it was meant to be.
 */
export function toMoment(zone: string, local: number): number {
  const [early, late] = [offsetAt(zone, local - DAY_MS), offsetAt(zone, local + DAY_MS)];
  const fits = [local - early, local - late].filter((at) => toLocal(zone, at) === local);
  return fits.length === 0 ? local - early : Math.min(...fits);
}

function offsetAt(zone: string, at: number): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1_000) * 1_000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  formats.set(zone, made);
  return made;
}
