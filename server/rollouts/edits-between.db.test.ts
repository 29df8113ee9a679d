import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../changes/seed.fixture.ts';
import { GUARDS, metric, stageOf } from '../decisions/decide.fixture.ts';
import { Overlays } from '../delivery/overlay.ts';
import { recordKill } from '../delivery/record-kill.ts';
import { restoreFlag } from '../delivery/restore-flag.ts';
import { editConfiguration } from '../flags/configure-flag.ts';
import { patchFlag } from '../flags/edit-flag.ts';
import type { Guard } from '../policies/policy.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const guard: Guard = {
  ...{ id: 'p95', kind: 'threshold', query: 'p95', source: 'prometheus', above: 0.4, forMs: 0 },
  ...{ onFail: 'rollBack', mode: 'enforce', environment: 'staging' },
};
const watched = shortPolicy({
  path: [
    {
      environment: 'staging',
      stages: [
        stageOf({ exposure: 10_000, bakeMs: 60_000 }),
        stageOf({ exposure: 50_000, bakeMs: 60_000 }),
        stageOf({ exposure: 90_000, bakeMs: 86_400_000 }),
      ],
    },
  ],
  // The second is only shown: rates are read for its sake, after a move is decided and before it is written.
  guards: [guard, { ...GUARDS.errors, mode: 'shadow' }],
});
const kept = { id: 'kept', if: { attribute: 'country', op: 'equals' as const, values: ['CH'] } };

describe('between two looks of the loop, or between a look and its write', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let id = '';
  let between: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    const recentRates = async () => {
      await between?.();
      return [];
    };
    world = await openRolloutWorld(undefined, () => ({ recentRates }));
    world.says.metrics = [metric('checkout.error', 'rate')];
    world.policies.set('watched', watched);
    loop = await world.takeOver();
  });
  beforeEach(async () => {
    between = undefined;
    world.says.query = { kind: 'value', value: 0.1 };
    const rules = [{ ...kept, serve: { variant: 'off' } }];
    await world.setFlag({ state: 'on', killed: false, fallthrough: { variant: 'off' }, rules, run: null });
  });
  afterEach(async () => {
    if (['waiting', 'running', 'paused'].includes((await world.read(id)).rollout.state))
      await world.steer(id, 'rollback');
  });
  afterAll(() => world?.database.close());

  async function begin(target: string): Promise<void> {
    id = await world.start({ policy: 'watched', target });
    await loop.pass();
    await loop.pass();
    expect(await stateOf()).toMatchObject({ state: 'running', stage: 0, entry: 1 });
  }
  async function look(times: number, value: number, ms = 61_000): Promise<void> {
    world.says.query = { kind: 'value', value };
    for (let each = 0; each < times; each++) {
      world.wait(ms);
      await loop.pass();
    }
  }
  const stateOf = async () => (await world.read(id)).run.run;
  const place = () => ({
    projectId: world.projectId,
    environment: { id: world.environmentIds[0] ?? 0, key: 'staging' },
  });
  const asking = { principal: root, reason: 'I have my reasons.' };

  it.each([
    ['an advance', 0.1],
    ['a rollback', 0.9],
  ])(
    '%s that was decided writes over nothing that was edited since, though no door told of it',
    async (_title, value) => {
      await begin('fallthrough');
      let edits = 0;
      between = async () => {
        edits += 1;
        await world.setFlag({ fallthrough: { variant: 'on' } });
      };
      await look(1, value);
      between = undefined;
      expect([edits, (await world.flag()).fallthrough]).toEqual([1, { variant: 'on' }]);
      await look(1, value);
      expect(await stateOf()).toMatchObject({ state: 'ended', stage: 0 });
      expect((await world.flag()).fallthrough).toEqual({ variant: 'on' });
    },
  );

  it('an edited value is refused, and a guard that fails then goes back as if nobody had tried', async () => {
    await begin('fallthrough');
    const edit = patchFlag(world.parts, asking, world.projectId, FLAG, { variants: { on: false } });
    await expect(edit).rejects.toMatchObject({ code: 'rollout_live' });
    await look(1, 0.9);
    expect((await stateOf()).state).toBe('rolledBack');
    expect(await world.flag()).toMatchObject({ fallthrough: { variant: 'off' }, run: null });
  });

  it('a deleted target is refused, and a guard that fails then gives the target what it had', async () => {
    await begin('kept');
    const edit = editConfiguration(world.parts, asking, place(), FLAG, { rules: [] });
    await expect(edit).rejects.toMatchObject({ code: 'rollout_live' });
    await look(1, 0.9);
    expect((await stateOf()).state).toBe('rolledBack');
    const { rules, run } = await world.flag();
    expect([rules, run]).toEqual([[{ ...kept, serve: { variant: 'off' } }], null]);
  });

  it('a killed flag stays killed whatever guards say, and once it is restored a guard that fails goes back', async () => {
    await begin('fallthrough');
    const before = await world.flag();
    const entry = { ...{ id: `k${id}`, epoch: 'e', flag: FLAG, actor: 'person:p' }, at: world.now().toISOString() };
    const environmentId = world.environmentIds[0] ?? 0;
    await recordKill(world.door, { ...entry, kind: 'kill', environmentId, reason: 'It burns.' });
    await look(2, 0.9);
    expect(await stateOf()).toMatchObject({ state: 'paused', stage: 0 });
    const { fallthrough, killed } = await world.flag();
    expect([killed, fallthrough]).toEqual([true, before.fallthrough]);
    // Well again for a while, so that it is the restored flag of which the guard says what it says.
    await look(1, 0.1);
    const restore = { door: world.door, overlays: new Overlays(), settler: { settle: async () => undefined } };
    await restoreFlag(restore, asking, { ...place(), flag: FLAG });
    await look(2, 0.1);
    expect(await stateOf()).toMatchObject({ state: 'paused', stage: 0 });
    await look(1, 0.9);
    expect((await stateOf()).state).toBe('rolledBack');
    expect(await world.flag()).toMatchObject({ killed: false, fallthrough: { variant: 'off' }, run: null });
  });
});
