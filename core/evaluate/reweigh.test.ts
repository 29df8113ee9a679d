import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Slice } from '../model/ruleset.ts';
import { MOST_SLICES, reweigh } from './reweigh.ts';
import { countMoved, initialSlices, type Weights, weightsOf } from './slices.ts';

const OF = 100_000;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Weights of 2 to 8 variants, some of them 0. */
const weights = fc
  .tuple(
    fc.integer({ min: 2, max: 8 }),
    fc.array(fc.oneof(fc.integer({ min: 0, max: OF }), fc.constant(0)), { minLength: 7, maxLength: 7 }),
  )
  .map(([count, cuts]) => {
    const bounds = [0, ...cuts.slice(0, count - 1).sort((a, b) => a - b), OF];
    return Object.fromEntries(NAMES.slice(0, count).map((name, i) => [name, bounds[i + 1]! - bounds[i]!]));
  });

/** What every result must be, whatever came before. */
function assertSound(slices: readonly Slice[], wanted: Weights, of: number): void {
  let covered = 0;
  for (const [i, [start, end, variant]] of slices.entries()) {
    expect(start).toBe(covered);
    expect(end).toBeGreaterThan(start);
    expect(slices[i + 1]?.[2]).not.toBe(variant);
    covered = end;
  }
  expect(covered).toBe(of);
  expect(weightsOf(slices)).toEqual(Object.fromEntries(Object.entries(wanted).filter(([, weight]) => weight > 0)));
}

function halfOfChanges(before: Weights, after: Weights): number {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].reduce((sum, name) => sum + Math.abs((after[name] ?? 0) - (before[name] ?? 0)), 0) / 2;
}

/** Buckets whose variant changed although it did not shrink, or to one that did not grow. */
function movedForNothing(before: readonly Slice[], after: readonly Slice[], of: number): number {
  const [was, is] = [weightsOf(before), weightsOf(after)];
  const grew = (name: string) => (is[name] ?? 0) > (was[name] ?? 0);
  const shrank = (name: string) => (is[name] ?? 0) < (was[name] ?? 0);
  let wrong = 0;
  for (let b = 0; b < of; b++) {
    const owner = (slices: readonly Slice[]) => slices.find(([, end]) => b < end)![2];
    const [from, to] = [owner(before), owner(after)];
    if (from !== to && !(shrank(from) && grew(to))) wrong += 1;
  }
  return wrong;
}

const withTransfer = (before: Weights, from: string, to: string, count: number): Weights => ({
  ...before,
  [from]: before[from]! - count,
  [to]: (before[to] ?? 0) + count,
});

describe('reweigh', () => {
  it('grows a variant out of another and gives everybody back what they had', () => {
    const ten: Slice[] = [
      [0, 10_000, 'on'],
      [10_000, OF, 'off'],
    ];
    const thirty = reweigh(ten, { on: 30_000, off: 70_000 }, OF);
    expect(thirty).toEqual({
      slices: [
        [0, 30_000, 'on'],
        [30_000, OF, 'off'],
      ],
      moved: 20_000,
      extra: 0,
    });
    expect(reweigh(thirty.slices, { off: 90_000, on: 10_000 }, OF).slices).toEqual(ten);
    const all = reweigh(ten, { on: OF, off: 0 }, OF);
    expect(all.slices).toEqual([[0, OF, 'on']]);
    expect(reweigh(all.slices, { on: 10_000, off: 90_000 }, OF).slices).toEqual(ten);
  });

  it('lays new splits out by name, on before off, so that the order of JSON keys means nothing', () => {
    const slices = [
      [0, 1, 'on'],
      [1, 10, 'off'],
    ];
    expect(reweigh([], { off: 9, on: 1 }, 10)).toEqual({ slices, moved: 0, extra: 0 });
    expect(reweigh([[0, 10, 'off']], { off: 9, on: 1 }, 10)).toEqual({ slices, moved: 1, extra: 0 });
    expect(initialSlices({ on: 1, none: 0, off: 9 })).toEqual(slices);
  });

  it('moves exactly those that a vanished variant leaves behind, and to whom the new one comes', () => {
    const before = initialSlices({ a: 20, b: 30, c: 50 });
    const { slices, moved, extra } = reweigh(before, { a: 20, c: 50, new: 30 }, 100);
    expect(slices.map(([start, end, variant]) => [start, end, variant === 'new' ? 'b' : variant])).toEqual(before);
    expect([moved, extra]).toEqual([30, 0]);
  });

  it('takes variants that are called like something of the prototype', () => {
    const weights = JSON.parse('{"__proto__": 3, "constructor": 7}');
    const { slices } = reweigh([[0, 10, 'constructor']], weights, 10);
    expect(weightsOf(slices)).toEqual(weights);
  });

  it('leaves slices with the same weights as they are, however many they are', () => {
    const many = Array.from({ length: 100 }, (_, i): Slice => [i, i + 1, i % 2 === 0 ? 'a' : 'b']);
    expect(reweigh(many, { a: 50, b: 50 }, 100)).toEqual({ slices: many, moved: 0, extra: 0 });
  });

  it('throws on weights that do not sum and slices that do not cover', () => {
    expect(() => reweigh([], { a: 1 }, 2)).toThrow('the weights sum to 1; expected 2');
    expect(() => reweigh([], { a: -1, b: 3 }, 2)).toThrow('expected an integer from 0 to 2');
    expect(() => reweigh([[0, 1, 'a']], { a: 2 }, 2)).toThrow('the slices end at 1; expected 2');
    expect(() => reweigh([[1, 2, 'a']], { a: 2 }, 2)).toThrow('a slice begins at 1; expected 0');
  });
});

