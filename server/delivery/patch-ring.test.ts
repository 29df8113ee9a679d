import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PatchRings } from './patch-ring.ts';
import type { PatchFrame } from './served.ts';

const frame = (revision: number, bytes = 10): PatchFrame => ({
  from: `e.${revision - 1}`,
  to: `e.${revision}`,
  text: 'x'.repeat(bytes),
});

describe('the ring of patches', () => {
  test('leads from any place that it still has to the latest, without a gap', () => {
    const rings = new PatchRings({ frames: 5, bytes: 1_000, nodeBytes: 10_000 });
    for (let revision = 1; revision <= 8; revision++) rings.append(1, [frame(revision)]);
    expect(rings.since(1, 'e.6')?.map(({ to }) => to)).toEqual(['e.7', 'e.8']);
    expect(rings.since(1, 'e.3')).toHaveLength(5);
    expect(rings.since(1, 'e.2')).toBeUndefined();
    expect(rings.since(1, 'other.6')).toBeUndefined();
    expect(rings.since(2, 'e.6')).toBeUndefined();
  });

  test('begins anew behind a gap', () => {
    const rings = new PatchRings();
    rings.append(1, [frame(1), frame(2)]);
    rings.append(1, [frame(4)]);
    expect(rings.since(1, 'e.1')).toBeUndefined();
    expect(rings.since(1, 'e.3')).toHaveLength(1);
  });

  test('keeps within its bytes, for each environment and for all of them, and counts them right', () => {
    const append = fc.record({ environment: fc.constantFrom(1, 2, 3), bytes: fc.integer({ min: 1, max: 120 }) });
    fc.assert(
      fc.property(fc.array(append, { maxLength: 60 }), (appends) => {
        const rings = new PatchRings({ frames: 10, bytes: 300, nodeBytes: 500 });
        const revisions = new Map<number, number>();
        for (const { environment, bytes } of appends) {
          const revision = (revisions.get(environment) ?? 0) + 1;
          revisions.set(environment, revision);
          rings.append(environment, [frame(revision, bytes)]);
          expect(rings.bytes).toBeLessThanOrEqual(500);
        }
        for (const environment of [1, 2, 3]) rings.clear(environment);
        expect(rings.bytes).toBe(0);
      }),
    );
  });
});
