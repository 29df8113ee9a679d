import type { QueryAnswer } from '../metrics/query-answer.ts';
import type { ThresholdGuard } from '../policies/policy.ts';
import type { ThresholdReading } from './decision.ts';

/** Where nobody looked for longer than this, nobody knows what the value was meanwhile. */
const UNBROKEN_MS = 60_000;

/**
 * What a threshold guard knows after an answer of its source, from what it knew before; `previous` is undefined at the
 * first look of an entry. Only time between two values beyond the bound counts as beyond it. An answer without a value,
 * and time in which nobody asked, breaks nothing and proves nothing: the count stands still and goes on with the next
 * value, so neither an outage of the source nor a restart of the loop makes a failure or hides one.
 */
export function foldThreshold(
  previous: ThresholdReading | undefined,
  answer: QueryAnswer,
  guard: Pick<ThresholdGuard, 'above' | 'below'>,
  now: Date,
): ThresholdReading {
  const at = now.toISOString();
  if (answer.kind !== 'value') {
    // Whatever the reason is at the moment, there has been no value since the first of them.
    const since = previous === undefined || previous.kind === 'value' ? at : previous.since;
    const beyondMs = seenBeyond(previous) ?? 0;
    return { ...answer, since, ...(beyondMs > 0 ? { beyondMs } : {}) };
  }
  const { value } = answer;
  if (!isBeyond(value, guard)) return { kind: 'value', value, beyondSince: null, at };
  const seenMs = (seenBeyond(previous) ?? 0) + sinceThen(previous, now);
  return { kind: 'value', value, beyondSince: new Date(now.getTime() - seenMs).toISOString(), at };
}

function isBeyond(value: number, { above, below }: Pick<ThresholdGuard, 'above' | 'below'>): boolean {
  return (above !== undefined && value > above) || (below !== undefined && value < below);
}

/** For how long values have been seen beyond the bound; undefined where the last one was not. */
function seenBeyond(previous: ThresholdReading | undefined): number | undefined {
  if (previous === undefined) return undefined;
  if (previous.kind !== 'value') return previous.beyondMs;
  return previous.beyondSince === null ? undefined : Date.parse(previous.at) - Date.parse(previous.beyondSince);
}

/** The time since the last look, where both it and this one saw a value beyond the bound. */
function sinceThen(previous: ThresholdReading | undefined, now: Date): number {
  if (previous?.kind !== 'value' || previous.beyondSince === null) return 0;
  const passed = now.getTime() - Date.parse(previous.at);
  return passed > 0 && passed <= UNBROKEN_MS ? passed : 0;
}
