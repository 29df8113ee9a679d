import type { Slice } from '../model/ruleset.ts';
import { countMoved, joinNeighbours, paint } from './slices.ts';

/** Gives slice `i` to the neighbour `heir`, which pays with as many buckets at any edge that it shares with the loser. */
function* swaps(slices: readonly Slice[], i: number, heir: string): Generator<Slice[]> {
  const [start, end, loser] = slices[i]!;
  const size = end - start;
  const merged = paint(slices, start, end, heir);
  for (const [k, [from, to, variant]] of merged.entries()) {
    if (variant !== heir || to - from < size) continue;
    if (merged[k - 1]?.[2] === loser) yield paint(merged, from, from + size, loser);
    if (merged[k + 1]?.[2] === loser) yield paint(merged, to - size, to, loser);
  }
}

/** Joins slice `i` to the one at `k`, which has the same variant; what lies between slides along. */
function slide(slices: readonly Slice[], i: number, k: number): Slice[] {
  const [start, end] = slices[i]!;
  let at = 0;
  const slid = slices.map(([from, to, variant], n): Slice => {
    const size = n === i ? 0 : to - from + (n === k ? end - start : 0);
    at += size;
    return [at - size, at, variant];
  });
  return joinNeighbours(slid);
}

/** Coverings with the same weights and fewer slices, one step from the given one. */
function* shorter(slices: readonly Slice[]): Generator<Slice[]> {
  for (const [i, [, , variant]] of slices.entries()) {
    const heirs = new Set([slices[i - 1]?.[2], slices[i + 1]?.[2]]);
    for (const heir of heirs) if (heir !== undefined) yield* swaps(slices, i, heir);
    const next = slices.findIndex((slice, k) => k > i && slice[2] === variant);
    if (next !== -1) {
      yield slide(slices, i, next);
      yield slide(slices, next, i);
    }
  }
}

function cheapestStep(before: readonly Slice[], slices: readonly Slice[]): Slice[] | undefined {
  const moved = countMoved(before, slices);
  let best: Slice[] | undefined;
  let bestPrice = Number.POSITIVE_INFINITY;
  for (const candidate of shorter(slices)) {
    const saved = slices.length - candidate.length;
    const price = saved > 0 ? (countMoved(before, candidate) - moved) / saved : Number.POSITIVE_INFINITY;
    if (price >= bestPrice) continue;
    best = candidate;
    bestPrice = price;
  }
  return best;
}

/**
 * Makes slices fit into `most` while every variant keeps its weight: step by step, each time the step that moves the
 * fewest further buckets away from where they were `before`, for each slice that it saves. Choosing other buckets among
 * those that move anyway costs nothing and is found first.
 *
 * The fewest of all would be a knapsack; this is the fewest that steps of one merge find. It always ends: as long as a
 * variant has two slices, sliding them together is a step. So what comes back is too long only where more variants than
 * `most` have a weight.
 */
export function fitSlices(before: readonly Slice[], slices: readonly Slice[], most: number): Slice[] {
  let fitted = [...slices];
  while (fitted.length > most) {
    const next = cheapestStep(before, fitted);
    if (next === undefined) break;
    fitted = next;
  }
  return fitted;
}
