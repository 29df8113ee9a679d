import { NATIVE_BUCKETS } from '../flags/plan-serve.ts';
import type { Stage } from '../policies/policy.ts';

const UNITS: [name: string, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** `2,130`. */
export function sayCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `2,130 units`, `1 unit`. */
export function sayMany(count: number, noun: string): string {
  return `${sayCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** In the largest unit of which there are two or exactly one. */
export function sayDuration(ms: number): string {
  for (const [name, size] of UNITS) if (ms >= 2 * size || ms === size) return sayMany(Math.round(ms / size), name);
  return sayMany(Math.round(Math.max(0, ms) / 1000), 'second');
}

/** A share of one in per cent, with no more digits than tell something: `0.3 %`, `12 %`. */
export function sayShare(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** What is measured, with four digits at most. */
export function sayNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

/** `2026-11-26 14:05 UTC`: a moment that everybody who is woken reads alike. */
export function sayMoment(moment: string): string {
  return `${new Date(moment).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A reason where what is done is said already: `Pauses: guard errors failed.` becomes `Guard errors failed.` */
export function sayAlone(reason: string): string {
  const rest = reason.replace(/^[A-Z]\w+: /, '');
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** `canary (5 %)`, `staff`, `20 %`. */
export function sayStage({ name, audience, exposure }: Stage): string {
  const share = exposure === undefined ? undefined : sayShare(exposure / NATIVE_BUCKETS);
  const whom = [audience, share].filter((part) => part !== undefined).join(' and ');
  return name === undefined || name === whom ? whom : `${name} (${whom})`;
}
