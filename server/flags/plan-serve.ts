import { reweigh, type Serve, type Slice, type Split } from '@turnout/core';
import type { ServeIn } from './contract.ts';

/** The buckets of a native split: weights are thousandths of a per cent. */
export const NATIVE_BUCKETS = 100_000;

/** Where a serve stands: a rule's id, or `fallthrough`, with what was there and the salts of all places of the flag. */
export interface ServePlace {
  target: string;
  previous: Serve | undefined;
  salts: Readonly<Record<string, string>>;
  newSalt(): string;
}

/** A serve as it is stored, and what comes with it. */
export interface PlannedServe {
  serve: Serve;
  /** The share of users who get another variant here; undefined where no split was or is. */
  moved?: number;
}

/**
 * Turns weights into slices: from what was there, so that the fewest users move, with the salt that the place always
 * had. Only an explicit reseed draws everybody anew. The weights sum to `of`: that was checked before.
 */
export function planServe(wanted: ServeIn, place: ServePlace): PlannedServe {
  const { previous } = place;
  const serve = storedServe(wanted, place);
  if (previous === undefined || !('split' in serve || 'split' in previous)) return { serve };
  const moved = movedShare(previous, serve);
  return moved === 0 && sameServe(previous, serve) ? { serve } : { serve, moved };
}

function storedServe(wanted: ServeIn, place: ServePlace): Serve {
  if (wanted.variant !== undefined) return { variant: wanted.variant };
  if (wanted.split === undefined) return { coded: true };
  const { by = 'targetingKey', of = NATIVE_BUCKETS, weights, reseed } = wanted.split;
  const { previous, target, salts } = place;
  const before = previous !== undefined && 'split' in previous ? previous.split : undefined;
  const kept = before?.salt ?? (Object.hasOwn(salts, target) ? salts[target] : undefined);
  return {
    split: {
      by,
      salt: reseed || kept === undefined ? place.newSalt() : kept,
      of,
      slices: reweigh(slicesOf(previous, of), weights, of).slices,
      ...(before?.hash === undefined ? {} : { hash: before.hash }),
    },
  };
}

/** What was served, as slices over `of` buckets; none where nothing was, or the caller's own default. */
function slicesOf(serve: Serve | undefined, of: number): Slice[] {
  if (serve === undefined || 'coded' in serve) return [];
  if ('variant' in serve) return [[0, of, serve.variant]];
  const { of: before, slices } = serve.split;
  if (before === of) return slices;
  const scaled = (at: number) => Math.round((at / before) * of);
  return slices
    .map(([start, end, variant]): Slice => [scaled(start), scaled(end), variant])
    .filter(([start, end]) => end > start);
}

/** The share of units that get something else after than before. */
export function movedShare(before: Serve, after: Serve): number {
  const [was, is] = [layoutOf(before), layoutOf(after)];
  const redrawn = 'split' in before && 'split' in after && !sameDraw(before.split, after.split);
  const kept = redrawn ? keptByChance(was, is) : keptInPlace(was, is);
  // Slices are whole buckets: what is finer than a billionth is the arithmetic's own.
  return Number((1 - kept).toFixed(9));
}

type Layout = { start: number; end: number; gives: string }[];

function layoutOf(serve: Serve): Layout {
  if ('variant' in serve) return [{ start: 0, end: 1, gives: `variant ${serve.variant}` }];
  if ('coded' in serve) return [{ start: 0, end: 1, gives: 'coded' }];
  const { of, slices } = serve.split;
  return slices.map(([start, end, variant]) => ({ start: start / of, end: end / of, gives: `variant ${variant}` }));
}

/** Both put a unit at the same place. */
function sameDraw(a: Split, b: Split): boolean {
  return a.by === b.by && a.salt === b.salt && a.hash === b.hash;
}

function keptInPlace(was: Layout, is: Layout): number {
  let kept = 0;
  for (const before of was) {
    for (const after of is) {
      if (before.gives !== after.gives) continue;
      kept += Math.max(0, Math.min(before.end, after.end) - Math.max(before.start, after.start));
    }
  }
  return kept;
}

/** After a new draw somebody keeps a variant only by chance. */
function keptByChance(was: Layout, is: Layout): number {
  const share = (layout: Layout, gives: string) =>
    layout.filter((slice) => slice.gives === gives).reduce((sum, { start, end }) => sum + end - start, 0);
  return [...new Set(was.map(({ gives }) => gives))].reduce(
    (sum, gives) => sum + share(was, gives) * share(is, gives),
    0,
  );
}

function sameServe(a: Serve, b: Serve): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
