import { bucket, type Serve } from '@turnout/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asWritten, initialConfiguration } from './configuration.ts';
import type { ServeIn } from './contract.ts';
import { planConfiguration, saltsOf } from './plan-configuration.ts';
import { movedShare, planServe } from './plan-serve.ts';

const salted = (...names: string[]) => {
  const left = [...names];
  return () => left.shift() ?? 'one-too-many';
};
const place = (previous: Serve | undefined, salts: Record<string, string> = {}, newSalt = salted('new')) => ({
  target: 'fallthrough',
  previous,
  salts,
  newSalt,
});
const weigh = (weights: Record<string, number>, of = 10): ServeIn => ({ split: { weights, of } });
const split = (slices: [number, number, string][], over: object = {}): Serve => ({
  split: { by: 'targetingKey', salt: 's', of: 10, slices, ...over },
});

/** What a unit gets, as an evaluator finds it. */
function given(serve: Serve, unit: string): string {
  if ('variant' in serve) return serve.variant;
  if ('coded' in serve) return '(coded)';
  const { salt, of, slices } = serve.split;
  const at = bucket(salt, unit, of);
  return slices.find(([start, end]) => at >= start && at < end)?.[2] ?? '(none)';
}

describe('weights become slices', () => {
  it('of a place that nobody has been in, in the order of names', () => {
    expect(planServe(weigh({ off: 7, on: 3 }), place(undefined))).toEqual({
      serve: split(
        [
          [0, 3, 'on'],
          [3, 10, 'off'],
        ],
        { salt: 'new' },
      ),
    });
  });

  it('with the salt that the place had, even when no split was there in between', () => {
    const planned = planServe(weigh({ on: 3, off: 7 }), place({ variant: 'off' }, { fallthrough: 'old' }));
    expect(planned).toEqual({
      serve: split(
        [
          [0, 3, 'on'],
          [3, 10, 'off'],
        ],
        { salt: 'old' },
      ),
      moved: 0.3,
    });
  });

  it('and stay as they are where the weights do', () => {
    const odd = split(
      [
        [0, 2, 'off'],
        [2, 5, 'on'],
        [5, 10, 'off'],
      ],
      { hash: 'flagd' },
    );
    expect(planServe(weigh({ on: 3, off: 7 }), place(odd))).toEqual({ serve: odd });
  });

  it('of another total, with everybody as near to where they were as can be', () => {
    const planned = planServe(
      weigh({ on: 30, off: 70 }, 100),
      place(
        split([
          [0, 3, 'on'],
          [3, 10, 'off'],
        ]),
      ),
    );
    expect(planned).toEqual({
      serve: split(
        [
          [0, 30, 'on'],
          [30, 100, 'off'],
        ],
        { of: 100 },
      ),
      moved: 0,
    });
  });

  it('with a new salt only where a reseed is asked for', () => {
    const before = split([
      [0, 5, 'on'],
      [5, 10, 'off'],
    ]);
    const wanted: ServeIn = { split: { weights: { on: 5, off: 5 }, of: 10, reseed: true } };
    expect(planServe(wanted, place(before))).toEqual({
      serve: split(
        [
          [0, 5, 'on'],
          [5, 10, 'off'],
        ],
        { salt: 'new' },
      ),
      moved: 0.5,
    });
  });

  it('of another unit, which draws everybody anew', () => {
    const before = split([
      [0, 5, 'on'],
      [5, 10, 'off'],
    ]);
    const planned = planServe({ split: { by: 'company', weights: { on: 5, off: 5 }, of: 10 } }, place(before));
    expect(planned).toEqual({
      serve: split(
        [
          [0, 5, 'on'],
          [5, 10, 'off'],
        ],
        { by: 'company' },
      ),
      moved: 0.5,
    });
  });

  it('and back to one variant or to the coded default, which moves whoever had something else', () => {
    const before = split([
      [0, 3, 'on'],
      [3, 10, 'off'],
    ]);
    expect(planServe({ variant: 'on' }, place(before))).toEqual({ serve: { variant: 'on' }, moved: 0.7 });
    expect(planServe({ coded: true }, place(before))).toEqual({ serve: { coded: true }, moved: 1 });
    expect(planServe({ variant: 'on' }, place({ variant: 'off' }))).toEqual({ serve: { variant: 'on' } });
  });
});

const weights = fc
  .array(fc.nat(1_000), { minLength: 3, maxLength: 3 })
  .map(([a = 0, b = 0, c = 0]) => ({ a, b, c, d: 3_000 - a - b - c }));

it('the share that is told is the share of users who move, by the fewest moves', () => {
  fc.assert(
    fc.property(fc.array(weights, { minLength: 2, maxLength: 6 }), (steps) => {
      let serve: Serve | undefined;
      for (const next of steps) {
        const planned = planServe(weigh(next, 3_000), place(serve, { fallthrough: 'salt' }));
        if (serve !== undefined && planned.moved !== undefined) {
          const before = serve;
          const users = Array.from({ length: 4_000 }, (_, i) => `user-${i}`);
          const moved =
            users.filter((user) => given(before, user) !== given(planned.serve, user)).length / users.length;
          expect(Math.abs(moved - planned.moved)).toBeLessThan(0.05);
          expect(movedShare(before, planned.serve)).toBe(planned.moved);
        }
        serve = planned.serve;
      }
    }),
    { numRuns: 20 },
  );
});

describe('a configuration', () => {
  const names = () => ({ salt: salted('salt-1', 'salt-2', 'salt-3'), ruleId: salted('id-1', 'id-2') });
  const initial = initialConfiguration({ on: true, off: false });
  const rule = (over: object = {}) => ({ if: { all: [] }, serve: weigh({ on: 1, off: 1 }, 2), ...over });

  it('gets an id for each rule that has none, and a salt for each place that has a split', () => {
    const wanted = { ...asWritten(initial), rules: [rule({ id: 'mine' }), rule()] };
    const { configuration, salts } = planConfiguration(wanted, undefined, {}, names());
    expect(configuration.rules.map(({ id }) => id)).toEqual(['mine', 'id-1']);
    expect(salts).toEqual({ mine: 'salt-1', 'id-1': 'salt-2' });
  });

  it('is planned again into itself, without dice', () => {
    const wanted = { ...asWritten(initial), rules: [rule()] };
    const first = planConfiguration(wanted, undefined, {}, names());
    const again = planConfiguration(asWritten(first.configuration), first.configuration, first.salts, {
      salt: () => expect.unreachable('no new salt is needed'),
      ruleId: () => expect.unreachable('no new id is needed'),
    });
    expect(again).toEqual({ ...first, moved: {} });
  });

  it('keeps the salts of rules that went, but not without end', () => {
    const known = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`rule-${i}`, `salt-${i}`]));
    const salts = saltsOf(
      { rules: [{ id: 'rule-0', if: { all: [] }, serve: { coded: true } }], fallthrough: { coded: true } },
      known,
    );
    expect(Object.keys(salts)).toHaveLength(200);
    expect(salts).toMatchObject({ 'rule-0': 'salt-0', 'rule-299': 'salt-299' });
  });
});
