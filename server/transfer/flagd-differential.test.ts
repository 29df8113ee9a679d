import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyDocument } from './any-flagd.fixture.ts';
import { findDifferences, Tally } from './flagd-differential.fixture.ts';

/** `npm run prove -- flagd` asks for more, and for what came of it. */
const { FLAGD_DOCUMENTS = '1000', FLAGD_SEED = String(Date.now() % 2 ** 31), FLAGD_TALLY } = process.env;
const sorted = (counts: Map<string, number>) => Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));

describe('imported flags', () => {
  it(`answer as flagd does: ${FLAGD_DOCUMENTS} documents, seed ${FLAGD_SEED}`, { timeout: 600_000 }, () => {
    const tally = new Tally();
    fc.assert(
      fc.property(anyDocument, (any) => {
        expect(findDifferences(any, tally)).toEqual([]);
      }),
      { numRuns: Number(FLAGD_DOCUMENTS), seed: Number(FLAGD_SEED) },
    );
    const { flags, carried, compared } = tally;
    const leftOut = [...tally.leftOut.values()].reduce((sum, count) => sum + count, 0);
    const told = { flags, carried, compared, leftOut: sorted(tally.leftOut), reasons: sorted(tally.reasons) };
    console.info(`seed ${FLAGD_SEED}: ${JSON.stringify({ ...told, notImported: sorted(tally.notImported) }, null, 2)}`);
    if (FLAGD_TALLY) writeFileSync(FLAGD_TALLY, JSON.stringify(told));
    expect(carried / flags).toBeGreaterThan(0.6);
    expect(compared / (compared + leftOut)).toBeGreaterThan(0.6);
    expect(Object.keys(told.reasons).filter((one) => one.startsWith('ERROR'))).toEqual([]);
  });
});
