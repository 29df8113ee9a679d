import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import type { Role } from '../access/principal.ts';
import { changeRoutes } from '../changes/routes.ts';
import { GUARDS, stageOf } from '../decisions/decide.fixture.ts';
import { flagTeller } from '../flags/tell-flag-change.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';
import { rolloutRoutes } from './routes.ts';
import { rolloutTeller } from './tell-rollout.ts';
import { rolloutUndoer } from './undo-start.ts';

const SPLIT = { id: 'split', kind: 'sample-ratio', mode: 'enforce', onFail: 'hold' } as const;

describe('rollouts over HTTP', () => {
  let world: RolloutWorld;
  let house: TestHouse;
  let loop: RolloutLoop;
  let app: ReturnType<TestHouse['mount']>;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    world = await openRolloutWorld();
    house = await testHouse(world.database);
    const { list } = house.house;
    app = house.mount({
      '/projects/:project': rolloutRoutes({ rollouts: world.parts, list }),
      '/projects/:project/': changeRoutes({
        door: world.door,
        list,
        undoers: [rolloutUndoer],
        tellers: [flagTeller, rolloutTeller],
      }),
    });
    const [staging, production] = world.environmentIds;
    const places: [string, Role[], number | undefined][] = [
      ['viewer', ['viewer'], undefined],
      ['editor', ['editor'], undefined],
      ['killer', ['killer'], undefined],
      ['manager', ['release-manager'], undefined],
      ['admin', ['admin'], undefined],
      ['of staging', ['editor'], staging],
      ['killer of production', ['killer'], production],
    ];
    for (const [name, roles, place] of places)
      tokens.set(name, await house.newToken(roles, world.projectId, place ?? null));
    world.policies.set(
      'staging-only',
      shortPolicy({ path: [{ environment: 'staging', stages: [stageOf({ exposure: 50_000, bakeMs: 60_000 })] }] }),
    );
    loop = await world.takeOver();
  });
  beforeEach(async () => {
    world.says.entry = () => undefined;
    for (const index of [0, 1]) {
      await world.setFlag({ state: 'on', killed: false, fallthrough: { variant: 'off' }, rules: [], run: null }, index);
    }
  });
  afterEach(async () => {
    for (const { id } of (await call('GET', '/rollouts?state=live')).body.items) {
      await call('POST', `/rollouts/${id}/rollback`, { reason: 'The test is over.' });
    }
    await loop.pass();
  });
  afterAll(() => world?.database.close());

  async function call(method: string, path: string, body?: unknown, as?: string) {
    const token = as === undefined ? house.root : (tokens.get(as) ?? '');
    const response = await app.request(`/projects/shop${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return readAnswer(response);
  }
  const wanted = (over: object = {}) => ({
    ...{ flag: FLAG, from: 'off', to: 'on', policy: 'web-standard', reason: 'It is ready.', ...over },
  });
  const start = (over: object = {}, as?: string) => call('POST', '/rollouts', wanted(over), as);
  const faults = (body: { errors?: { path: string; code: string }[] }) =>
    (body.errors ?? []).map(({ path, code }) => `${path} ${code}`);

  it('run by guards and gates whose names are words of the language, too', async () => {
    const stage = stageOf({ exposure: 50_000, bakeMs: 60_000, gates: ['toString'] });
    const probe = {
      url: 'https://shop.example/healthz',
      method: 'GET',
      expect: 200,
      everyMs: 10_000,
      times: 1,
    } as const;
    const query = { query: 'up', source: 'prometheus', above: 0.4, forMs: 60_000 };
    const policy = shortPolicy({
      path: [{ environment: 'staging', stages: [stage, { ...stage, exposure: 90_000, gates: [] }] }],
      guards: [
        { id: 'constructor', kind: 'threshold', mode: 'enforce', onFail: 'rollBack', environment: 'staging', ...query },
      ],
      gates: [{ id: 'toString', kind: 'probe', always: false, ...probe }],
    });
    world.policies.set('named', policy);
    const { id } = (await call('POST', '/rollouts', wanted({ policy: 'named' }))).body.rollout;
    for (let look = 0; look < 3; look++) {
      await loop.pass();
      world.wait(20_000);
    }
    const { status, body } = await call('GET', `/rollouts/${id}`);
    expect([status, body.state, body.path[0].run.stage]).toEqual([200, 'running', 0]);
    expect(body.path[0].run.series.constructor).toMatchObject([{ verdict: 'pass', value: 0.1 }, {}]);
  });

  it('starts one that waits, and shows its track, its guards and what can be done', async () => {
    const made = await start({ reason: 'It is ready.' }, 'manager');
    expect(made.status).toBe(201);
    const { rollout } = made.body;
    expect(rollout).toMatchObject({
      ...{ flag: FLAG, target: 'fallthrough', state: 'waiting', policy: { key: 'web-standard', version: 1 } },
      ...{ startedByName: 'release-manager', reason: 'It is ready.', may: ['pause', 'rollback'] },
    });
    expect(rollout.path.map((step: { state: string }) => step.state)).toEqual(['waiting', 'ahead']);
    await loop.pass();
    const now = (await call('GET', `/rollouts/${rollout.id}`, undefined, 'viewer')).body;
    expect(now.path[0]).toMatchObject({ state: 'running', stages: [{ exposure: 100, state: 'current' }] });
    expect(now.path[0].run).toMatchObject({ entry: 1, anchor: { variant: 'off' }, reach: { state: 'pending' } });
    expect(now.path[1].stages.map((stage: { state: string }) => stage.state)).toEqual(['ahead', 'ahead']);
    const listed = (await call('GET', `/rollouts?state=live&flag=${FLAG}`)).body.items;
    expect(listed).toMatchObject([{ id: rollout.id, environment: 'staging', stage: 0, exposure: 100 }]);
    const log = (await call('GET', `/rollouts/${rollout.id}/decisions`)).body.items;
    expect(log).toMatchObject([{ action: 'advance', actor: `rollout:${rollout.id}`, environment: 'staging' }]);
    expect(log[0].evidence.flag).toMatchObject({ state: 'on', edited: false });
    const changes = (await call('GET', '/changes?limit=2')).body.items;
    expect(changes[1].summary).toBe(`the rollout of ${FLAG}: started, off → on by web-standard v1`);
  });

  it('refuses what cannot be rolled out, with the path of each fault, and writes nothing', async () => {
    expect(faults((await start({ from: 'of', to: 'an' })).body)).toEqual([
      '/from unknown_variant',
      '/to unknown_variant',
    ]);
    expect(faults((await start({ target: 'no-such-rule' })).body)).toContain('/target unknown_rule');
    expect(faults((await start({ policy: 'no-such' })).body)).toEqual(['/policy unknown_policy']);
    expect(faults((await start({ policy: undefined })).body)).toEqual(['/policy required']);
    expect(faults((await start({ flag: 'no-such' })).body)).toEqual(['/flag unknown_flag']);
    expect(faults((await start({ from: 'on', to: 'off' })).body)).toContain('/from wrong_serve');
    expect(faults((await start({ commit: 'abc' })).body)).toEqual(['/commit invalid_format']);
    expect(faults((await start({ reason: undefined })).body)).toEqual(['/reason required']);
    world.says.policyFaults = [{ path: '/evidence/onError', code: 'required', expected: 'hold or pause' }];
    expect(faults((await start()).body)).toEqual(['/policy outdated_policy']);
    world.says.policyFaults = [];
    await world.setFlag({ state: 'off' }, 1);
    expect(faults((await start()).body)).toEqual(['/flag off']);
    expect((await call('GET', '/rollouts?state=live')).body.items).toEqual([]);
  });

  it('starts no second one of a flag where their paths meet', async () => {
    const { rollout } = (await start()).body;
    const second = await start({ policy: 'staging-only' });
    expect(second).toMatchObject({ status: 409, body: { code: 'rollout_live' } });
    expect(second.body.detail).toContain(rollout.id);
  });

  it('takes a release manager where a protected environment is on the path, and an editor elsewhere', async () => {
    for (const as of ['viewer', 'editor', 'killer', 'admin', 'of staging']) {
      expect([as, (await start({ reason: 'r' }, as)).status]).toEqual([as, 403]);
    }
    expect((await start({ policy: 'staging-only' }, 'viewer')).status).toBe(403);
    expect((await start({ policy: 'staging-only' }, 'of staging')).status).toBe(201);
  });

  it('is paused and rolled back by anybody but a viewer, and resumed with a reason by who may let it grow', async () => {
    const { rollout } = (await start()).body;
    await loop.pass();
    const steer = (verb: string, as: string, body: object = {}) =>
      call('POST', `/rollouts/${rollout.id}/${verb}`, body, as);
    expect((await steer('pause', 'viewer', { reason: 'r' })).status).toBe(403);
    expect((await steer('pause', 'killer of production', { reason: 'r' })).status).toBe(403);
    expect((await steer('pause', 'killer')).status).toBe(422);
    const paused = await steer('pause', 'killer', { reason: 'Something is odd.' });
    expect(paused.body.rollout).toMatchObject({ state: 'paused', may: ['resume', 'rollback'] });
    expect(paused.body.rollout.path[0].run.pausedBy).toMatchObject({ cause: 'person', reason: 'Something is odd.' });
    expect((await steer('resume', 'killer', { reason: 'r' })).status).toBe(403);
    expect((await steer('resume', 'editor')).status).toBe(422);
    expect((await steer('advance', 'editor')).body.code).toBe('wrong_state');
    const resumed = await steer('resume', 'editor', { reason: 'It was nothing.' });
    expect(resumed.body.rollout.path[0].run).toMatchObject({ state: 'running', stage: 0, entry: 2, effectiveAt: null });
    expect((await world.flag()).run).toMatchObject({ entry: 2, stage: 0 });
    expect((await steer('rollback', 'viewer')).status).toBe(403);
    const back = await steer('rollback', 'killer', { reason: 'No.' });
    expect(back.body.rollout).toMatchObject({ state: 'rolledBack', may: ['retry'] });
    expect(await world.flag()).toMatchObject({ fallthrough: { variant: 'off' }, run: null });
    expect((await steer('rollback', 'killer')).body.code).toBe('wrong_state');
  });

  it('says rolled back only when everybody has it, and names who has not', async () => {
    const { rollout } = (await start()).body;
    await loop.pass();
    world.says.reach = { effective: false, laggards: ['till-7 (silent)'] };
    await call('POST', `/rollouts/${rollout.id}/rollback`, { reason: 'Errors.' }, 'editor');
    await loop.pass();
    const reach = async () => (await call('GET', `/rollouts/${rollout.id}`)).body.path[0].run.reach;
    expect(await reach()).toMatchObject({ state: 'pending', laggards: ['till-7 (silent)'] });
    world.wait(16_000);
    await loop.pass();
    expect(await reach()).toMatchObject({ state: 'late', reachedAt: null });
    const said = async () => (await call('GET', `/rollouts/${rollout.id}/decisions`)).body.items[0];
    expect(await said()).toMatchObject({
      page: 'stopped',
      reason: 'Rollback not effective in staging: till-7 (silent).',
    });
    world.says.reach = { effective: true, laggards: [] };
    await loop.pass();
    expect(await reach()).toMatchObject({ state: 'reached', laggards: [] });
    expect((await said()).reason).toBe('Rolled back in staging: in force everywhere after 16 seconds.');
    const last = 'editor rolled it back. “Errors.”';
    expect((await call('GET', `/rollouts/${rollout.id}`)).body.says).toBe(last);
    const { items } = (await call('GET', '/rollouts?state=rolledBack')).body;
    expect(items.find(({ id }: { id: string }) => id === rollout.id)).toMatchObject({ says: last });
  });

  it('is tried again from the first environment that is not finished, with the same users unless asked otherwise', async () => {
    const { rollout } = (await start()).body;
    for (let look = 0; look < 5; look++) {
      await loop.pass();
      world.wait(61_000);
    }
    const salt = (await world.flag(1)).run?.salt;
    expect((await call('POST', `/rollouts/${rollout.id}/retry`, {})).body.code).toBe('wrong_state');
    await call('POST', `/rollouts/${rollout.id}/rollback`, { reason: 'Not yet.' });
    const again = await call('POST', `/rollouts/${rollout.id}/retry`, { reason: 'Mended.' });
    expect(again.body.rollout).toMatchObject({ retryOf: rollout.id, state: 'waiting' });
    expect(again.body.warnings).toContainEqual(expect.stringContaining('a chance imbalance would repeat'));
    expect(again.body.rollout.path.map((step: { state: string }) => step.state)).toEqual(['finished', 'waiting']);
    await loop.pass();
    expect((await world.flag(1)).run).toMatchObject({ id: `${again.body.rollout.id}-1`, salt });
    await call('POST', `/rollouts/${again.body.rollout.id}/rollback`, { reason: 'Others, then.' });
    await call('POST', `/rollouts/${again.body.rollout.id}/retry`, { newSalt: true, reason: 'r' });
    await loop.pass();
    expect((await world.flag(1)).run?.salt).not.toBe(salt);
  });

  it('is not tried again once it is finished, nor undone once it is over', async () => {
    const { rollout } = (await start({ policy: 'staging-only' })).body;
    const [started] = (await call('GET', '/changes?limit=1')).body.items;
    for (let look = 0; look < 3; look++) {
      await loop.pass();
      world.wait(61_000);
    }
    expect((await call('GET', `/rollouts/${rollout.id}`)).body.state).toBe('finished');
    const again = await call('POST', `/rollouts/${rollout.id}/retry`, { reason: 'Once more.' });
    expect(again.body).toMatchObject({ status: 409, code: 'wrong_state', detail: expect.stringContaining('finished') });
    const undone = await call('POST', `/changes/${started.id}/undo`, { reason: 'No.' });
    expect([started.subject, undone.status, undone.body.code]).toEqual([`rollout/${rollout.id}`, 409, 'changed_since']);
  });

  it('goes on past unequal arms for a release manager with a reason, in an entry that compares nothing', async () => {
    world.policies.set('ratio', { ...world.policies.get('staging-only'), guards: [SPLIT] } as never);
    world.says.entry = (run, entry, now) => ({
      ...{ run, entry, newestAt: now.toISOString(), metrics: {} },
      exposed: { treatment: 1_000, control: 1_600, to: 1_000 },
    });
    const { rollout } = (await start({ policy: 'ratio' })).body;
    for (let look = 0; look < 3; look++) {
      await loop.pass();
      world.wait(30_000);
    }
    const held = (await call('GET', `/rollouts/${rollout.id}`)).body;
    expect(held.path[0].run.decision.guards).toMatchObject([{ id: 'split', verdict: 'fail' }]);
    expect(held.may).toContain('override-ratio');
    expect(held.path[0].run.series.split.length).toBeGreaterThan(0);
    const override = (as: string, reason?: string) =>
      call('POST', `/rollouts/${rollout.id}/override-ratio`, { reason }, as);
    expect((await override('editor', 'r')).status).toBe(403);
    expect((await override('manager')).status).toBe(422);
    const gone = (await override('manager', 'The proxy dropped them.')).body.rollout;
    expect(gone.may).not.toContain('override-ratio');
    expect(gone.path[0].run).toMatchObject({ stage: 0, entry: 2, effectiveAt: null, ratioOverridden: true });
    await loop.pass();
    const after = (await call('GET', `/rollouts/${rollout.id}`)).body.path[0].run;
    expect(after).toMatchObject({
      stage: 0,
      entry: 2,
      decision: { action: 'hold', guards: [{ verdict: 'not-applicable' }] },
    });
    expect((await override('manager', 'Once more.')).body.detail).toMatch(/nothing to go on past/);
  });

  it('tells where more came in than may be measured, until a pause and a resume begin the stage anew', async () => {
    world.policies.set('full', { ...world.policies.get('staging-only'), guards: [SPLIT] } as never);
    world.says.entry = (run, entry) => ({
      ...{ run, entry, newestAt: null, metrics: {}, ...(entry === 1 ? { full: true as const } : {}) },
      exposed: { treatment: 1_000, control: 1_000, to: 1_000 },
    });
    const { rollout } = (await start({ policy: 'full' })).body;
    const shown = async () => {
      await loop.pass();
      const { entry, full } = (await call('GET', `/rollouts/${rollout.id}`)).body.path[0].run;
      return { entry, full };
    };
    await loop.pass();
    expect(await shown()).toEqual({ entry: 1, full: true });
    for (const verb of ['pause', 'resume']) {
      expect((await call('POST', `/rollouts/${rollout.id}/${verb}`, { reason: 'A key leaked.' })).status).toBe(200);
    }
    expect(await shown()).toEqual({ entry: 2, full: false });
  });

  it('goes on past unequal arms only where a guard found some, whatever else it holds by', async () => {
    const errors = { ...GUARDS.errors, onFail: 'hold' };
    world.policies.set('errors', { ...world.policies.get('staging-only'), guards: [errors, SPLIT] } as never);
    world.says.entry = (run, entry, now) => ({
      ...{ run, entry, newestAt: now.toISOString(), exposed: { treatment: 5_000, control: 5_000, to: 5_000 } },
      metrics: { 'checkout.error': { hits: { treatment: 200, control: 50, to: 200 }, restarts: [] } },
    });
    const { rollout } = (await start({ policy: 'errors' })).body;
    for (let look = 0; look < 3; look++) {
      await loop.pass();
      world.wait(30_000);
    }
    const held = (await call('GET', `/rollouts/${rollout.id}`)).body;
    expect(held.path[0].run.decision.guards).toMatchObject([{ verdict: 'fail' }, { verdict: 'pass' }]);
    expect(held.may).not.toContain('override-ratio');
    const refused = await call('POST', `/rollouts/${rollout.id}/override-ratio`, { reason: 'r' }, 'manager');
    expect([refused.status, refused.body.code]).toEqual([409, 'wrong_state']);
    await loop.pass();
    expect((await call('GET', `/rollouts/${rollout.id}`)).body.path[0].run).toMatchObject({ stage: 0, entry: 1 });
  });

  it('with a button, waits for somebody to press for each stage; whoever started it pressed for the first', async () => {
    const stages = [10_000, 50_000].map((exposure) => stageOf({ exposure, bakeMs: 60_000 }));
    const path = [{ environment: 'staging', stages }];
    world.policies.set('button', shortPolicy({ mode: 'button', path }));
    const { rollout, begins } = (await start({ policy: 'button' })).body;
    expect(begins).toMatch(/^In staging 10 % get it within seconds.*Starting it counts as the first press/);
    expect(rollout.may).toEqual(['pause', 'rollback']);
    const goOn = async () => {
      for (let look = 0; look < 3; look++) {
        await loop.pass();
        world.wait(61_000);
      }
      return (await call('GET', `/rollouts/${rollout.id}`)).body;
    };
    const waits = await goOn();
    expect([waits.path[0].run.stage, waits.may]).toEqual([0, ['advance', 'pause', 'rollback']]);
    expect((await call('POST', `/rollouts/${rollout.id}/advance`, {}, 'killer')).status).toBe(403);
    const pressed = await call('POST', `/rollouts/${rollout.id}/advance`, {}, 'editor');
    expect(pressed.body.rollout.path[0].run).toMatchObject({ stage: 0, pressedBy: expect.stringMatching(/^token:/) });
    expect((await goOn()).path[0].run).toMatchObject({ stage: 1, pressedBy: null });
  });

  it('shows whoever is of one environment what happens there, and nothing of the others', async () => {
    const { rollout } = (await start()).body;
    await loop.pass();
    const seen = await call('GET', `/rollouts/${rollout.id}`, undefined, 'killer of production');
    expect(seen.body.path.map((step: { environment: string }) => step.environment)).toEqual(['production']);
    const log = await call('GET', `/rollouts/${rollout.id}/decisions`, undefined, 'killer of production');
    expect(log.body.items).toEqual([]);
    const local = (await call('POST', `/rollouts/${rollout.id}/rollback`, {}, 'of staging')).body.rollout;
    expect(local.state).toBe('rolledBack');
    const only = (await start({ policy: 'staging-only' })).body.rollout;
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/decisions'],
      ['POST', '/pause'],
    ] as const) {
      const body = method === 'POST' ? { reason: 'r' } : undefined;
      const hidden = await call(method, `/rollouts/${only.id}${path}`, body, 'killer of production');
      expect([path, hidden.status, hidden.body.code]).toEqual([path, 404, 'not_found']);
    }
  });
});
