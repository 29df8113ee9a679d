import { compile, evaluate, type Ruleset } from '@turnout/core';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../changes/seed.fixture.ts';
import { changeRequests, environments } from '../database/tables.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import { Overlays } from '../delivery/overlay.ts';
import { readRuleset } from '../delivery/read-ruleset.ts';
import { recordKill } from '../delivery/record-kill.ts';
import { restoreFlag } from '../delivery/restore-flag.ts';
import { editConfiguration } from '../flags/configure-flag.ts';
import { turnFlag } from '../flags/turn-flag.ts';
import { applyRequest } from '../requests/apply-request.ts';
import { makeRequest } from '../requests/write-request.ts';
import { listDecisions } from '../rollouts/decision-store.ts';
import type { RolloutLoop } from '../rollouts/rollout-loop.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from '../rollouts/rollouts.fixture.ts';
import { cutRelease } from './cut-release.ts';
import { noteRolledBack } from './note-rolled-back.ts';
import { rollBackTo } from './roll-back.ts';
import { rollbackDrafts } from './rollback-drafts.ts';

const FLAGS = [FLAG, 'other'];
const SEQUENCES = 30;

/** What somebody, or a rollout, does to a flag between two looks at it. */
const STEPS = ['edit', 'wide', 'off', 'on', 'kill', 'restore', 'run', 'fail'] as const;
type Step = { what: (typeof STEPS)[number]; flag: string };

const step: fc.Arbitrary<Step> = fc.record({ what: fc.constantFrom(...STEPS), flag: fc.constantFrom(...FLAGS) });
const sequence = fc.record({
  earlier: fc.array(step, { maxLength: 3 }),
  later: fc.array(step, { minLength: 1, maxLength: 4 }),
});

let world: RolloutWorld;
let loop: RolloutLoop;
let kills = 0;
/** The live run of each flag, where there is one. */
const live = new Map<string, string>();

const place = () => ({
  projectId: world.projectId,
  environment: { id: world.environmentIds[0] ?? 0, key: 'staging' },
});
const asking = { principal: root, reason: 'A test.' };

beforeAll(async () => {
  world = await openRolloutWorld();
  world.door.checks.push(noteRolledBack({ now: world.now }));
  const stages = [stageOf({ exposure: 50_000, bakeMs: 86_400_000 })];
  world.policies.set('slow', shortPolicy({ path: [{ environment: 'staging', stages }] }));
  loop = await world.takeOver();
});
afterAll(() => world?.database.close());

async function ruleset(): Promise<Ruleset> {
  const { db } = world.database;
  const [row] = await db.select().from(environments).where(eq(environments.key, 'staging'));
  if (row === undefined) throw new Error('there is no staging');
  return db.transaction((tx) => readRuleset(tx, { ...row, projectKey: 'shop' }));
}

/** What twenty users get of a flag. */
function answers(served: Ruleset, flag: string): unknown[] {
  const compiled = compile(served);
  return Array.from({ length: 20 }, (_, at) => evaluate(compiled, flag, { targetingKey: `user-${at}` }).value);
}

/** Does a step where it can be done. */
async function take({ what, flag }: Step): Promise<void> {
  world.wait(1_000);
  const is = (await ruleset()).flags[flag];
  const edit = (variant: string) => editConfiguration(world.parts, asking, place(), flag, { fallthrough: { variant } });
  if (what === 'edit') await edit('on');
  if (what === 'wide') await edit('off');
  if (what === 'off' || (what === 'on' && !is?.killed))
    await turnFlag(world.parts, asking, place(), flag, { verb: what });
  if (what === 'kill' && is?.killed === undefined) await kill(flag);
  if (what === 'restore' && is?.killed) {
    const parts = { door: world.door, overlays: new Overlays(), settler: { settle: async () => undefined } };
    await restoreFlag(parts, asking, { ...place(), flag });
  }
  if (what === 'run' && !live.has(flag)) await begin(flag);
  if (what === 'fail') await fail(flag);
  await forget();
}

async function kill(flag: string): Promise<void> {
  const served = await ruleset();
  kills += 1;
  await recordKill(world.door, {
    ...{ kind: 'kill', id: `k${kills}`, environmentId: place().environment.id, flag, epoch: served.epoch },
    ...{ at: world.now().toISOString(), actor: 'person:p', reason: 'It burns.' },
  });
}

