import type { Slice } from '../model/ruleset.ts';
import { fitSlices } from './fit-slices.ts';
import { compareVariants, countMoved, initialSlices, joinNeighbours, type Weights, weightsOf } from './slices.ts';
import { type Transfer, transferBuckets } from './transfer-buckets.ts';

/** The most slices of a split. */
export const MOST_SLICES = 64;

/** New slices, and how many buckets (of `of`) have another variant than before. */
export interface Reweighed {
  slices: Slice[];
  moved: number;
  /** How many of those moved only because the slices would not have fitted otherwise; nearly always 0. */
  extra: number;
}

function assertSums(weights: Weights, of: number): void {
  let sum = 0;
  for (const [variant, weight] of Object.entries(weights)) {
    if (!Number.isInteger(weight) || weight < 0) {
      throw new RangeError(`the weight of ${variant} is ${weight}; expected an integer from 0 to ${of}`);
    }
    sum += weight;
  }
  if (sum !== of) throw new RangeError(`the weights sum to ${sum}; expected ${of}`);
}

function assertCovers(slices: readonly Slice[], of: number): void {
  let covered = 0;
  for (const [start, end] of slices) {
    if (start !== covered || end < start) throw new RangeError(`a slice begins at ${start}; expected ${covered}`);
    covered = end;
  }
  if (covered !== of) throw new RangeError(`the slices end at ${covered}; expected ${of}`);
}

/**
 * Who gives how many buckets to whom: growing and shrinking variants, each in order, are paired off until all are done.
 * Where one gives to many, those farthest from it in the order come first, as they do where variants are laid out anew.
 * The opposite change of weights comes to the opposite transfers in the opposite order.
 */
function planTransfers(before: Weights, after: Weights): Transfer[] {
  const variants = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareVariants);
  const weightIn = (weights: Weights, variant: string) => (Object.hasOwn(weights, variant) ? weights[variant]! : 0);
  const changes = variants
    .map((variant) => ({ variant, by: weightIn(after, variant) - weightIn(before, variant) }))
    .filter(({ by }) => by !== 0);
  const growing = changes.filter(({ by }) => by > 0).map(({ variant, by }) => ({ variant, left: by }));
  const shrinking = changes.filter(({ by }) => by < 0).map(({ variant, by }) => ({ variant, left: -by }));
  const transfers: Transfer[] = [];
  for (let g = 0, s = 0; g < growing.length && s < shrinking.length; ) {
    const [to, from] = [growing[g]!, shrinking[s]!];
    const count = Math.min(to.left, from.left);
    transfers.push({ from: from.variant, to: to.variant, count });
    to.left -= count;
    from.left -= count;
    if (to.left === 0) g += 1;
    if (from.left === 0) s += 1;
  }
  const distance = ({ from, to }: Transfer) => Math.abs(variants.indexOf(from) - variants.indexOf(to));
  transfers.sort((a, b) => distance(b) - distance(a));
  const balance = growing.length - shrinking.length || changes[0]?.by || 0;
  return balance > 0 ? transfers : transfers.reverse();
}

/**
 * The slices for new weights, moving the fewest users: a growing variant takes only from shrinking ones and nobody else
 * moves, so exactly ½·Σ|Δw| buckets do. Where that does not fit in 64 slices a few more move, and `extra` says how many;
 * it never refuses. One variant growing out of another and back gives everybody back what they had.
 *
 * A variant that is missing in the weights vanishes, one that is new appears. Without slices nobody moves: they are made.
 * For a serve of one variant pass `[[0, of, variant]]`. Weights are integers that sum to `of`, and slices cover [0, of);
 * anything else is a mistake of the caller and throws a RangeError.
 */
export function reweigh(slices: readonly Slice[], weights: Weights, of: number): Reweighed {
  assertSums(weights, of);
  if (slices.length === 0) return { slices: initialSlices(weights), moved: 0, extra: 0 };
  assertCovers(slices, of);
  const before = joinNeighbours(slices);
  const transfers = planTransfers(weightsOf(before), weights);
  const exact = transfers.reduce<Slice[]>(transferBuckets, before);
  // Slices that came in greater number are not squeezed by a small edit.
  const after = fitSlices(before, exact, Math.max(MOST_SLICES, before.length));
  const moved = countMoved(before, after);
  const fewest = transfers.reduce((sum, { count }) => sum + count, 0);
  return { slices: after, moved, extra: moved - fewest };
}
