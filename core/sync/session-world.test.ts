import fc from 'fast-check';
import { describe, it } from 'vitest';
import { SimulatedWorld } from './simulated-world.fixture.ts';

const RUNS = Number(process.env.WORLDS ?? 25);

describe('a session, whatever happens to database, nodes and net', () => {
  it('is at every step what history says at its place, undoes no kill, never goes back, and arrives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2 ** 31 - 1), async (seed) => {
        await new SimulatedWorld(seed).live(120_000);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
