import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../access/principal.ts';
import { environments, tokens } from '../database/tables.ts';
import { openRolloutWorld, type RolloutWorld } from './rollouts.fixture.ts';

describe('a place that is protected while a rollout lives', () => {
  let world: RolloutWorld;
  beforeAll(async () => {
    world = await openRolloutWorld();
  });
  afterAll(() => world?.database.close());

  const protect = async (key: string, isProtected: boolean) => {
    await world.database.db.update(environments).set({ protected: isProtected }).where(eq(environments.key, key));
  };
  async function editor(): Promise<Principal> {
    const { projectId, database } = world;
    const made = { id: 't', projectId, name: 'ci', roles: ['editor' as const], verifier: 'v', createdBy: 'root' };
    await database.db.insert(tokens).values(made);
    return { kind: 'token', id: 't', name: 'ci', projectId, environmentId: null, roles: ['editor'] };
  }
  const at = async (id: string) => {
    const { run } = (await world.read(id)).run;
    return `${run.environment} ${run.state} ${run.stage}`;
  };

  it('pauses it there until somebody who may grow in one resumes it, and asks once', async () => {
    await protect('production', false);
    const loop = await world.takeOver();
    const id = await world.start();
    await loop.pass();
    await protect('staging', true);
    world.wait(5_000);
    await loop.pass();
    expect(await at(id)).toBe('staging paused 0');
    expect((await world.read(id)).run.run.pausedBy).toMatchObject({ cause: 'protection', actor: `rollout:${id}` });
    await loop.pass();
    expect((await world.read(id)).run.decision).toMatchObject({ action: 'hold', page: 'stopped' });
    await expect(world.steer(id, 'resume', 'I go on.', await editor())).rejects.toMatchObject({ code: 'forbidden' });
    await world.steer(id, 'resume', 'It may grow here.');
    await loop.pass();
    expect(await at(id)).toBe('staging running 0');
    world.wait(61_000);
    await loop.pass();
    expect(await at(id)).toBe('production waiting -1');
    // Where it comes later it is asked for anew: nobody spoke of that place.
    await protect('production', true);
    await loop.pass();
    expect(await at(id)).toBe('production paused -1');
    await world.steer(id, 'resume', 'It may grow here, too.');
    await loop.pass();
    expect(await at(id)).toBe('production running 0');
    await world.steer(id, 'rollback', 'The test is over.');
  });

  it('holds nothing that was started when the place was protected already', async () => {
    await protect('staging', true);
    await world.setFlag({ fallthrough: { variant: 'off' }, rules: [], run: null });
    const loop = await world.takeOver();
    const id = await world.start();
    for (let look = 0; look < 3; look++) {
      await loop.pass();
      world.wait(61_000);
    }
    expect(await at(id)).toBe('production waiting -1');
    await world.steer(id, 'rollback', 'The test is over.');
  });
});
