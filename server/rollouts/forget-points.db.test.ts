import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decisions, guardPoints, runs } from '../database/tables.ts';
import { databaseKinds } from '../database/test-database.ts';
import { forgetPoints, insertPoints } from './decision-store.ts';
import { openRolloutWorld, type RolloutWorld } from './rollouts.fixture.ts';

describe.each(databaseKinds)('where guards stood over time, on the %s database', (kind) => {
  let world: RolloutWorld;
  beforeAll(async () => {
    world = await openRolloutWorld(kind);
  });
  afterAll(() => world?.database.close());

  it('is forgotten of runs that ended before, and of no others; decisions stay', async () => {
    const { db } = world.database;
    const now = world.now();
    const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
    const loop = await world.takeOver();
    const left: Record<string, number> = {};
    for (const [flag, endedAt] of [
      ['new-checkout', ago(31)],
      ['other', ago(29)],
    ] as const) {
      const id = await world.start({ flag });
      await loop.pass();
      const { run } = (await world.read(id)).run;
      for (const day of [40, 41]) await insertPoints(db, run, ago(day), []);
      await world.steer(id, 'rollback', 'The test is over.');
      await db.update(runs).set({ endedAt }).where(eq(runs.id, run.id));
      left[run.id] = endedAt < ago(30) ? 0 : 2;
    }
    const live = (await world.read(await world.start())).run.run;
    await insertPoints(db, live, ago(50), []);
    left[live.id] = 1;
    const count = (id: string) => db.$count(guardPoints, eq(guardPoints.runId, id));
    expect(await forgetPoints(db, ago(30), 2)).toBe(true);
    expect(await forgetPoints(db, ago(30), 2)).toBe(false);
    for (const [id, points] of Object.entries(left)) expect([id, await count(id)]).toEqual([id, points]);
    expect(await db.$count(decisions)).toBeGreaterThanOrEqual(4);
  });
});
