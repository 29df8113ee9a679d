import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changes, decisions } from '../database/tables.ts';
import { databaseKinds } from '../database/test-database.ts';
import { openRolloutWorld, type RolloutWorld } from './rollouts.fixture.ts';

describe.each(databaseKinds)('a rollout on the %s database', (kind) => {
  let world: RolloutWorld;
  beforeAll(async () => {
    world = await openRolloutWorld(kind);
  });
  afterAll(() => world?.database.close());

  it('walks its stages and environments one by one, and leaves nothing of itself behind', async () => {
    const loop = await world.takeOver();
    const id = await world.start();
    expect((await world.read(id)).rollout).toMatchObject({ state: 'waiting', step: 0 });
    expect((await world.flag()).run).toBeNull();
    const seen: string[] = [];
    for (let look = 0; look < 30 && seen.at(-1) !== 'production finished 1 finished'; look++) {
      await loop.pass();
      const { rollout, run } = await world.read(id);
      const at = `${run.run.environment} ${run.run.state} ${run.run.stage} ${rollout.state}`;
      if (seen.at(-1) !== at) seen.push(at);
      world.wait(30_000);
    }
    expect(seen).toEqual([
      'staging running 0 running',
      'production waiting -1 waiting',
      'production running 0 running',
      'production running 1 running',
      'production finished 1 finished',
    ]);
    for (const index of [0, 1]) {
      expect(await world.flag(index)).toMatchObject({ fallthrough: { variant: 'on' }, rules: [], run: null });
    }
    const log = await world.database.db.select().from(changes).orderBy(asc(changes.seq));
    expect(log.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
      'rollout.start root',
      `rollout.advance rollout:${id}`,
      `rollout.finish rollout:${id}`,
      `rollout.advance rollout:${id}`,
      `rollout.advance rollout:${id}`,
      `rollout.finish rollout:${id}`,
    ]);
    const kept = await world.database.db
      .select()
      .from(decisions)
      .where(eq(decisions.rolloutId, id))
      .orderBy(asc(decisions.id));
    const acted = kept.filter(({ action }) => action !== 'hold').map(({ action, stage }) => `${action} ${stage}`);
    expect(acted).toEqual(['advance -1', 'finish 0', 'advance -1', 'advance 0', 'finish 1']);
    expect(kept.every(({ reason }) => reason.endsWith('.'))).toBe(true);
  });
});
