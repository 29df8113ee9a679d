import { eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { type Principal, ROOT, type RolloutPrincipal } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import { changeRoutes } from '../changes/routes.ts';
import { setState } from '../changes/seed.fixture.ts';
import { flagEnvironments, flags, formsInForce, goodForms, releases } from '../database/tables.ts';
import { GUARDS, stageOf } from '../decisions/decide.fixture.ts';
import { openIncident } from '../incidents/open-incident.ts';
import type { LoopParts } from '../rollouts/loop-parts.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from '../rollouts/rollouts.fixture.ts';
import { readTurnout } from '../transfer/read-turnout.ts';
import { noteForms } from './note-forms.ts';
import { proveRun } from './prove-run.ts';
import { revokeForm } from './revoke-form.ts';
import { releaseRoutes } from './routes.ts';
import { releaseTeller } from './tell-release.ts';

const DAY = 86_400_000;
const stages = [stageOf({ exposure: 10_000, bakeMs: 60_000 }), stageOf({ exposure: 50_000, bakeMs: 60_000 })];
const here = { path: [{ environment: 'production', stages }] };

describe('releases', () => {
  let world: RolloutWorld;
  let house: TestHouse;
  let app: ReturnType<TestHouse['mount']>;
  let editor = '';
  let viewer = '';
  let production = 0;
  beforeAll(async () => {
    world = await openRolloutWorld();
    house = await testHouse(world.database);
    production = world.environmentIds[1] ?? 0;
    world.door.checks.push(noteForms({ now: world.now }));
    Object.assign(world.parts, { finished: proveRun } satisfies Pick<LoopParts, 'finished'>);
    const { list } = house.house;
    app = house.mount({
      '/projects/:project/environments/:environment': releaseRoutes({ door: world.door, list }),
      '/projects/:project': changeRoutes({ door: world.door, list, undoers: [], tellers: [releaseTeller] }),
    });
    editor = await house.newToken(['editor'], world.projectId, production);
    viewer = await house.newToken(['viewer'], world.projectId, production);
    world.policies.set('guarded', shortPolicy({ ...here, guards: [GUARDS.p95, { ...GUARDS.alert, mode: 'shadow' }] }));
    world.policies.set('unguarded', shortPolicy(here));
  });
  beforeEach(async () => {
    world.wait(DAY);
    await world.setFlag({ state: 'on', killed: false, fallthrough: { variant: 'off' }, rules: [], run: null }, 1);
    const { db } = world.database;
    await db.delete(goodForms);
    await db.delete(formsInForce);
    world.says.query = { kind: 'value', value: 0.1 };
  });
  afterAll(() => world?.database.close());

  async function call(method: string, path: string, body?: unknown, as = house.root) {
    const response = await app.request(`/projects/shop${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return readAnswer(response);
  }
  const at = (path: string) => `/environments/production${path}`;
  const cut = async (tag: string) => (await call('POST', at('/releases'), { tag })).body.release;
  const see = async (tag: string) => (await call('GET', at(`/releases/${tag}`))).body;
  const because = async (tag: string, flag = FLAG) =>
    (await see(tag)).items.find(({ key }: { key: string }) => key === flag);

  /** A change of one flag of production by somebody, with whatever it sets. */
  async function change(set: Partial<typeof flagEnvironments.$inferInsert>, over: object = {}, by: object = {}) {
    const order = { projectId: world.projectId, environmentIds: [production], principal: ROOT as Principal };
    const named = { action: 'flag.configure', subject: `flag/${FLAG}`, reason: 'A test.', ...over, ...by };
    await commitChange(world.door, { ...order, ...named }, async (tx) => {
      const [flag] = await tx.select().from(flags).where(eq(flags.key, FLAG));
      const mine = await tx
        .select()
        .from(flagEnvironments)
        .where(eq(flagEnvironments.flagId, flag?.id ?? 0));
      const row = mine.find(({ environmentId }) => environmentId === production);
      await tx.delete(flagEnvironments).where(eq(flagEnvironments.flagId, flag?.id ?? 0));
      await tx.insert(flagEnvironments).values(mine.map((one) => (one === row ? { ...one, ...set } : one)));
      return { result: undefined, touched: { flags: [FLAG], segments: [] } };
    });
  }
  const serve = (variant: string) => change({ fallthrough: { variant } });
  async function finish(policy: string): Promise<string> {
    const loop = await world.takeOver();
    const id = await world.start({ policy });
    for (let look = 0; look < 20 && (await world.read(id)).rollout.state !== 'finished'; look++) {
      await loop.pass();
      world.wait(61_000);
    }
    expect((await world.read(id)).rollout.state).toBe('finished');
    return id;
  }

  it('are kept on demand under a tag, alter nothing, and are told of in the log', async () => {
    const before = await call('GET', '/changes?limit=1');
    const made = await call(
      'POST',
      at('/releases'),
      { tag: 'autumn', note: 'Before the sale', reason: 'A sale.' },
      editor,
    );
    expect(made.status).toBe(201);
    expect(made.body.release).toMatchObject({
      ...{ tag: 'autumn', environment: 'production', origin: { kind: 'manual', says: 'on demand', link: null } },
      ...{ flags: 2, segments: 0, note: 'Before the sale', knownGood: false, unproven: 2, change: null },
    });
    expect(made.body.change).toMatchObject({ environments: [] });
    const [entry] = (await call('GET', '/changes?limit=1')).body.items;
    expect(entry.seq).toBe((before.body.items[0]?.seq ?? 0) + 1);
    expect(entry.summary).toBe('autumn: 2 flags and 0 segments of production kept, “Before the sale”');
    const again = await call('POST', at('/releases'), { tag: 'autumn', reason: 'x' });
    expect([again.status, again.body.errors[0].path]).toEqual([409, '/tag']);
    expect((await call('POST', at('/releases'), { tag: 'late', reason: 'x' }, viewer)).status).toBe(403);
    expect((await call('POST', at('/releases'), { tag: '/', commit: 'main' })).body.errors).toMatchObject([
      { path: '/tag' },
      { path: '/commit' },
    ]);
  });

  it('get the day and the next number where nobody names them', async () => {
    const day = world.now().toISOString().slice(0, 10);
    const tags = [1, 2].map(async () => (await call('POST', at('/releases'), { reason: 'x' })).body.release.tag);
    expect((await Promise.all(tags)).sort()).toEqual([`${day}.1`, `${day}.2`]);
  });

  it('are listed newest first in pages, and say what is missing where none is known to be good', async () => {
    await cut('one');
    await serve('on');
    await cut('two');
    const { body } = await call('GET', at('/releases?limit=1'));
    expect(body.items.map(({ tag }: { tag: string }) => tag)).toEqual(['two']);
    const next = await call('GET', at(`/releases?limit=1&cursor=${body.next}`));
    expect(next.body.items.map(({ tag }: { tag: string }) => tag)).toEqual(['one']);
    const none = await call('GET', at('/known-good'));
    expect(none.status).toBe(404);
    expect(none.body.detail).toContain('Of the newest, two, these flags are not. new-checkout: No rollout of it');
    expect((await call('GET', at('/releases?good=true'))).body.items).toEqual([]);
    expect((await call('GET', at('/releases/none'))).status).toBe(404);
    expect((await call('GET', at('/release-diff?from=none&to=now'))).body.errors).toMatchObject([
      { path: '/query/from' },
    ]);
  });

  it('are known good after seven days in which nothing was found against them, and stay so when replaced', async () => {
    await cut('stood');
    world.wait(7 * DAY - 1);
    expect((await see('stood')).knownGood).toBe(false);
    world.wait(1);
    expect((await call('GET', at('/known-good'))).body).toMatchObject({ tag: 'stood', latestKnownGood: true });
    await serve('on');
    expect(await see('stood')).toMatchObject({ knownGood: true, unprovenFlags: [] });
    expect(await because('stood')).toMatchObject({ proof: 'stood', state: 'on' });
    await cut('after');
    expect((await call('GET', at('/known-good'))).body.tag).toBe('stood');
    expect((await call('GET', at('/releases?good=true&limit=1'))).body.items).toMatchObject([{ tag: 'stood' }]);
    await serve('off');
    expect(await because('after')).toMatchObject({ good: false });
    world.wait(7 * DAY);
    expect((await call('GET', at('/known-good'))).body.tag).toBe('stood');
  });

  it('are looked through for good ones a few hundred at a time, and the rest is for whoever asks on', async () => {
    const { db } = world.database;
    await cut('old');
    world.wait(8 * DAY);
    const [old] = await db.select().from(releases).where(eq(releases.tag, 'old'));
    const { seq: _seq, ...row } = old as typeof releases.$inferSelect;
    const bad = Object.fromEntries(Object.entries(row.flags).map(([key, one]) => [key, { ...one, served: 'other' }]));
    const many = Array.from({ length: 205 }, (_, n) => ({ ...row, id: `many${n}`, tag: `many${n}`, flags: bad }));
    await db.insert(releases).values(many);
    const { body } = await call('GET', at('/releases?good=true&limit=1'));
    expect(body).toMatchObject({ items: [], next: expect.any(String) });
    const rest = (await call('GET', at(`/releases?good=true&limit=1&cursor=${body.next}`))).body;
    expect(rest.items).toMatchObject([{ tag: 'old' }]);
    await db.delete(releases).where(inArray(releases.tag, ['old', ...many.map(({ tag }) => tag)]));
  });

  it('lose it everywhere by a kill, by an incident that names a flag, and by a rollback', async () => {
    const begin = async (tag: string) => {
      await world.database.db.delete(goodForms);
      await world.database.db.delete(formsInForce);
      await cut(tag);
      world.wait(8 * DAY);
      expect((await see(tag)).knownGood).toBe(true);
    };
    await begin('killed');
    await change({ killed: true }, { action: 'flag.kill', reason: 'It is slow.' });
    expect(await because('killed')).toMatchObject({ good: false });
    expect((await because('killed')).because).toContain('It was killed: “It is slow.”.');
    // While it is killed it does not stand, and from its restore it stands anew.
    world.wait(8 * DAY);
    expect((await see('killed')).knownGood).toBe(false);
    await change({ killed: false });
    expect((await see('killed')).knownGood).toBe(false);
    world.wait(7 * DAY);
    expect((await see('killed')).knownGood).toBe(true);

    await begin('incident');
    const places = [{ environmentId: production, environment: 'production', flag: FLAG }];
    const incident = { title: 'Payments fail', severity: 'major' as const, commander: null, reference: null, places };
    await openIncident({ door: world.door }, { principal: ROOT, reason: 'x' }, world.projectId, incident);
    expect((await see('incident')).unprovenFlags).toMatchObject([{ flag: FLAG }]);
    expect((await because('incident')).because).toContain('The incident “Payments fail” names it.');

    await begin('back');
    await world.database.db.transaction((tx) => revokeForm(tx, production, FLAG, 'It was rolled back.', world.now()));
    expect((await because('back')).because).toContain('It was rolled back.');
  });

  it('keep what a finished rollout has proven, where its guards passed', async () => {
    await setState(world.door, world.projectId, [production], 'other', 'off', { reason: 'x' });
    const id = await finish('guarded');
    const { body } = await call('GET', at('/known-good'));
    expect(body).toMatchObject({
      origin: { kind: 'rollout', says: `${FLAG}: off → on`, link: `/rollouts/${id}` },
      createdBy: `rollout:${id}`,
    });
    expect(await because(body.tag)).toMatchObject({ proof: 'run', because: expect.stringContaining(`The run ${id}`) });
    const entry = (await call('GET', '/changes?limit=1')).body.items[0];
    expect([body.change, body.position]).toEqual([entry.id, entry.environments[0].position]);
    await setState(world.door, world.projectId, [production], 'other', 'on', { reason: 'x' });
    // A guard that kills has found its run wrong, and what was there before as right as it was.
    const principal: RolloutPrincipal = {
      kind: 'rollout',
      id,
      ...{ projectId: world.projectId, environmentIds: [production] },
    };
    await change({ killed: true }, {}, { principal, actor: 'person:x' });
    expect(await because(body.tag)).toMatchObject({ good: true });
  });

  it('are not known good by a rollout without guards that passed', async () => {
    await finish('unguarded');
    const { body } = await call('GET', at('/releases?limit=1'));
    expect(body.items[0]).toMatchObject({ origin: { kind: 'rollout' }, knownGood: false });
    expect((await because(body.items[0].tag)).because).toMatch(/^No rollout of it has finished with its guards passed/);
  });

  it('show flags in flight as before their rollout, and come back from an export as they went', async () => {
    await cut('quiet');
    const loop = await world.takeOver();
    const id = await world.start({ policy: 'unguarded' });
    await loop.pass();
    expect((await world.flag(1)).fallthrough).not.toEqual({ variant: 'off' });
    await cut('in-flight');
    expect(await because('in-flight')).toMatchObject({ inFlight: id });
    const diff = async (from: string, to: string) =>
      (await call('GET', at(`/release-diff?from=${from}&to=${to}`))).body;
    expect(await diff('quiet', 'in-flight')).toMatchObject({ flags: [], segments: [], same: 2 });
    const exported = (tag: string) => call('GET', at(`/releases/${tag}/export`));
    const { body } = await exported('in-flight');
    const { release, ...rest } = body.document;
    expect(release).toMatchObject({ tag: 'in-flight', environment: 'production', commit: null });
    expect(JSON.stringify(rest)).toBe(
      JSON.stringify({ ...(await exported('quiet')).body.document, release: undefined }),
    );
    expect(body.notes).toEqual([{ flag: FLAG, note: expect.stringContaining('as before the rollout') }]);
    expect(readTurnout(body.document, new Map())).toMatchObject({
      notImported: [],
      flags: [{ key: FLAG }, { key: 'other' }],
    });
    await world.steer(id, 'rollback', 'Enough.');
    expect(await diff('in-flight', 'now')).toMatchObject({ flags: [], same: 2 });
    await serve('on');
    const changed = await diff('in-flight', 'now');
    expect(changed.flags).toMatchObject([
      { key: FLAG, before: { fallthrough: { variant: 'off' } }, after: { fallthrough: { variant: 'on' } } },
    ]);
  });
});
