import type { Slice } from '../model/ruleset.ts';

/** How many buckets of a split each variant has. */
export type Weights = Readonly<Record<string, number>>;

/** The same slices without empty ones, and with neighbours of one variant as one slice. */
export function joinNeighbours(slices: readonly Slice[]): Slice[] {
  const joined: Slice[] = [];
  for (const [start, end, variant] of slices) {
    if (start === end) continue;
    const last = joined.at(-1);
    if (last?.[2] === variant) last[1] = end;
    else joined.push([start, end, variant]);
  }
  return joined;
}

/** The weights of slices, in the order in which their variants first appear. */
export function weightsOf(slices: readonly Slice[]): Record<string, number> {
  const weights = new Map<string, number>();
  for (const [start, end, variant] of slices) weights.set(variant, (weights.get(variant) ?? 0) + end - start);
  // fromEntries defines the fields, so a variant called `__proto__` stays one.
  return Object.fromEntries(weights);
}

/**
 * The order in which variants are laid out: by name, descending. It must not hang on the order of the keys of a JSON
 * document, and this way round `on` begins at bucket 0 before `off`, `treatment` before `control`, `v2` before `v1`.
 */
export function compareVariants(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}

/** The slices of a split that nobody has been in yet: one for each variant that has a weight. */
export function initialSlices(weights: Weights): Slice[] {
  let start = 0;
  return Object.entries(weights)
    .filter(([, weight]) => weight > 0)
    .sort(([a], [b]) => compareVariants(a, b))
    .map(([variant, weight]) => {
      const slice: Slice = [start, start + weight, variant];
      start += weight;
      return slice;
    });
}

/** The slices with `[start, end)` given to `variant`. */
export function paint(slices: readonly Slice[], start: number, end: number, variant: string): Slice[] {
  const painted: Slice[] = [];
  for (const [from, to, owner] of slices) {
    if (from < start) painted.push([from, Math.min(to, start), owner]);
    if (from <= start && start < to) painted.push([start, end, variant]);
    if (to > end) painted.push([Math.max(from, end), to, owner]);
  }
  return joinNeighbours(painted);
}

/** In how many buckets two coverings of the same range differ. */
export function countMoved(before: readonly Slice[], after: readonly Slice[]): number {
  let moved = 0;
  let at = 0;
  for (let i = 0, j = 0; i < before.length && j < after.length; ) {
    const [, end, variant] = before[i]!;
    const [, otherEnd, other] = after[j]!;
    const until = Math.min(end, otherEnd);
    if (variant !== other) moved += until - at;
    at = until;
    if (end === until) i += 1;
    if (otherEnd === until) j += 1;
  }
  return moved;
}