describe('reweigh, for any weights', () => {
  it('moves exactly half the sum of the changes, only from shrinking to growing variants', () => {
    const small = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }).map((list) => {
      const named = Object.fromEntries(NAMES.slice(0, 5).map((name, i) => [name, list[i] ?? 0]));
      return { ...named, rest: 300 - list.reduce((a, b) => a + b, 0) };
    });
    fc.assert(
      fc.property(fc.array(small, { minLength: 2, maxLength: 6 }), (history) => {
        let slices = initialSlices(history[0]!);
        for (const wanted of history.slice(1)) {
          const after = reweigh(slices, wanted, 300);
          assertSound(after.slices, wanted, 300);
          expect(after).toMatchObject({ moved: halfOfChanges(weightsOf(slices), wanted), extra: 0 });
          expect(movedForNothing(slices, after.slices, 300)).toBe(0);
          slices = after.slices;
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps to 64 slices over long histories of 8 variants, and counts what moved beyond the fewest', () => {
    fc.assert(
      fc.property(fc.array(weights, { minLength: 60, maxLength: 60 }), (history) => {
        let slices: Slice[] = initialSlices(history[0]!);
        let extras = 0;
        for (const wanted of history.slice(1)) {
          const { slices: after, moved, extra } = reweigh(slices, wanted, OF);
          assertSound(after, wanted, OF);
          expect(after.length).toBeLessThanOrEqual(MOST_SLICES);
          expect(moved).toBe(countMoved(slices, after));
          expect(moved - extra).toBe(halfOfChanges(weightsOf(slices), wanted));
          extras += extra;
          slices = after;
        }
        expect(extras).toBeLessThan(OF / 100);
      }),
      { numRuns: 15 },
    );
  });

  it('gives everybody back after any change that one variant made at the cost of another that lies on one side of it', () => {
    fc.assert(
      fc.property(
        fc.array(weights, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        (history, g, s, c) => {
          const slices = history.reduce<Slice[]>((before, wanted) => reweigh(before, wanted, OF).slices, []);
          const now = weightsOf(slices);
          const owners = slices.map(([, , owner]) => owner);
          const names = Object.keys(now);
          const [to, from] = [names[g % names.length]!, names[s % names.length]!];
          const apart = owners.lastIndexOf(to) < owners.indexOf(from) || owners.lastIndexOf(from) < owners.indexOf(to);
          fc.pre(to !== from && apart && now[from]! > 1);
          const there = reweigh(slices, withTransfer(now, from, to, 1 + (c % (now[from]! - 1))), OF);
          expect(reweigh(there.slices, now, OF).slices).toEqual(slices);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives everybody back after one variant took from all others, up to everything, when the split was laid out at once', () => {
    fc.assert(
      fc.property(weights, fc.nat(7), fc.integer({ min: 0, max: 100 }), (now, winner, percent) => {
        const slices = initialSlices(now);
        const to = NAMES[winner]!;
        const then = Object.fromEntries(
          Object.entries(now).map(([name, weight]) => [name, name === to ? 0 : Math.floor((weight * percent) / 100)]),
        );
        then[to] = OF - Object.values(then).reduce((a, b) => a + b, 0);
        const there = reweigh(slices, then, OF);
        expect(reweigh(there.slices, now, OF).slices).toEqual(slices);
      }),
      { numRuns: 300 },
    );
  });

  it('needs no more slices than variants when even 64 are too few', () => {
    const before = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`v${i}`, i === 0 ? 21 : 1]));
    const slices = reweigh(initialSlices(before), { ...before, v0: 1, v1: 21 }, 100).slices;
    expect(slices.length).toBe(80);
  });
});
