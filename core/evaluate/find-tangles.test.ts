import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition, Flag, Ruleset, Segment } from '../model/ruleset.ts';
import { rulesets } from './any-ruleset.fixture.ts';
import { compile } from './compile.ts';
import { findTangles } from './find-tangles.ts';
import { flagWith, rulesetWith, segmentWith } from './ruleset.fixture.ts';

/** What `compile` itself found. */
function compiledTangles(ruleset: Ruleset) {
  const { flags, segments } = compile(ruleset);
  const tangled = (all: ReadonlyMap<string, { key: string; isTangled: boolean }>) =>
    [...all.values()].filter(({ isTangled }) => isTangled).map(({ key }) => key);
  return { flags: tangled(flags).sort(), segments: tangled(segments).sort() };
}

function found(ruleset: Ruleset) {
  const { flags, segments } = findTangles(ruleset);
  return { flags: flags.sort(), segments: segments.sort() };
}

const chainOfFlags = (length: number): Record<string, Flag> =>
  Object.fromEntries(
    Array.from({ length }, (_, i) => {
      const needs = i === length - 1 ? [] : [{ flag: `k${i + 1}`, variants: ['on'] }];
      return [`k${i}`, flagWith({ key: `k${i}`, prerequisites: needs })];
    }),
  );

/** Each names the next one twice, so that the first of `length` comes to 2^length tests. */
const doubling = (length: number): Record<string, Segment> =>
  Object.fromEntries(
    Array.from({ length }, (_, i) => {
      const next: Condition = { segment: `s${i + 1}` };
      return [`s${i}`, segmentWith({ key: `s${i}`, ...(i === length - 1 ? {} : { if: { any: [next, next] } }) })];
    }),
  );

describe('tangles', () => {
  it('are those of compile, for any ruleset', () => {
    fc.assert(
      fc.property(rulesets, (ruleset) => {
        expect(found(ruleset)).toEqual(compiledTangles(ruleset));
      }),
    );
  });

  it('begin with the 33rd flag of a chain, and are all that lead there', () => {
    expect(found(rulesetWith(chainOfFlags(32)))).toEqual({ flags: [], segments: [] });
    expect(found(rulesetWith(chainOfFlags(33)))).toEqual({ flags: ['k0'], segments: [] });
    expect(compiledTangles(rulesetWith(chainOfFlags(33)))).toEqual({ flags: ['k0'], segments: [] });
  });

  it('are segments that come to more tests than one evaluation may make, and the flags that name them', () => {
    const segments = doubling(20);
    const asks = flagWith({ key: 'asks', rules: [{ id: 'r', if: { segment: 's0' }, serve: { variant: 'on' } }] });
    const ruleset = rulesetWith({ asks }, { segments });
    expect(found(ruleset)).toEqual(compiledTangles(ruleset));
    expect(found(ruleset).flags).toEqual(['asks']);
    expect(found(rulesetWith({ asks }, { segments: doubling(5) }))).toEqual({ flags: [], segments: [] });
  });
});
