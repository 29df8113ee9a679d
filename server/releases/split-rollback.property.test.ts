import type { Flag, Rule, Ruleset, Serve } from '@turnout/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../changes/canonical.ts';
import { direction } from '../changes/direction.ts';
import type { Configuration } from '../flags/configuration.ts';
import { planRollback, rulesetAfter, servedAs } from './plan-rollback.ts';
import { FORM_CONTENT, nowOf, thenOf } from './rollback.fixture.ts';
import { splitRollback } from './split-rollback.ts';

const KEYS = ['a', 'b', 'c'] as const;
const serve: fc.Arbitrary<Serve> = fc.oneof(
  fc.constantFrom<Serve>({ variant: 'off' }, { variant: 'on' }, { variant: 'other' }),
  fc.integer({ min: 0, max: 8 }).map((on): Serve => {
    const slices = Array.from({ length: 8 }, (_, at): [number, number, string] => [at, at + 1, at < on ? 'on' : 'off']);
    return { split: { by: 'targetingKey', salt: 's', of: 8, slices } };
  }),
);
const rule = serve.map((one): Rule => ({ id: 'r', if: { segment: 'staff' }, serve: one }));
const configuration = (key: string): fc.Arbitrary<Configuration> =>
  fc.record({
    state: fc.constantFrom('on' as const, 'on' as const, 'off' as const),
    offVariant: fc.constant('off'),
    prerequisites: fc.constantFrom(
      ...[[], ...KEYS.filter((one) => one < key).map((flag) => [{ flag, variants: ['on'] }])],
    ),
    rules: fc.array(rule, { maxLength: 1 }),
    fallthrough: serve,
    shedAt: fc.constantFrom(null, null, 1 as const),
    maxStalenessMs: fc.constant(null),
    whenStale: fc.constant(null),
  });
const flag = (key: string) =>
  fc.record({
    was: fc.option(fc.record({ configuration: configuration(key), killed: fc.boolean() }), { nil: undefined }),
    now: configuration(key),
    anchored: fc.option(configuration(key), { nil: undefined }),
    killed: fc.boolean(),
    rolledBackSince: fc.boolean(),
  });
const scene = fc.record({
  a: flag('a'),
  b: flag('b'),
  c: flag('c'),
  levels: fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1)),
  staff: fc.boolean(),
});

function readScene({ a, b, c, levels, staff }: typeof scene extends fc.Arbitrary<infer T> ? T : never) {
  const members = staff ? ['somebody'] : [];
  const flags = Object.entries({ a, b, c });
  const then = thenOf(
    flags.flatMap(([key, one]) => (one.was === undefined ? [] : [[key, one.was] as const])),
    { shedLevel: levels[0], staff: members },
  );
  const now = nowOf(
    flags.map(([key, { now: is, anchored, killed, rolledBackSince }]) => [
      key,
      { configuration: is, killed, rolledBackSince, ...(anchored === undefined ? {} : { anchored }) },
    ]),
    { shedLevel: levels[1] },
  );
  return { then, now };
}

it('what is applied at once goes towards safe, counted from the anchors of the runs that it ends', () => {
  fc.assert(
    fc.property(scene, (drawn) => {
      const { then, now } = readScene(drawn);
      const { atOnce } = splitRollback(planRollback(then, now).flags, now);
      const [from, to]: [Record<string, Flag>, Record<string, Flag>] = [{}, {}];
      for (const [key, is] of now.flags) {
        const write = atOnce.get(key);
        from[key] = servedAs(key, is, write === undefined ? is.configuration : (is.anchored ?? is.configuration));
        to[key] = servedAs(key, is, write ?? is.configuration);
      }
      const side = (flags: Record<string, Flag>): Ruleset => ({ ...now.ruleset, flags });
      // A run's anchor may be what another flag waits for: that is the run's own way back, and no gain of this change.
      expect(direction(side(from), side(to))).not.toBe('growing');
    }),
    { numRuns: 700 },
  );
});

it('whatever differs from what was is at once there, or waits; and nothing else is touched', () => {
  fc.assert(
    fc.property(scene, (drawn) => {
      const { then, now } = readScene(drawn);
      const plan = planRollback(then, now);
      const { atOnce, waits } = splitRollback(plan.flags, now);
      for (const [key, one] of plan.flags) {
        if (one.effect !== 'changed') expect([atOnce.has(key), waits.has(key)]).toEqual([false, false]);
        else if (!waits.has(key)) expect(atOnce.get(key)).toEqual(one.write);
        else expect(atOnce.get(key)).not.toEqual(one.write);
      }
    }),
    { numRuns: 700 },
  );
});

it('whoever carries a whole plan out is where the environment was, but for what was taken from users since', () => {
  fc.assert(
    fc.property(scene, (drawn) => {
      const { then, now } = readScene(drawn);
      const plan = planRollback(then, now);
      const after = rulesetAfter(plan.flags, plan.segments, now);
      for (const [key, one] of plan.flags) {
        const [was, is] = [then.flags.get(key), after.flags[key]];
        if (was === undefined) expect(is?.state === 'off' || is?.killed).toBe(true);
        else if (one.effect === 'changed' && one.because === null) {
          const served = servedAs(key, now.flags.get(key) as never, was.form.configuration);
          expect(canonicalJson(is)).toBe(canonicalJson(served));
        } else if (one.effect === 'changed') expect(is?.state).toBe('off');
        if (one.effect === 'kept') expect(is).toEqual(now.ruleset.flags[key]);
      }
    }),
    { numRuns: 700 },
  );
});

it('has the variants that the drawn configurations name', () => {
  expect(Object.keys(FORM_CONTENT.variants)).toEqual(['off', 'on', 'other']);
});
