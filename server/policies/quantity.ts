/** What a document writes with its unit: `30m`, `20%`, `3x`. Each reader answers undefined for what is none. */

const MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type TimeUnit = keyof typeof MS;
const TIME_UNITS: readonly TimeUnit[] = ['d', 'h', 'm', 's'];

/** A year: nobody waits longer for a decision, and sums of them stay exact. */
const LONGEST_MS = 366 * MS.d;

/** `30s`, `10m`, `2h`, `1d` in milliseconds. */
export function readDuration(text: string): number | undefined {
  const found = /^(0|[1-9][0-9]{0,7})([smhd])$/.exec(text);
  const ms = Number(found?.[1]) * (MS[found?.[2] as TimeUnit] ?? Number.NaN);
  return ms <= LONGEST_MS ? ms : undefined;
}

/** The shortest way to write it; whole seconds only, as every duration that was read is. */
export function writeDuration(ms: number): string {
  const unit = TIME_UNITS.find((one) => ms > 0 && ms % MS[one] === 0) ?? 's';
  return `${ms / MS[unit]}${unit}`;
}

/** `20%` as 0.2. By decimal digits, so that 20 % is the number that one would write. */
export function readShare(text: string): number | undefined {
  const found = /^(0|[1-9][0-9]{0,3})(?:\.([0-9]{1,4}))?%$/.exec(text);
  return found ? Number(`${found[1]}${found[2] === undefined ? '' : `.${found[2]}`}e-2`) : undefined;
}

/** `3x` as 3. */
export function readFactor(text: string): number | undefined {
  const found = /^((?:0|[1-9][0-9]{0,3})(?:\.[0-9]{1,3})?)x$/.exec(text);
  return found ? Number(found[1]) : undefined;
}

/** Per cent with three decimals at most, as buckets of 100,000; undefined where it has more. */
export function readExposure(percent: number): number | undefined {
  const buckets = Math.round(percent * 1_000);
  return Math.abs(percent * 1_000 - buckets) < 1e-6 ? buckets : undefined;
}

export function writeExposure(buckets: number): string {
  return `${buckets / 1_000}%`;
}
