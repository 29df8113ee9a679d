import { momentColumn } from '@turnout/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeWindows, LATE_MS, RESTART_EVERY } from './judge-windows.ts';
import { MomentOrder } from './moment-order.ts';

const AT = 1_700_000_000_000;

/** Units that came so long after `AT`, each with a hit so long after that, or with none. */
function columnsOf(units: readonly { at: number; hit: number | null }[]) {
  const [since, hitAt] = [momentColumn(), momentColumn()];
  const order = new MomentOrder(since);
  for (const [unit, { at, hit }] of units.entries()) {
    since.set(unit, AT + at);
    order.note(unit);
    if (hit !== null) hitAt.set(unit, AT + at + hit);
  }
  return { order, columns: { since, hitAt } };
}

describe('windows of absolute guards', () => {
  const unit = fc.record({ at: fc.nat(2_000), hit: fc.option(fc.integer({ min: -100, max: 1_000 })) });
  const windows = fc.uniqueArray(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 });

  it('are judged in one walk as each would be by itself', () => {
    const check = (units: { at: number; hit: number | null }[], asked: number[], later: number) => {
      const { order, columns } = columnsOf(units);
      const judged = judgeWindows(order.units(), columns, asked, AT + later + LATE_MS);
      for (const windowMs of asked) {
        const over = units.filter(({ at }) => at + windowMs <= later);
        const bad = over.filter(({ hit }) => hit !== null && hit <= windowMs).length;
        expect(judged[windowMs]).toEqual({ bad, good: over.length - bad, restarts: [] });
      }
    };
    fc.assert(fc.property(fc.array(unit, { maxLength: 60 }), windows, fc.nat(3_000), check), { numRuns: 300 });
  });

  it('open the test anew after every two hundred, by those that came first', () => {
    const units = Array.from({ length: 1_000 }, (_, i) => ({ at: (i * 7) % 1_000, hit: i % 3 === 0 ? 50 : null }));
    const { order, columns } = columnsOf(units);
    const judged = judgeWindows(order.units(), columns, [40, 60, 500], AT + 500 + 600 + LATE_MS);
    const first = units.filter(({ at }) => at < RESTART_EVERY * 3);
    const badIn = (most: number) => first.filter(({ at, hit }) => at < most && hit !== null).length;
    const restarts = [200, 400, 600].map((count) => [badIn(count), count - badIn(count)]);
    expect(judged[500]?.restarts).toEqual(restarts);
    expect(judged[60]?.restarts.slice(0, 3)).toEqual(restarts);
    expect([judged[40]?.bad, judged[40]?.restarts[0], judged[60]?.restarts.length]).toEqual([0, [0, 200], 5]);
  });

  it('may be a hundred of three hundred thousand units, and nobody waits for it', () => {
    const units = Array.from({ length: 300_000 }, (_, i) => ({
      at: (i * 7_919) % 3_600_000,
      hit: i % 50 === 0 ? i : null,
    }));
    const { order, columns } = columnsOf(units);
    const asked = Array.from({ length: 100 }, (_, i) => 60_000 + i * 1_000);
    const begun = performance.now();
    const judged = judgeWindows(order.units(), columns, asked, AT + 86_400_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(Object.values(judged).map(({ bad, good }) => bad + good)).toEqual(Array(100).fill(300_000));
  });
});

describe('an order of units by their moments', () => {
  it('is that of the last moment of each, and of their numbers where moments are the same', () => {
    const change = fc.record({ unit: fc.nat(20), at: fc.integer({ min: -50, max: 50 }), look: fc.boolean() });
    const check = (changes: { unit: number; at: number; look: boolean }[]) => {
      const moments = momentColumn();
      const order = new MomentOrder(moments);
      const model = new Map<number, number>();
      for (const { unit, at, look } of changes) {
        if (moments.get(unit) === AT + at) continue;
        moments.set(unit, AT + at);
        order.note(unit);
        model.set(unit, at);
        if (look) order.units();
      }
      const sorted = [...model].sort(([a, one], [b, other]) => one - other || a - b).map(([number]) => number);
      expect([...order.units()]).toEqual(sorted);
    };
    fc.assert(fc.property(fc.array(change, { maxLength: 60 }), check), { numRuns: 300 });
  });
});
