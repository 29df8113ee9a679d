import type { Rule } from '@turnout/core';
import { desc, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findEntry } from '../changes/change-store.ts';
import { root } from '../changes/seed.fixture.ts';
import { undoChange } from '../changes/undo-change.ts';
import { changes, flagEnvironments, segments } from '../database/tables.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import { Overlays } from '../delivery/overlay.ts';
import { recordKill } from '../delivery/record-kill.ts';
import { restoreFlag } from '../delivery/restore-flag.ts';
import { archiveFlag } from '../flags/archive-flag.ts';
import { editConfiguration } from '../flags/configure-flag.ts';
import type { ConfigurationPatch } from '../flags/contract.ts';
import { patchFlag } from '../flags/edit-flag.ts';
import { type Turn, turnFlag } from '../flags/turn-flag.ts';
import { flagUndoer } from '../flags/undo-flag-change.ts';
import { deleteSegment } from '../segments/change-segment.ts';
import { listDecisions } from './decision-store.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const rule = (id: string) => ({
  ...{ id, if: { attribute: 'country', op: 'equals' as const, values: ['CH'] }, serve: { variant: 'off' } },
});

/** Ten per cent, then half, watched by a query; each stage would be left after a minute. */
const watched = shortPolicy({
  path: [
    {
      environment: 'staging',
      stages: [
        stageOf({ exposure: 10_000, bakeMs: 60_000 }),
        stageOf({ exposure: 50_000, bakeMs: 60_000 }),
        stageOf({ audience: 'later', exposure: 90_000, bakeMs: 86_400_000 }),
      ],
    },
  ],
  guards: [
    {
      ...{ id: 'p95', kind: 'threshold', query: 'p95', source: 'prometheus', above: 0.4, forMs: 0 },
      ...{ onFail: 'rollBack', mode: 'enforce', environment: 'staging' },
    },
  ],
});

/** For an audience alone, and then ten per cent for long. */
const forAudience = shortPolicy({
  path: [
    {
      environment: 'staging',
      stages: [
        stageOf({ audience: 'later', bakeMs: 60_000 }),
        stageOf({ exposure: 10_000, bakeMs: 60_000 }),
        stageOf({ exposure: 50_000, bakeMs: 86_400_000 }),
      ],
    },
  ],
});

