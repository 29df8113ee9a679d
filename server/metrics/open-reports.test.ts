import { expect, it } from 'vitest';
import type { Db } from '../database/connect.ts';
import { SWEEP_EVERY_MS, sweep } from './open-reports.ts';

/** What a node stores in a second at most: of apps, and of pages. */
const STORED_A_SECOND = 250 + 1_000;

it('a sweep takes away all that one node can have stored since the last', async () => {
  let left = (STORED_A_SECOND * SWEEP_EVERY_MS) / 1_000;
  await sweep({} as Db, [
    async (_db, limit) => {
      const taken = Math.min(left, limit);
      left -= taken;
      return taken === limit;
    },
  ]);
  expect(left).toBe(0);
});
