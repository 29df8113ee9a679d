import { logEvidence } from './log-evidence.ts';

/** Event-units between two openings of the e-process. */
const RESTART_EVERY = 200;
/** More steps than this are not walked one by one. */
const MOST_STEPS = 4000;
/** A look at least whenever the counts have grown by this share: what comes between changes little. */
const LOOK_GROWTH = 0.01;
/** What is less likely than this is dropped from the walk. */
const NEGLIGIBLE = 1e-12;
const ROUNDING = 1e-9;

/** An event-unit falls into the watched arm with probability `share`; the guard tests against `tolerated`. */
export interface CrossingTerms {
  share: number;
  tolerated: number;
  bound: number;
  /** Event-units between two looks. */
  lookEvery: number;
}

/** How likely the bound was crossed after so many steps of so many event-units each. */
export interface Crossing {
  crossed: Float64Array;
  perStep: number;
}

/**
 * How likely the evidence of a rate has crossed its bound after each number of event-units up to `events`, looked at from
 * time to time: the distribution of the counts that have not crossed is carried from step to step, and what lies beyond
 * the boundary at a look is taken out. Exact for a tripling, which takes some hundred event-units. Many thousands are
 * walked in steps of several, with the deviation from the mean scaled by their root, as it is for sums of many.
 */
export function walkToBound(terms: CrossingTerms, events: number): Crossing {
  const perStep = Math.max(1, Math.ceil(events / MOST_STEPS));
  const steps = Math.ceil(events / perStep);
  const crossed = new Float64Array(steps + 1);
  const at = new Float64Array(steps + 2);
  at[0] = 1;
  let [low, high, gone, nextLook] = [0, 0, 0, terms.lookEvery / perStep];
  const fewestHits = followBoundary(terms, Math.max(1, Math.floor(Math.sqrt(perStep) / 8)));
  for (let step = 1; step <= steps; step++) {
    for (let hits = high; hits >= low; hits--) {
      at[hits + 1] = at[hits + 1]! + at[hits]! * terms.share;
      at[hits] = at[hits]! * (1 - terms.share);
    }
    high += 1;
    if (step >= nextLook) {
      nextLook = step + Math.max(1, terms.lookEvery / perStep, step * LOOK_GROWTH);
      const over = fewestHits(step * perStep) - terms.share * step * perStep;
      const beyond = Math.ceil(terms.share * step + over / Math.sqrt(perStep) - ROUNDING);
      for (let hits = Math.max(beyond, low); hits <= high; hits++) {
        gone += at[hits]!;
        at[hits] = 0;
      }
      high = Math.max(low, Math.min(high, beyond - 1));
    }
    while (low < high && at[low]! < NEGLIGIBLE) low += 1;
    while (high > low && at[high]! < NEGLIGIBLE) high -= 1;
    crossed[step] = gone;
  }
  return { crossed, perStep };
}

/**
 * Tells the fewest hits with which the bound is reached, to a grain of so many, asked for more and more event-units. One
 * more than there are event-units where none would do.
 */
function followBoundary({ tolerated, bound }: CrossingTerms, grain: number): (events: number) => number {
  let last = { events: 0, hits: 0 };
  return (events) => {
    const needed = firstOpeningNeeds(events, bound);
    const reaches = (hits: number) => logEvidence(hits, events - hits, tolerated) >= needed;
    if (!reaches(events)) return events + 1;
    // With more event-units it lies ever farther above the tolerated share of them.
    const from = Math.floor(last.hits + tolerated * (events - last.events));
    let [low, high] = [from, from];
    for (let stride = grain; high < events && !reaches(high); stride *= 2) {
      low = high + 1;
      high = Math.min(events, high + stride);
    }
    while (high - low >= grain) {
      const middle = Math.floor((low + high) / 2);
      if (reaches(middle)) high = middle;
      else low = middle + 1;
    }
    last = { events, hits: high };
    return high;
  };
}

/**
 * What the evidence since the entry must be for the whole of all openings to reach the bound. An effect that is there from
 * the beginning is seen by the later openings too, by each in proportion to the units that it has.
 */
export function firstOpeningNeeds(events: number, bound: number): number {
  const openings = 1 + Math.floor(events / RESTART_EVERY);
  let weight = 0;
  // Later ones weigh next to nothing.
  for (let j = 0; j < Math.min(openings, RESTART_EVERY); j++) {
    weight += Math.exp((-bound * RESTART_EVERY * j) / events) / ((j + 1) * (j + 2));
  }
  return bound + Math.log1p(-Math.exp(-bound) / (openings + 1)) - Math.log(weight);
}
