import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Overlays } from './overlay.ts';
import type { JournalEntry } from './served.ts';

function entry(id: string, environmentId: number): JournalEntry {
  const at = '2026-01-31T12:00:00.000Z';
  return { kind: 'kill', id, epoch: 'e', flag: `flag-${id}`, at, environmentId, actor: 'root', reason: 'r' };
}

const IDS = ['a', 'b', 'c', 'd', 'e'];
const step = fc.oneof(
  fc.record({ kind: fc.constant('kill' as const), id: fc.constantFrom(...IDS), environmentId: fc.constantFrom(1, 2) }),
  fc.record({ kind: fc.constant('base' as const), named: fc.subarray(IDS), environmentId: fc.constantFrom(1, 2) }),
);

describe('the overlay', () => {
  test('holds an entry from its kill until a base of its environment names it, and not a step longer or shorter', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const overlays = new Overlays();
        const expected = new Map<number, string[]>([
          [1, []],
          [2, []],
        ]);
        for (const one of steps) {
          const held = expected.get(one.environmentId) ?? [];
          if (one.kind === 'kill') {
            expect(overlays.add(entry(one.id, one.environmentId))).toBe(!held.includes(one.id));
            if (!held.includes(one.id)) held.push(one.id);
          } else {
            const ended = overlays.settle(one.environmentId, new Set(one.named));
            expect(ended.map(({ id }) => id)).toEqual(held.filter((id) => one.named.includes(id)));
            expected.set(
              one.environmentId,
              held.filter((id) => !one.named.includes(id)),
            );
          }
          for (const [environmentId, ids] of expected) {
            expect(overlays.of(environmentId).map(({ id }) => id)).toEqual(ids);
          }
          expect(overlays.size).toBe([...expected.values()].flat().length);
          expect(overlays.environments().sort()).toEqual([...expected].flatMap(([id, ids]) => (ids.length ? id : [])));
        }
      }),
    );
  });

  test('is replaced whole, so that whoever serves it is not surprised', () => {
    const overlays = new Overlays();
    overlays.add(entry('a', 1));
    const before = overlays.of(1);
    overlays.add(entry('b', 1));
    overlays.settle(1, new Set(['a']));
    expect(before.map(({ id }) => id)).toEqual(['a']);
    expect(Object.isFrozen(overlays.of(1))).toBe(true);
  });
});
