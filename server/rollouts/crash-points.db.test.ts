import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeRequests, decisions, runs } from '../database/tables.ts';
import { hasPostgres } from '../database/test-database.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import type { Policy, ThresholdGuard } from '../policies/policy.ts';
import { type CrashPoint, LOOP_STEPS, type LoopStep } from './crash-point.ts';
import { openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

class Crashed extends Error {}

const MINUTE = 60_000;
const guard: Omit<ThresholdGuard, 'onFail'> = {
  ...({ id: 'p95', kind: 'threshold', query: 'p95', source: 'prometheus', above: 0.4, forMs: 0 } as const),
  ...({ mode: 'enforce', environment: 'staging' } as const),
};
const stages = [stageOf({ exposure: 10_000, bakeMs: MINUTE }), stageOf({ exposure: 50_000, bakeMs: MINUTE })];
const inStaging = (over: Partial<Policy>) =>
  shortPolicy({
    path: [{ environment: 'staging', stages }],
    deadline: { afterMs: 3_600_000, onDeadline: 'ask' },
    ...over,
  });
const WAITS = [
  stageOf({ exposure: 10_000, bakeMs: MINUTE, approvals: [{ role: 'admin', count: 1, expiresMs: MINUTE }] }),
];

/** For each step of the loop: a rollout that comes to it, and how it is brought there. */
const SCENES: Record<LoopStep, { policy: Policy; prepare?: (world: RolloutWorld, id: string) => Promise<void> }> = {
  'ask sources': { policy: inStaging({}) },
  'keep look': { policy: inStaging({}) },
  advance: { policy: inStaging({}) },
  finish: { policy: inStaging({}) },
  'keep reach': { policy: inStaging({}) },
  'ask approval': { policy: inStaging({ path: [{ environment: 'staging', stages: WAITS }] }) },
  'roll back': { policy: inStaging({ guards: [{ ...guard, onFail: 'rollBack' }] }), prepare: fail },
  kill: { policy: inStaging({ guards: [{ ...guard, onFail: 'kill' }] }), prepare: fail },
  pause: { policy: inStaging({ guards: [{ ...guard, onFail: 'pause' }] }), prepare: fail },
  page: { policy: inStaging({ guards: [{ ...guard, onFail: 'hold' }] }), prepare: fail },
  end: {
    policy: inStaging({}),
    // As an edit past the door would leave it: the loop finds it out by itself.
    prepare: (world) => world.setFlag({ fallthrough: { variant: 'on' }, run: null }),
  },
  'lower sample': {
    policy: inStaging({}),
    prepare: async ({ says }) => {
      says.below = () => 50_000;
    },
  },
};

async function fail({ says }: RolloutWorld): Promise<void> {
  says.query = { kind: 'value', value: 0.9 };
}

const POINTS = LOOP_STEPS.flatMap((step): [CrashPoint, LoopStep][] => [
  [`before ${step}`, step],
  [`after ${step}`, step],
]);

describe.skipIf(!hasPostgres)('a loop that stops for good', () => {
  let world: RolloutWorld;
  beforeAll(async () => {
    world = await openRolloutWorld('postgres');
  });
  beforeEach(async () => {
    Object.assign(world.says, { query: { kind: 'value', value: 0.1 }, below: (below: number) => below });
    await world.setFlag({ state: 'on', killed: false, fallthrough: { variant: 'off' }, rules: [], run: null });
  });
  afterAll(() => world?.database.close());

  /** Looks until nothing moves any more; a loop that stops is followed by another. Answers how often one stopped. */
  async function walk(scene: (typeof SCENES)[LoopStep], point: CrashPoint | undefined): Promise<[string, number]> {
    let stopped = 0;
    const crash = (at: CrashPoint) => {
      if (at !== point || stopped > 0) return;
      stopped++;
      throw new Crashed(at);
    };
    world.policies.set('crash', scene.policy);
    let loop = await world.takeOver(crash);
    const id = await world.start({ policy: 'crash' });
    for (let look = 0; look < 10; look++) {
      // In the second stage, so that there is something to go back from, and something left to come.
      if (look === 2) await scene.prepare?.(world, id);
      const before = stopped;
      await loop.pass();
      if (stopped > before) loop = await world.takeOver(crash);
      world.wait(MINUTE / 2);
    }
    return [id, stopped];
  }

  async function tell(id: string) {
    const { db } = world.database;
    const kept = await db.select().from(decisions).where(eq(decisions.rolloutId, id)).orderBy(asc(decisions.id));
    const { rollout, run } = await world.read(id);
    const { fallthrough, rules, run: mark, killed } = await world.flag();
    const asked = await db.select().from(changeRequests);
    return {
      acted: kept
        .filter(({ action }) => action !== 'hold')
        .map(({ action, stage, entry }) => `${action} ${stage} ${entry}`),
      state: [rollout.state, run.run.state, run.run.stage, run.run.entry, run.reach?.reachedAt !== null],
      flag: { fallthrough: withoutSalt(fallthrough), rules, below: mark?.sample.below, killed },
      asked: asked.filter(({ subject }) => subject.includes(id)).map(({ state }) => state),
      runs: (await db.select().from(runs).where(eq(runs.rolloutId, id))).length,
    };
  }
  const withoutSalt = (serve: object) => JSON.stringify(serve).replace(/"salt":"[^"]*"/, '"salt":"s"');

  const undisturbed = new Map<LoopStep, Awaited<ReturnType<typeof tell>>>();
  it.each(POINTS)('%s: another goes on, decides nothing twice and skips no stage', async (point, step) => {
    const scene = SCENES[step];
    let expected = undisturbed.get(step);
    if (expected === undefined) {
      const [id] = await walk(scene, undefined);
      expected = await tell(id);
      undisturbed.set(step, expected);
      await clear(id);
    }
    const [id, stopped] = await walk(scene, point);
    expect(stopped).toBe(1);
    expect(await tell(id)).toEqual(expected);
    await clear(id);
  });

  async function clear(id: string): Promise<void> {
    if (['waiting', 'running', 'paused'].includes((await world.read(id)).rollout.state))
      await world.steer(id, 'rollback');
    await world.setFlag({ state: 'on', killed: false, fallthrough: { variant: 'off' }, rules: [], run: null });
    Object.assign(world.says, { query: { kind: 'value', value: 0.1 }, below: (below: number) => below });
    // The last write of a run that is over is followed too, and is nothing that the next scene waits for.
    await (await world.takeOver()).pass();
  }
});