describe('what a live run owns, between two looks of the loop', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let id = '';

  beforeAll(async () => {
    world = await openRolloutWorld();
    world.policies.set('watched', watched);
    world.policies.set('for-audience', forAudience);
    const [environmentId = 0] = world.environmentIds;
    const row = {
      environmentId,
      projectId: world.projectId,
      key: 'later',
      by: 'targetingKey',
      included: [],
      excluded: [],
    };
    await world.database.db.insert(segments).values({ name: '', description: '', ...row });
    loop = await world.takeOver();
  });
  beforeEach(async () => {
    world.says.query = { kind: 'value', value: 0.1 };
    await world.setFlag({
      state: 'on',
      killed: false,
      fallthrough: { variant: 'off' },
      rules: [rule('kept')],
      run: null,
    });
    id = await begin('fallthrough');
  });
  afterEach(async () => {
    if (['waiting', 'running', 'paused'].includes((await world.read(id)).rollout.state))
      await world.steer(id, 'rollback');
  });
  afterAll(() => world?.database.close());

  async function begin(target: string, policy = 'watched'): Promise<string> {
    const made = await world.start({ policy, target });
    await loop.pass();
    await loop.pass();
    expect((await world.read(made)).run.run).toMatchObject({ state: 'running', stage: 0, entry: 1 });
    return made;
  }
  /** Long enough for two stages, were nothing in the way. */
  async function goOn(): Promise<void> {
    for (let look = 0; look < 5; look++) {
      world.wait(61_000);
      await loop.pass();
    }
  }
  async function failGuard(): Promise<void> {
    world.says.query = { kind: 'value', value: 0.9 };
    for (let look = 0; look < 2; look++) {
      world.wait(5_000);
      await loop.pass();
    }
  }
  const place = () => ({
    projectId: world.projectId,
    environment: { id: world.environmentIds[0] ?? 0, key: 'staging' },
  });
  const asking = { principal: root, reason: 'I have my reasons.' };
  const turn = (to: Turn) => turnFlag(world.parts, asking, place(), FLAG, to);
  const configure = (patch: ConfigurationPatch) => editConfiguration(world.parts, asking, place(), FLAG, patch);
  const refused = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ code: 'rollout_live' });
  const stateOf = async () => (await world.read(id)).run.run;

  it('turned off: it pauses, touches nothing, and stays paused when the flag is on again', async () => {
    const before = await world.flag();
    await turn({ verb: 'off' });
    expect(await stateOf()).toMatchObject({ state: 'paused', pausedBy: { cause: 'flag-off', actor: 'root' } });
    await failGuard();
    world.says.query = { kind: 'value', value: 0.1 };
    await turn({ verb: 'on' });
    await goOn();
    expect(await stateOf()).toMatchObject({ state: 'paused', stage: 0 });
    const { fallthrough, run } = await world.flag();
    expect({ fallthrough, run }).toEqual({ fallthrough: before.fallthrough, run: before.run });
    await world.steer(id, 'resume', 'It was a mistake.');
    expect(await stateOf()).toMatchObject({ state: 'running', stage: 0, entry: 2, effectiveAt: null });
  });

  it('turned off and paused: a guard that fails when it is on again rolls back', async () => {
    await turn({ verb: 'off' });
    await turn({ verb: 'on' });
    await failGuard();
    expect(await stateOf()).toMatchObject({ state: 'rolledBack' });
    expect(await world.flag()).toMatchObject({ fallthrough: { variant: 'off' }, run: null });
  });

  it.each([
    ['off', '0 %'],
    ['on', '100 %'],
  ])('served %s by hand (%s): it ends, and the edit stands', async (variant) => {
    await turn({ verb: 'serve', variant });
    const { rollout, run } = await world.read(id);
    expect([rollout.state, run.run.state]).toEqual(['ended', 'ended']);
    await goOn();
    await failGuard();
    expect(await world.flag()).toMatchObject({ fallthrough: { variant }, run: null });
  });

  it('edited values, another unit, an archive, a deleted audience of a later stage: refused, naming the rollout', async () => {
    await refused(patchFlag(world.parts, asking, world.projectId, FLAG, { variants: { on: false } }));
    await refused(configure({ fallthrough: { split: { by: 'account' } } }));
    await expect(archiveFlag(world.parts, asking, world.projectId, FLAG, true)).rejects.toMatchObject({
      code: expect.stringMatching('wrong_state|rollout_live'),
    });
    const gone = deleteSegment(world.parts, asking, place(), 'later');
    await refused(gone);
    await expect(gone).rejects.toThrow(`rollout rollback ${id}`);
    await goOn();
    expect((await stateOf()).stage).toBe(2);
  });

  it('a rule added: it goes on, and the rule survives the rollback', async () => {
    await configure({ rules: [rule('added'), rule('kept')] });
    await goOn();
    expect((await stateOf()).stage).toBe(2);
    await failGuard();
    expect((await stateOf()).state).toBe('rolledBack');
    const { rules, fallthrough, run } = await world.flag();
    expect(rules.map((one) => one.id)).toEqual(['added', 'kept']);
    expect([fallthrough, run]).toEqual([{ variant: 'off' }, null]);
  });

  it('its target deleted: refused; the rule of its audience edited: it ends', async () => {
    await world.steer(id, 'rollback');
    id = await begin('kept');
    await refused(configure({ rules: [] }));
    await goOn();
    const { rules } = await world.flag();
    expect(rules.map((one) => one.id)).toEqual([`audience-${id}-0`, 'kept']);
    const [audience, target] = rules as [Rule, Rule];
    const serving = ({ id: ruleId, if: asked }: Rule, variant: string) => ({
      id: ruleId,
      if: asked,
      serve: { variant },
    });
    await configure({ rules: [serving(audience, 'off'), serving(target, 'on')] });
    expect((await stateOf()).state).toBe('ended');
    expect((await world.flag()).run).toBeNull();
  });

  it.each([
    ['before any share was served', 0],
    ['at 10 %', 2],
  ])('set to 0 %% by hand %s: it ends, and its audience gets nothing new any more', async (_when, looks) => {
    await world.steer(id, 'rollback');
    id = await begin('fallthrough', 'for-audience');
    for (let look = 0; look < looks; look++) {
      world.wait(61_000);
      await loop.pass();
    }
    expect((await world.flag()).rules.map((one) => one.id)).toEqual(['kept', `audience-${id}-0`]);
    const { changed, rollout, change } = await turn({ verb: 'serve', variant: 'off' });
    expect({ changed, rollout }).toEqual({
      changed: true,
      rollout: `The rollout of on ended by this. Its rule audience-${id}-0 went with it: nobody gets on by it any more.`,
    });
    const { rules, fallthrough, run } = await world.flag();
    expect({ rules, fallthrough, run }).toEqual({ rules: [rule('kept')], fallthrough: { variant: 'off' }, run: null });
    expect((await stateOf()).state).toBe('ended');
    const { db } = world.database;
    const entry = await findEntry(db, world.projectId, change?.id ?? 0);
    expect(entry?.body?.environments).toMatchObject([{ direction: 'safe' }]);
    const [last] = await listDecisions(db, id, { limit: 1, before: undefined });
    expect(last?.reason).toContain(`The rule audience-${id}-0 went with it.`);
  });

  it('what set its target before it came undone: it ends, its audience gets nothing new, and the log says so', async () => {
    await world.steer(id, 'rollback');
    await world.setFlag({ fallthrough: { coded: true } });
    const { change } = await turn({ verb: 'serve', variant: 'off' });
    id = await begin('fallthrough', 'for-audience');
    const { db } = world.database;
    const entry = await findEntry(db, world.projectId, change?.id ?? 0);
    if (entry === undefined) throw new Error('what set it is not in the log');
    const list = { environmentById: () => undefined } as never;
    await undoChange({ door: world.door, list, undoers: [flagUndoer] }, asking, entry);
    const { rules, fallthrough, run } = await world.flag();
    expect({ rules, fallthrough, run }).toEqual({ rules: [rule('kept')], fallthrough: { coded: true }, run: null });
    expect((await stateOf()).state).toBe('ended');
    const [undone] = await db.select().from(changes).orderBy(desc(changes.id)).limit(1);
    const told = await findEntry(db, world.projectId, undone?.id ?? 0);
    expect(told?.body?.before).toMatchObject({
      environments: { staging: { rules: [{}, { id: `audience-${id}-0` }] } },
    });
    expect(told?.body?.after).toMatchObject({ environments: { staging: { rules: [{ id: 'kept' }] } } });
  });

  it('the condition of its target edited: the rule of its audience follows, and it goes on', async () => {
    await world.steer(id, 'rollback');
    id = await begin('kept', 'for-audience');
    const elsewhere = { attribute: 'country', op: 'equals' as const, values: ['DE'] };
    const [audience, target] = (await world.flag()).rules;
    if (audience === undefined || target === undefined) throw new Error('the audience stands before its target');
    const off = { variant: 'off' };
    const { rollout } = await configure({
      rules: [
        { id: audience.id, if: audience.if, serve: { variant: 'on' } },
        { id: target.id, if: elsewhere, serve: off },
      ],
    });
    expect(rollout).toContain('holds only where kept does');
    expect((await world.flag()).rules.map((one) => one.if)).toEqual([
      { all: [elsewhere, { segment: 'later' }] },
      elsewhere,
    ]);
    await goOn();
    expect(await stateOf()).toMatchObject({ state: 'running', stage: 2 });
    await world.steer(id, 'rollback', 'No.');
    expect((await world.flag()).rules).toEqual([{ id: 'kept', if: elsewhere, serve: off }]);
  });

  it('killed and restored: it pauses, serves what stood before, and advances never again by itself', async () => {
    const before = await world.flag();
    const entry = {
      kind: 'kill' as const,
      id: `k${id}`,
      at: world.now().toISOString(),
      epoch: 'e',
      flag: FLAG,
      actor: 'person:p',
    };
    await recordKill(world.door, { ...entry, environmentId: world.environmentIds[0] ?? 0, reason: 'It burns.' });
    expect(await stateOf()).toMatchObject({ state: 'paused', pausedBy: { cause: 'flag-killed', actor: 'person:p' } });
    await goOn();
    await expect(world.steer(id, 'resume', 'Go on.')).rejects.toMatchObject({ code: 'wrong_state' });
    const restore = { door: world.door, overlays: new Overlays(), settler: { settle: async () => undefined } };
    await restoreFlag(restore, asking, { ...place(), flag: FLAG });
    await goOn();
    const { killed, fallthrough, run } = await world.flag();
    expect({ killed, fallthrough, run }).toEqual({ killed: false, fallthrough: before.fallthrough, run: before.run });
    expect(await stateOf()).toMatchObject({ state: 'paused', stage: 0 });
  });

  it('rolled back and undone: what was served comes back, and the run does not', async () => {
    await goOn();
    const { fallthrough } = await world.flag();
    await world.steer(id, 'rollback', 'No.');
    expect((await world.flag()).fallthrough).toEqual({ variant: 'off' });
    const { db } = world.database;
    const made = await db.select().from(changes).where(eq(changes.action, 'rollout.rollback'));
    const entry = await findEntry(db, world.projectId, made.at(-1)?.id ?? 0);
    if (entry === undefined) throw new Error('the rollback is not in the log');
    const list = { environmentById: () => undefined } as never;
    await undoChange({ door: world.door, list, undoers: [flagUndoer] }, asking, entry);
    await goOn();
    const now = await world.flag();
    expect([now.fallthrough, now.run]).toEqual([fallthrough, null]);
    expect((await stateOf()).state).toBe('rolledBack');
    await db.update(flagEnvironments).set({ rules: [] });
  });
});
