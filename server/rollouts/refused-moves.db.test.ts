import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../changes/seed.fixture.ts';
import { segments } from '../database/tables.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import { Problem } from '../platform/problem.ts';
import { deleteSegment } from '../segments/change-segment.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const HOUR_MS = 3_600_000;

describe('a move that is refused', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  beforeAll(async () => {
    world = await openRolloutWorld();
    loop = await world.takeOver();
  });
  beforeEach(async () => {
    for (const index of [0, 1]) {
      await world.setFlag({ state: 'on', fallthrough: { variant: 'off' }, rules: [], run: null }, index);
    }
  });
  afterAll(() => world?.database.close());

  async function look(times: number, ms: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      await loop.pass();
      world.wait(ms);
    }
  }
  const place = () => {
    const [, id = 0] = world.environmentIds;
    return { projectId: world.projectId, environment: { id, key: 'production' } };
  };
  const makeStaff = async () => {
    const { projectId, environment } = place();
    const named = { key: 'staff', name: '', description: '', by: 'targetingKey' };
    await world.database.db
      .insert(segments)
      .values({ ...named, projectId, environmentId: environment.id, included: [], excluded: [] });
  };

  it('holds with its reason and is told where an audience is gone before it came there, and goes on once it is back', async () => {
    await makeStaff();
    const [staging] = shortPolicy().path;
    const production = {
      environment: 'production',
      stages: [stageOf({ audience: 'staff', bakeMs: 60_000 }), stageOf({ exposure: 50_000, bakeMs: 60_000 })],
    };
    const path = staging === undefined ? [] : [staging, production];
    world.policies.set('audience', shortPolicy({ path, deadline: { afterMs: HOUR_MS, onDeadline: 'ask' } }));
    const id = await world.start({ policy: 'audience' });
    await look(2, 1_000);
    await deleteSegment(world.parts, { principal: root, reason: 'Nobody needs it.' }, place(), 'staff');
    await look(3, 61_000);
    const held = (await world.read(id)).run;
    expect(held.run).toMatchObject({ environment: 'production', state: 'waiting', paged: { about: 'stopped' } });
    expect(held.decision?.reason).toBe(
      'Holds: Entering the next stage was refused: The segment staff, which is its audience, is not in production any ' +
        'more: make it again, or roll back.',
    );
    await makeStaff();
    await look(1, 1_000);
    expect((await world.read(id)).run.run.stage).toBe(0);
    await world.steer(id, 'rollback', 'It was to be seen.');
    await world.database.db.delete(segments);
  });

  it('goes back by its deadline, whatever refuses what would let it go on', async () => {
    world.policies.set('short', shortPolicy({ deadline: { afterMs: HOUR_MS, onDeadline: 'ask' } }));
    const id = await world.start({ policy: 'short' });
    const { checks } = world.door;
    const refuse = async (_tx: unknown, { action }: { action: string }) =>
      action === 'rollout.advance' ? new Problem('rollout_live', 'Another rollout owns it') : undefined;
    world.door.checks = [...checks, refuse];
    await look(1, HOUR_MS);
    const held = (await world.read(id)).run;
    expect(held.run.stage).toBe(-1);
    expect(held.decision).toMatchObject({ action: 'hold', page: 'stopped' });
    await look(1, HOUR_MS);
    expect((await world.read(id)).run.run).toMatchObject({ state: 'waiting', paged: { about: 'deadline' } });
    await look(1, 1_000);
    world.door.checks = checks;
    const { rollout, run } = await world.read(id);
    expect([rollout.state, run.decision?.reason]).toEqual([
      'rolledBack',
      'Rolls back: its deadline passed after 2 hours. Entering the next stage was refused: Another rollout owns it.',
    ]);
  });
});
