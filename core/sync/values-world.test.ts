import fc from 'fast-check';
import { describe, it } from 'vitest';
import { ValuesWorld } from './values-world.fixture.ts';

const RUNS = Number(process.env.WORLDS ?? 60);

describe('a session of values, whatever happens to database, nodes and net', () => {
  it('never goes back, undoes no kill that it was told of and nobody restored, and ends at what the server serves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2 ** 31 - 1), async (seed) => {
        await new ValuesWorld(seed).live(60_000);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
