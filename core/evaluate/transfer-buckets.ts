import type { Slice } from '../model/ruleset.ts';
import { compareVariants, paint } from './slices.ts';

/** So many buckets go from one variant to another. */
export interface Transfer {
  from: string;
  to: string;
  count: number;
}

type Range = [start: number, end: number];

/**
 * Which of two variants counts as the left one: the first by `compareVariants`, unless each has buckets and all of the
 * other's lie below (imported slices may be laid out that way).
 */
function isLeft(slices: readonly Slice[], variant: string, other: string): boolean {
  const owners = slices.map(([, , owner]) => owner);
  if (owners.includes(variant) && owners.includes(other)) {
    if (owners.lastIndexOf(variant) < owners.indexOf(other)) return true;
    if (owners.lastIndexOf(other) < owners.indexOf(variant)) return false;
  }
  return compareVariants(variant, other) < 0;
}

/**
 * Reads the buckets of two variants as brackets, those of `right` opening and those of `left` closing, and matches them.
 * A run's matched part is the one that faces its partners: the upper end of an opening run, the lower of a closing one.
 */
function matchBrackets(slices: readonly Slice[], left: string, right: string): { loose: Slice[]; matched: Slice[] } {
  const open: { slice: Slice; loose: number }[] = [];
  const closing: { slice: Slice; loose: number }[] = [];
  for (const slice of slices) {
    const [start, end, variant] = slice;
    if (variant === right) open.push({ slice, loose: end - start });
    if (variant !== left) continue;
    let loose = end - start;
    for (let i = open.length - 1; i >= 0 && loose > 0; i--) {
      const partner = open[i]!;
      const pairs = Math.min(partner.loose, loose);
      partner.loose -= pairs;
      loose -= pairs;
    }
    closing.push({ slice, loose });
  }
  const loose: Slice[] = [];
  const matched: Slice[] = [];
  for (const { slice, loose: count } of open) {
    const [start, end, variant] = slice;
    loose.push([start, start + count, variant]);
    matched.push([start + count, end, variant]);
  }
  for (const { slice, loose: count } of closing) {
    const [start, end, variant] = slice;
    loose.push([end - count, end, variant]);
    matched.push([start, end - count, variant]);
  }
  return { loose, matched };
}

/**
 * The buckets that go. The loose brackets of a sequence read `)))(((`, and turning the first loose opening one into a
 * closing one, or the last loose closing one into an opening one, are each other's reverse; so what one variant takes
 * from another is what it gives back later, even where others lie between. Only when no loose ones are left do matched
 * ones go: then no rule could tell the way back.
 */
function chooseRanges(slices: readonly Slice[], { from, to, count }: Transfer): Range[] {
  const leftGrows = isLeft(slices, to, from);
  const { loose, matched } = leftGrows ? matchBrackets(slices, to, from) : matchBrackets(slices, from, to);
  const ranges: Range[] = [];
  let left = count;
  for (const slicesOfBoth of [loose, matched]) {
    const owned = slicesOfBoth.filter(([, , variant]) => variant === from).sort(([a], [b]) => a - b);
    if (!leftGrows) owned.reverse();
    for (const [start, end] of owned) {
      const taken = Math.min(left, end - start);
      if (taken > 0) ranges.push(leftGrows ? [start, start + taken] : [end - taken, end]);
      left -= taken;
    }
  }
  return ranges;
}

/** Gives `count` buckets of one variant to another, so that the opposite transfer gives back the same ones. */
export function transferBuckets(slices: readonly Slice[], transfer: Transfer): Slice[] {
  let after = [...slices];
  for (const [start, end] of chooseRanges(slices, transfer)) after = paint(after, start, end, transfer.to);
  return after;
}
