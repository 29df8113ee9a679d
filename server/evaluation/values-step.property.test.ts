import { type Compiled, type Context, compile, evaluate, layOverlay, type Ruleset } from '@turnout/core';
import { contexts, KEYS, rulesets } from '@turnout/core/fixtures/any-ruleset';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JournalEntry, Served } from '../delivery/served.ts';
import { killOf, serve } from './ofrep.fixture.ts';
import { heldItems, valuesStep } from './values-step.ts';
import { writtenFlags } from './written-flags.ts';

function served(base: Ruleset, overlay: JournalEntry[], before?: Compiled): Served {
  return { ...serve([], base.revision, overlay), base, compiled: compile(layOverlay(base, overlay), before) };
}

/** What a client key is answered for all flags that it sees, by key. */
function values({ compiled }: Served, context: Context): Map<string, string> {
  const { visible } = writtenFlags(compiled);
  return new Map(visible.map(({ key, texts }) => [key, texts.write(evaluate(compiled, key, context))]));
}

/** The flags under the keys that they stand under, and half of them for clients. */
function named(ruleset: Ruleset, visible: readonly string[]): Ruleset {
  const entries = Object.entries(ruleset.flags).map(
    ([key, flag]) => [key, { ...flag, key, clientVisible: visible.includes(key) }] as const,
  );
  return { ...ruleset, flags: Object.fromEntries(entries) };
}

/** A later ruleset: what is kept stays the same object, as a patch leaves it. */
function later(before: Ruleset, other: Ruleset, changed: readonly string[]): Ruleset {
  const [flags, segments] = [new Map(Object.entries(before.flags)), new Map(Object.entries(before.segments))];
  for (const key of changed) {
    const [flag, segment] = [
      new Map(Object.entries(other.flags)).get(key),
      new Map(Object.entries(other.segments)).get(key),
    ];
    if (flag === undefined) flags.delete(key);
    else flags.set(key, flag);
    if (segment !== undefined) segments.set(key, segment);
  }
  const { shedLevel } = changed.includes('shed') ? other : before;
  return {
    ...before,
    revision: 2,
    shedLevel,
    flags: Object.fromEntries(flags),
    segments: Object.fromEntries(segments),
  };
}

const some = (keys: string[]) => fc.subarray(keys);
const steps = fc.record({
  ...{ one: rulesets, other: rulesets, changed: some([...KEYS, 's', 't', 'u', 'shed']) },
  ...{ seen: some(KEYS), seenLater: some(KEYS), killed: fc.subarray(KEYS, { maxLength: 1 }) },
});

it('A step laid on the values of before gives those of after, for whoever it does not tell to fetch', () => {
  let told = 0;
  fc.assert(
    fc.property(steps, contexts, ({ one, other, changed, seen, seenLater, killed }, context) => {
      const before = served(named(one, seen), []);
      const base = later(before.base, named(other, seenLater), changed);
      const after = served(base, killed.map(killOf), before.compiled);
      const { flags, removed, isMore } = valuesStep(before, after, 'client');
      const [now, stepped] = [values(after, context), values(before, context)];
      const held = [...heldItems(after, 'client').values()].flatMap((items) => [...items]);
      for (const [key, text] of [...flags, ...held]) expect(now.get(key)).toBe(text);
      for (const [key, text] of flags) stepped.set(key, text);
      for (const key of removed) {
        expect(now.has(key)).toBe(false);
        stepped.delete(key);
      }
      if (isMore) return;
      told += flags.size;
      expect(new Map([...stepped].sort())).toEqual(new Map([...now].sort()));
    }),
    { numRuns: 150 },
  );
  expect(told).toBeGreaterThan(0);
});
