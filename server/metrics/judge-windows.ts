import type { UnitColumn } from '@turnout/core';
import type { MetricEvidence } from './evidence.ts';

/** A restart of the e-process opens after so many units. */
export const RESTART_EVERY = 200;
/** Reports come every ten seconds or so: what happened at the end of a window has come in when it is judged. */
export const LATE_MS = 30_000;

type Judged = NonNullable<MetricEvidence['absolute']>;

/**
 * Units whose window is over, with a hit inside of it and without, in the order in which they got `to`; for all windows in
 * one walk, for a policy may have a hundred of them. `units` are in the order of `since`.
 */
export function judgeWindows(
  units: Uint32Array,
  { since, hitAt }: Record<'since' | 'hitAt', UnitColumn<Float64Array>>,
  windows: readonly number[],
  now: number,
): Judged {
  const sorted = [...windows].sort((a, b) => a - b);
  const judged = sorted.map(() => ({ bad: 0, good: 0, restarts: [] as [number, number][] }));
  // By the shortest window that has the hit in it; the last is of those that no window has.
  const hits = new Float64Array(sorted.length + 1);
  let open = sorted.length;
  let count = 0;
  const badUpTo = (last: number) => hits.subarray(0, last + 1).reduce((sum, of) => sum + of, 0);
  const close = () => {
    open -= 1;
    const bad = badUpTo(open);
    Object.assign(judged[open]!, { bad, good: count - bad });
  };
  for (const unit of units) {
    const at = since.get(unit);
    // Who came later has no more time behind it: the longest windows end first.
    while (open > 0 && at + sorted[open - 1]! + LATE_MS > now) close();
    if (open === 0) break;
    hits[shortestWith(sorted, hitAt.get(unit) - at)]! += 1;
    count += 1;
    if (count % RESTART_EVERY === 0) openAnew(hits, count, judged.slice(0, open));
  }
  while (open > 0) close();
  return Object.fromEntries(sorted.map((windowMs, i) => [String(windowMs), judged[i]!]));
}

function openAnew(hits: Float64Array, count: number, judged: readonly { restarts: [number, number][] }[]): void {
  let bad = 0;
  for (const [i, { restarts }] of judged.entries()) {
    bad += hits[i]!;
    restarts.push([bad, count - bad]);
  }
}

/** The index of the shortest window in which something is that came so long after; their number where none has it. */
function shortestWith(sorted: readonly number[], afterMs: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (afterMs <= sorted[middle]!) to = middle;
    else from = middle + 1;
  }
  return from;
}
