import type { FlagEvaluationsAnswer } from '@turnout/server/contracts';

/** What a flag gave, over time: a variant, or the default of the caller's code. */
export interface Given {
  name: string;
  /** Undefined for the coded default. */
  variant: string | undefined;
  total: number;
  share: number;
  lastAt: string | null;
  counts: readonly number[];
}

export const CODED_NAME = 'coded default';

/** Variants in the order of the flag, and the coded default where anybody got it. */
export function readGiven({ variants, coded }: FlagEvaluationsAnswer): Given[] {
  const all = variants.reduce((sum, { total }) => sum + total, coded.total);
  const shareOf = (total: number) => (all === 0 ? 0 : total / all);
  const given = variants.map(({ variant, total, lastAt, counts }): Given => {
    return { name: variant, variant, total, share: shareOf(total), lastAt, counts };
  });
  if (coded.total === 0 && coded.lastAt === null) return given;
  return [...given, { ...coded, name: CODED_NAME, variant: undefined, share: shareOf(coded.total) }];
}

/** When each step begins, in seconds, as the chart counts. */
export function readTimes({ from, to, variants, coded }: FlagEvaluationsAnswer): number[] {
  const steps = variants[0]?.counts.length ?? coded.counts.length;
  const [start, end] = [Date.parse(from) / 1_000, Date.parse(to) / 1_000];
  return Array.from({ length: steps }, (_, at) => start + ((end - start) / steps) * at);
}

/**
 * Areas on top of each other: each with what lies under it, the uppermost first, so that drawn in this order every one
 * leaves of those behind it what is its own.
 */
export function stack(given: readonly Given[]): { given: Given; tops: number[] }[] {
  const under: number[] = [];
  const areas = given.map((one) => {
    const tops = one.counts.map((count, at) => count + (under[at] ?? 0));
    under.splice(0, under.length, ...tops);
    return { given: one, tops };
  });
  return areas.reverse();
}

/** What pages say that they gave, by variant; only what they gave at all. */
export function countPages({ variants, coded }: FlagEvaluationsAnswer['pages']): { name: string; total: number }[] {
  const named = variants.map(({ variant, total }) => ({ name: variant, total }));
  return [...named, { name: 'coded default', total: coded.total }].filter(({ total }) => total > 0);
}

/** What was evaluated and could not be counted for any flag, of the whole environment. */
export function countUncounted({ uncounted }: FlagEvaluationsAnswer): number {
  return Object.values(uncounted)
    .flat()
    .reduce((sum, count) => sum + count, 0);
}