async function begin(flag: string): Promise<void> {
  const is = (await ruleset()).flags[flag];
  if (is?.state !== 'on' || is.killed || !('variant' in is.fallthrough) || is.fallthrough.variant !== 'off') return;
  live.set(flag, await world.start({ policy: 'slow', flag }));
  await loop.pass();
  await loop.pass();
}

async function fail(flag: string): Promise<void> {
  const id = live.get(flag);
  if (id !== undefined) await world.steer(id, 'rollback', 'It fails.');
}

/** On for everybody with the variant from which everything is rolled out, and nothing under way. */
async function startAnew(): Promise<void> {
  for (const flag of FLAGS) await fail(flag);
  live.clear();
  await world.setFlag({ state: 'on', killed: false, fallthrough: { variant: 'off' }, run: null });
}

/** An edit may have ended it. */
async function forget(): Promise<void> {
  for (const [flag, id] of live) {
    const { state } = (await world.read(id)).rollout;
    if (!['waiting', 'running', 'paused'].includes(state)) live.delete(flag);
  }
}

async function release(tag: string): Promise<void> {
  const { id } = place().environment;
  await world.database.db.transaction((tx) =>
    cutRelease(
      tx,
      { now: world.now() },
      {
        ...{ environment: { id, projectId: world.projectId, key: 'staging', shedLevel: 0 }, tag, by: 'root' },
        ...{ commit: null, origin: 'manual' as const, originId: null, note: null, position: 'e.1' },
      },
    ),
  );
}

it('the environment serves what the release served, but for what was killed, off or rolled back since', async () => {
  let tags = 0;
  let went = 0;
  await fc.assert(
    fc.asyncProperty(sequence, async ({ earlier, later }) => {
      await startAnew();
      for (const one of earlier) await take(one);
      tags += 1;
      await release(`t${tags}`);
      const then = await anchored();
      world.wait(1_000);
      const failed = new Set<string>();
      for (const one of later) {
        const ran = live.has(one.flag);
        await take(one);
        if (one.what === 'fail' && ran) failed.add(one.flag);
      }
      const before = await ruleset();
      const done = await rollBackTo({ door: world.door } as never, asking, place(), { release: `t${tags}` }, false);
      expect(done.applied).toBe('all');
      await forget();
      const after = await ruleset();
      for (const flag of FLAGS) {
        const [was, is] = [then.flags[flag], before.flags[flag]];
        const wasServed = was?.state === 'on' && !was.killed;
        const taken = wasServed && (is?.killed || is?.state === 'off');
        const plan = done.rolled.plan.flags.get(flag);
        if (taken || (plan?.effect === 'kept' && failed.has(flag))) expect(after.flags[flag]).toEqual(is);
        else expect(answers(after, flag)).toEqual(answers(then, flag));
        went += plan?.effect === 'changed' ? 1 : 0;
      }
    }),
    { numRuns: SEQUENCES, endOnFailure: true },
  );
  // Most sequences have something to take back, or nothing was tried.
  expect(went).toBeGreaterThan(SEQUENCES / 4);
}, 120_000);

it('a run that goes back by a request is ended by whoever applied that, not by who wrote it', async () => {
  await startAnew();
  await release('asked-for');
  await begin(FLAG);
  const parts = { door: world.door, kinds: rollbackDrafts } as never;
  const body = { to: { release: 'asked-for' } };
  const { result } = await makeRequest(parts, asking, world.projectId, {
    ...{ title: 'Back', reason: 'It is slow.' },
    items: [{ method: 'POST', path: '/environments/staging/rollback', body }],
  });
  await world.database.db.update(changeRequests).set({ createdBy: 'person:ada' });
  await applyRequest(parts, asking, world.projectId, result.id);
  const id = live.get(FLAG) ?? '';
  expect((await world.read(id)).rollout.state).toBe('rolledBack');
  const [last] = await listDecisions(world.database.db, id, { limit: 1, before: undefined });
  expect([last?.actor, last?.because]).toEqual(['root', ['staging went back to asked-for.']]);
});

/** What the environment serves, with flags in flight at what their runs had found. */
async function anchored(): Promise<Ruleset> {
  const served = await ruleset();
  const flags = { ...served.flags };
  for (const [flag, id] of live) {
    const { run } = await world.read(id);
    const is = flags[flag];
    if (is !== undefined && run.run.stage >= 0) flags[flag] = { ...is, fallthrough: run.run.anchor };
  }
  return { ...served, flags };
}
