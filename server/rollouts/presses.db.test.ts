import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../access/principal.ts';
import { memberships, people, tokens } from '../database/tables.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const stages = [10_000, 50_000].map((exposure) => stageOf({ exposure, bakeMs: 60_000 }));
const OWNER = { id: 'sam', grants: [] };

describe('a press for the next stage', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let id = '';
  let sam: Principal;
  beforeAll(async () => {
    world = await openRolloutWorld();
    const { db } = world.database;
    await db.insert(people).values({ id: 'sam', login: 'sam', name: 'Sam', password: 'hashed', createdBy: 'root' });
    const made = { projectId: world.projectId, name: 'ci', roles: ['editor' as const], verifier: 'v', owner: 'sam' };
    await db.insert(tokens).values({ ...made, id: 't', createdBy: 'person:sam' });
    sam = {
      kind: 'token',
      id: 't',
      name: 'ci',
      projectId: world.projectId,
      environmentId: null,
      roles: ['editor'],
      owner: OWNER,
    };
    world.policies.set('button', shortPolicy({ mode: 'button', path: [{ environment: 'staging', stages }] }));
    loop = await world.takeOver();
  });
  beforeEach(async () => {
    const { db } = world.database;
    if (id !== '') await world.steer(id, 'rollback', 'Once more.');
    await db.delete(memberships);
    const grant = { id: 'm', personId: 'sam', projectId: world.projectId, createdBy: 'root' };
    await db.insert(memberships).values({ ...grant, roles: ['editor'] });
    await world.setFlag({ state: 'on', fallthrough: { variant: 'off' }, rules: [], run: null });
  });
  afterAll(() => world?.database.close());

  async function goOn(looks: number, ms: number): Promise<void> {
    for (let look = 0; look < looks; look++) {
      await loop.pass();
      world.wait(ms);
    }
  }
  const lose = () => world.database.db.delete(memberships).where(eq(memberships.personId, 'sam'));
  const stateOf = async () => (await world.read(id)).run;

  it('is of somebody who may still press when it is used up, and gone where they may not', async () => {
    id = await world.start({ policy: 'button' });
    await goOn(2, 1_000);
    await world.steer(id, 'advance', 'Go on.', sam);
    expect((await stateOf()).run).toMatchObject({ stage: 0, pressedBy: 'token:t' });
    await lose();
    world.wait(61_000);
    await goOn(1, 1_000);
    const { run, decision } = await stateOf();
    expect(run).toMatchObject({ stage: 0, pressedBy: null });
    expect(decision?.reason).toBe('Holds: Whoever pressed Advance may not any more: it takes another press.');
    await world.steer(id, 'advance', 'In place of Sam.');
    await goOn(1, 1_000);
    expect((await stateOf()).run.stage).toBe(1);
  });

  it('is looked at once more in the change that enters the stage', async () => {
    id = await world.start({ policy: 'button' });
    await goOn(2, 1_000);
    await world.steer(id, 'advance', 'Go on.', sam);
    world.wait(61_000);
    const { settleFirst } = world.door;
    // What the door does first, after it was decided and before the locks.
    world.door.settleFirst = async () => void (await lose());
    await goOn(1, 1_000);
    world.door.settleFirst = settleFirst;
    expect((await stateOf()).run.stage).toBe(0);
  });

  it('that came with a start counts for the first stage as long as whoever started it is there', async () => {
    id = await world.start({ policy: 'button' }, sam);
    await lose();
    await goOn(2, 1_000);
    expect((await stateOf()).run).toMatchObject({ stage: -1, pressedBy: null });
    await world.steer(id, 'rollback', 'Once more.');
    const grant = { id: 'm', personId: 'sam', projectId: world.projectId, createdBy: 'root' };
    await world.database.db.insert(memberships).values({ ...grant, roles: ['editor'] });
    id = await world.start({ policy: 'button' }, sam);
    await goOn(1, 1_000);
    expect((await stateOf()).run.stage).toBe(0);
  });
});
