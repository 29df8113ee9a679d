import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { environments, hooks } from '../database/tables.ts';
import { readPolicyFor } from './attachment-store.ts';
import { parsePolicy } from './document-contract.ts';
import { openPolicies, type PolicyAnswered, type PolicyWorld } from './policies.fixture.ts';
import { addVersion, findVersion, newestPolicies } from './policy-store.ts';
import { recheckPolicy } from './recheck-policy.ts';
import { SAMPLE, WHOLE_SAMPLE } from './sample.fixture.ts';

const ANY = { headers: { 'if-match': '*' } };
const NEW = { headers: { 'if-none-match': '*' } };
const WEB = '/policies/web-standard';
const small = (key: string, bake = '10m', environment = 'staging') => ({
  key,
  path: [{ environment, stages: [{ exposure: 5, bake }, { exposure: 100 }] }],
});
const faultsOf = ({ body }: PolicyAnswered): string[] =>
  (body.errors ?? []).map(({ path, code }: { path: string; code: string }) => `${path} ${code}`);

describe('policies of a project', () => {
  let world: PolicyWorld;
  let call: PolicyWorld['call'];
  beforeAll(async () => {
    world = await openPolicies();
    call = world.call;
  });
  beforeEach(() => {
    world.live.clear();
    world.rates.length = 0;
  });
  afterAll(() => world?.database.close());

  const save = (document: object, how: Parameters<PolicyWorld['call']>[3] = ANY, over: object = {}) =>
    call('PUT', `/policies/${(document as { key: string }).key}`, { document, ...over }, how);

  it('are saved as YAML with their comments, and are the same as JSON and as YAML again', async () => {
    const made = await call('PUT', `${WEB}?reason=we%20calm%20down`, SAMPLE, NEW);
    expect([made.status, made.etag, made.body.policy.version]).toEqual([200, '"v1"', 1]);
    const read = await call('GET', WEB);
    expect(read.body).toMatchObject({
      ...{ key: 'web-standard', version: 1, newest: 1, archived: false, yaml: SAMPLE, savedBy: 'root' },
      versions: [{ version: 1, reason: 'we calm down' }],
    });
    const asJson = await call('PUT', WEB, { document: read.body.document }, { headers: { 'if-match': '"v1"' } });
    expect([asJson.status, asJson.body.change, asJson.body.policy.version]).toEqual([200, undefined, 1]);
    const again = await call('PUT', WEB, read.body.yaml, { headers: { 'if-match': '"v1"' } });
    expect([again.status, again.body.change, again.body.policy.version]).toEqual([200, undefined, 1]);
    const stored = await findVersion(world.database.db, world.projectId, 'web-standard', 1);
    expect(stored?.version.policy.path[1]?.stages[1]).toMatchObject({
      exposure: 5_000,
      bakeMs: 1_800_000,
      minUnits: 4_000,
    });
  });

  it('are refused whole with every fault by its path, and by line and column where they came as text', async () => {
    const refused = await call('PUT', '/policies/other', WHOLE_SAMPLE, NEW);
    expect([refused.status, faultsOf(refused)]).toEqual([
      422,
      ['/gates/2/parity not_there_yet', '/gates/4/drill not_there_yet'],
    ]);
    const lines = WHOLE_SAMPLE.split('\n');
    expect(refused.body.errors.map(({ line }: { line: number }) => lines[line - 1])).toEqual([
      expect.stringContaining('parity: staging'),
      expect.stringContaining('drill:'),
    ]);
    const broken = await call('PUT', '/policies/other', { yaml: 'key: other\npath: [' }, NEW);
    expect([faultsOf(broken), broken.body.errors[0].line]).toEqual([['/ bad_yaml'], 2]);
    expect(faultsOf(await call('PUT', '/policies/other', { document: small('another') }, NEW))).toEqual([
      '/key other_key',
    ]);
    expect(faultsOf(await call('PUT', '/policies/other', { yaml: 'a', document: {} }, NEW))).toEqual(['/ one_of']);
    expect((await call('GET', '/policies/other')).status).toBe(404);
  });

  it('get a version with each save, which never changes; who saves says what they believed to change', async () => {
    await save(small('steps'), NEW);
    expect((await save(small('steps'), NEW)).body.code).toBe('duplicate');
    expect((await save(small('steps', '20m'), {})).status).toBe(428);
    const second = await save(small('steps', '20m'), { headers: { 'if-match': '"v1"' } });
    expect([second.status, second.etag]).toEqual([200, '"v2"']);
    const stale = await save(small('steps', '30m'), { headers: { 'if-match': '"v1"' } });
    expect([stale.status, stale.body.current.version]).toEqual([412, 2]);
    const one = await call('GET', '/policies/steps/versions/1');
    expect(one.body).toMatchObject({ version: 1, newest: 2, document: { path: [{ stages: [{ bake: '10m' }, {}] }] } });
    expect((await call('GET', '/policies/steps/versions/3')).status).toBe(404);
    const tampering = world.database.db.execute(sql`UPDATE policy_versions SET reason = 'other'`);
    await expect(tampering).rejects.toThrow();
    expect((await save(small('nobody'), { headers: { 'if-match': '"v1"' } })).status).toBe(404);
  });

  it('leave an entry in the log that says what changed, and no new position of any environment', async () => {
    await save(small('told'), NEW);
    const { body } = await save(small('told', '1h'), ANY, { reason: 'more patience' });
    expect(body.change.environments).toEqual([]);
    const { body: entry } = await call('GET', `/changes/${body.change.id}`);
    expect(entry).toMatchObject({ action: 'policy.save', subject: 'policy/told', reason: 'more patience' });
    expect(entry.summary).toBe('told: version 2 saved, path/0/stages/0/bake 10m → 1h');
  });

  it('are saved by an editor where nothing is protected, and else by a release manager or an admin', async () => {
    const token = (role: 'viewer' | 'killer' | 'editor' | 'release-manager' | 'admin') =>
      world.house.newToken([role], world.projectId);
    const guarded = { ...small('guarded', '10m', 'production'), evidence: { onNoData: 'hold', onError: 'hold' } };
    const watched = {
      ...guarded,
      guards: [{ id: 'a', signal: { severity: 'critical' }, onFail: 'rollBack' }],
    };
    const statuses = async (document: object) => {
      const found: number[] = [];
      for (const role of ['viewer', 'killer', 'editor', 'release-manager', 'admin'] as const) {
        found.push((await save(document, { ...ANY, token: await token(role) })).status);
      }
      return found;
    };
    expect(await statuses(small('free'))).toEqual([403, 403, 200, 200, 200]);
    expect(await statuses(watched)).toEqual([403, 403, 403, 200, 200]);
    // What goes there no more did so before.
    expect((await save(small('guarded'), { ...ANY, token: await token('editor') })).status).toBe(403);
    expect((await save(small('guarded'), { ...ANY, token: await token('release-manager') })).status).toBe(200);
  });

  it('are loosened by no one person while a rollout with them is live; tightened they may be', async () => {
    const admin = await world.house.newToken(['admin'], world.projectId);
    await save(small('live'), NEW);
    world.live.add('live');
    const loosened = await save(small('live', '5m'), { ...ANY, token: admin });
    expect([loosened.status, loosened.body.code]).toEqual([409, 'approval_required']);
    expect(loosened.body.detail).toContain('/path/0/stages/0/bake: a shorter bake');
    expect((await save(small('live', '20m'), { ...ANY, token: admin })).status).toBe(200);
    expect(faultsOf(await save(small('live', '5m')))).toEqual(['/reason required']);
    expect((await save(small('live', '5m'), ANY, { reason: 'it is an emergency' })).status).toBe(200);
    world.live.clear();
    expect((await save(small('live', '1m'), { ...ANY, token: admin })).status).toBe(200);
  });

  it('may wait for fewer units than must be seen needs where somebody says why', async () => {
    world.rates.push({ environment: 'production', metric: 'checkout.error', rate: 0.01, hours: 100 });
    const few = SAMPLE.replace('minUnits: 4000', 'minUnits: 500').replace('web-standard', 'few');
    const put = (query: string) => call('PUT', `/policies/few${query}`, few, NEW);
    expect(faultsOf(await put(''))).toEqual(['/path/1/stages/1/minUnits too_few_units']);
    expect(faultsOf(await put('?acceptTooFewUnits=true'))).toEqual(['/reason required']);
    expect((await put('?acceptTooFewUnits=true&reason=a%20small%20shop')).status).toBe(200);
  });

  it('are tried without saving anything, by whoever may read, in a moment', async () => {
    world.rates.push({ environment: 'production', metric: 'checkout.error', rate: 0.01, hours: 100 });
    const viewer = await world.house.newToken(['viewer'], world.projectId);
    const checked = await call('POST', '/policies/check', { yaml: SAMPLE }, { token: viewer });
    expect([checked.status, checked.body.ok, checked.body.faults]).toEqual([200, true, []]);
    expect(checked.body.document.guards[5]).toEqual({
      id: 'split',
      kind: 'sample-ratio',
      onFail: 'hold',
      mode: 'enforce',
    });
    expect(checked.body.foresight).toEqual([
      {
        ...{ environment: 'production', guard: 'errors', units: 1_000 },
        says: 'errors sees 3x of 1 % after about 1,000 units in each arm; 1.25x after about 1,000.',
      },
    ]);
    const taken = await call('POST', '/policies/check', { yaml: SAMPLE, mustBeNew: true });
    expect(taken.body).toMatchObject({
      ok: false,
      loosens: [],
      faults: [{ path: '/key', code: 'duplicate', line: 1 }],
    });
    const inside = SAMPLE.replace('https://shop.example', 'http://127.0.0.1:9000');
    const told = (await call('POST', '/policies/check', { yaml: inside })).body.remarks;
    expect(told).toContainEqual(expect.objectContaining({ path: '/gates/0/probe/url', code: 'refused_address' }));
    expect(told).toContainEqual({
      ...{ path: '/guards/4', code: 'no_hook', line: expect.any(Number), column: expect.any(Number) },
      says: 'No hook lists a flag in production: no signal can trip alert there.',
    });
    const hook = { projectId: world.projectId, name: 'Alerts', source: 'alertmanager', auth: 'bearer' } as const;
    const may = { environments: ['production'], actions: [], maxFlipsPerHour: 3, createdBy: 'root' };
    await world.database.db.insert(hooks).values([
      { ...hook, ...may, id: 'lists-nothing', flags: [], tags: [] },
      { ...hook, ...may, id: 'is-gone', flags: ['cart'], tags: [], deletedAt: new Date() },
    ]);
    const hears = async () => {
      const { remarks } = (await call('POST', '/policies/check', { yaml: SAMPLE })).body;
      return !remarks.some(({ code }: { code: string }) => code === 'no_hook');
    };
    expect(await hears()).toBe(false);
    await world.database.db.insert(hooks).values({ ...hook, ...may, id: 'by-tag', flags: [], tags: ['checkout'] });
    expect(await hears()).toBe(true);
    const atTraffic = await call('POST', '/policies/check', { yaml: SAMPLE, flag: 'cart' });
    expect(atTraffic.body.foresight).toMatchObject([{ stage: 1, takesMs: 60_000 }, { stage: 2 }, { stage: 3 }]);
    const bad = await call('POST', '/policies/check', WHOLE_SAMPLE.replace('5m, onNoData: hold', '5m'), {
      token: viewer,
    });
    expect(bad.body.faults.map(({ path, line }: { path: string; line: number }) => [path, line > 1])).toEqual([
      ['/gates/2/parity', true],
      ['/gates/4/drill', true],
    ]);
    const looser = await call('POST', '/policies/check', {
      yaml: SAMPLE.replace('bake: 30m, minUnits', 'bake: 1m, minUnits'),
    });
    expect(looser.body.loosens).toEqual([{ path: '/path/1/stages/1/bake', says: 'a shorter bake' }]);
    const began = performance.now();
    for (let i = 0; i < 20; i++) await call('POST', '/policies/check', { yaml: SAMPLE });
    // It takes some 10 ms on a machine of its own; fifty times of that would be seen by whoever types.
    expect((performance.now() - began) / 20).toBeLessThan(500);
  });

  it('are attached to flags, and the most specific wins', async () => {
    for (const key of ['of-flag', 'of-type']) await save(small(key), NEW);
    const attach = (key: string, by: string, value: string) =>
      call('POST', `/policies/${key}/attachments`, { by, value });
    const found = async (flag: string) => {
      const policy = await readPolicyFor(world.database.db, world.projectId, flag);
      return policy && [policy.policy, policy.by];
    };
    expect(await found('cart')).toBeUndefined();
    await attach('of-type', 'type', 'boolean');
    const attached = await attach('of-flag', 'flag', 'cart');
    expect(attached.body.policy.attachments).toEqual([{ by: 'flag', value: 'cart' }]);
    expect([await found('cart'), await found('hero'), await found('nobody')]).toEqual([
      ['of-flag', 'flag'],
      ['of-type', 'type'],
      undefined,
    ]);
    const taken = await attach('of-type', 'flag', 'cart');
    expect([taken.status, faultsOf(taken)]).toEqual([409, ['/value duplicate']]);
    expect(faultsOf(await attach('of-flag', 'flag', 'nobody'))).toEqual(['/value unknown_flag']);
    expect(faultsOf(await attach('of-flag', 'kind', 'releases'))).toEqual(['/value unknown_kind']);
    expect(faultsOf(await attach('of-flag', 'type', 'bool'))).toEqual(['/value unknown_type']);
    const detached = await call('DELETE', '/policies/of-flag/attachments', { by: 'flag', value: 'cart' });
    const { body: entry } = await call('GET', `/changes/${detached.body.change.id}`);
    expect(entry.summary).toBe('of-flag: detached from flag cart');
    expect(await found('cart')).toEqual(['of-type', 'type']);
    const archived = await call('POST', '/policies/of-type/archive', {});
    expect([archived.body.policy.archived, archived.body.policy.attachments, await found('cart')]).toEqual([
      ...[true, []],
      undefined,
    ]);
    expect((await attach('of-type', 'type', 'boolean')).body.code).toBe('wrong_state');
    expect((await save(small('of-type', '2h'))).body.code).toBe('wrong_state');
    expect((await call('POST', '/policies/of-type/unarchive', {})).body.policy.archived).toBe(false);
  });

  it('that were saved with a time for a check are still read, though none may be saved with one now', async () => {
    const checked = (gate: object) => ({
      ...small('timed'),
      gates: [{ id: 'ci', check: 'acceptance', at: 'every', ...gate }],
    });
    expect(faultsOf(await save(checked({ timeout: '10m' }), NEW))).toEqual(['/gates/0/timeout not_used']);
    await save(checked({}), NEW);
    const { db } = world.database;
    const found = await findVersion(db, world.projectId, 'timed', 1);
    if (found === undefined) throw new Error('it was saved');
    const { document, policy, yaml, reason, savedBy, savedAt } = found.version;
    const gates = document.gates.map((gate) => ({ ...gate, timeout: '10m' }));
    const older = { document: { ...document, gates }, policy, yaml, reason, savedBy, savedAt };
    await db.transaction((tx) => addVersion(tx, found.row, older));
    expect((await call('GET', '/policies/timed')).body).toMatchObject({ version: 2, document: { gates } });
    expect(await recheckPolicy(world.parts.readers, db, world.projectId, { key: 'timed', version: 2 })).toEqual([]);
  });

  it('that were saved with more guards than may be written now still start', async () => {
    const { db } = world.database;
    await save(small('crowded'), NEW);
    const found = await findVersion(db, world.projectId, 'crowded', 1);
    if (found === undefined) throw new Error('it was saved');
    const { document, policy, yaml, reason, savedBy, savedAt } = found.version;
    const ratio = { metric: 'http.5xx', kind: 'absolute', limit: '1%', window: '10m', onFail: 'kill' };
    const guards = Array.from({ length: 21 }, (_, at) => ({ ...ratio, id: `g${at}` }));
    expect(faultsOf(await save({ ...small('crowded'), guards }))).toContain('/guards too_many');
    const { document: many } = parsePolicy({ ...document, guards });
    if (many === undefined) throw new Error('it is sound in its shape');
    await db.transaction((tx) => addVersion(tx, found.row, { document: many, policy, yaml, reason, savedBy, savedAt }));
    expect(await recheckPolicy(world.parts.readers, db, world.projectId, { key: 'crowded', version: 2 })).toEqual([]);
  });

  it('are looked at again before anything starts with them: what they go through may have been protected since', async () => {
    await save(small('older'), NEW);
    const { db } = world.database;
    const again = async () => {
      const faults = await recheckPolicy(world.parts.readers, db, world.projectId, { key: 'older', version: 1 });
      return faults.map(({ path, code }) => `${path} ${code}`);
    };
    expect(await again()).toEqual([]);
    const protect = (isProtected: boolean) =>
      db.update(environments).set({ protected: isProtected }).where(eq(environments.key, 'staging'));
    await protect(true);
    const faults = await again();
    await protect(false);
    expect(faults).toEqual([
      ...['/evidence/onNoData required', '/evidence/onError required'],
      '/path/0/stages/1 unwatched_stage',
    ]);
  });

  it('are listed by key, page by page, archived ones where they are asked for', async () => {
    for (const key of ['zz-a', 'zz-b']) await save(small(key), NEW);
    await call('POST', '/policies/zz-b/archive', {});
    const all = await call('GET', '/policies?limit=200');
    const listed = all.body.items.find(({ key }: { key: string }) => key === 'zz-a');
    expect(listed).toMatchObject({ version: 1, path: [{ environment: 'staging', stages: 2 }], guards: 0, gates: 0 });
    const whole = all.body.items.find(({ key }: { key: string }) => key === 'web-standard');
    expect(whole.watches).toEqual([
      ...[
        { guard: 'errors', metric: 'checkout.error' },
        { guard: 'latency', metric: 'checkout.ms' },
      ],
      ...[
        { guard: 'budget', metric: 'http.5xx' },
        { guard: 'p95', source: 'prometheus' },
      ],
    ]);
    expect(all.body.items.map(({ key }: { key: string }) => key)).not.toContain('zz-b');
    expect((await call('GET', '/policies?archived=true')).body.items).toMatchObject([{ key: 'zz-b', archived: true }]);
    const first = await call('GET', '/policies?limit=1');
    const second = await call('GET', `/policies?limit=1&cursor=${first.body.next}`);
    expect(second.body.items[0].key > first.body.items[0].key).toBe(true);
    expect((await newestPolicies(world.database.db, world.projectId, ['zz-a', 'zz-b'])).length).toBe(1);
  });

  it('never ask for less than the project does, which is lowered by no one admin', async () => {
    const admin = await world.house.newToken(['admin'], world.projectId);
    const floor = { bake: '10m', firstExposure: 10, gates: [{ id: 'tests', check: 'acceptance' }] };
    const put = (floor: object, how: object = {}) =>
      call('PUT', '/policy-floor', { floor, ...how }, { ...ANY, token: admin });
    expect((await call('GET', '/policy-floor')).body).toMatchObject({ version: 0, below: [] });
    expect(faultsOf(await put({ ...floor, bake: 'long', guards: [{ id: 'x' }] }))).toEqual([
      '/bake custom',
      '/guards/0/kind unknown_kind',
    ]);
    const watched = {
      ...small('asked', '5m', 'production'),
      evidence: { onNoData: 'hold', onError: 'hold' },
      guards: [{ id: 'a', signal: { severity: 'critical' }, onFail: 'rollBack' }],
    };
    await save(watched, NEW);
    const raised = await put(floor);
    expect([raised.status, raised.body.version]).toEqual([200, 1]);
    expect(raised.body.below.find(({ policy }: { policy: string }) => policy === 'asked')).toBeDefined();
    expect(raised.body.below.map(({ policy }: { policy: string }) => policy)).not.toContain('steps');
    expect(faultsOf(await save({ ...watched, mode: 'button' }))).toEqual([
      ...['/path/0/stages/0/bake below_floor', '/path/0/stages/1/bake below_floor', '/path/0 below_floor'],
    ]);
    const enough = {
      ...watched,
      path: [
        {
          environment: 'production',
          stages: [
            { exposure: 10, bake: '10m' },
            { exposure: 100, bake: '1h' },
          ],
        },
      ],
      gates: [{ id: 'ci', check: 'acceptance' }],
    };
    expect((await save(enough)).status).toBe(200);
    expect((await put({ ...floor, bake: '20m' })).status).toBe(200);
    expect((await put({ ...floor, firstExposure: 20 })).body.code).toBe('approval_required');
    const text = (yaml: string) => call('PUT', '/policy-floor', { yaml }, { ...ANY, token: admin });
    const bad = await text(
      'bake: 20m\nguards:\n  - { id: errors, metric: none, kind: versus-control, onFail: hold }\n',
    );
    expect(bad.body.errors).toMatchObject([{ path: '/guards/0/metric', line: 3, column: 19 }]);
    expect((await text('bake: 20m\nbake: 1h\n')).body.errors).toMatchObject([{ path: '/', line: 2 }]);
    expect(faultsOf(await call('PUT', '/policy-floor', {}, ANY))).toEqual(['/ one_of']);
    const read = await call('GET', '/policy-floor');
    expect((await text(`# as it is\n${read.body.yaml}`)).body).toMatchObject({ version: 2, floor: read.body.floor });
    const rooted = await call('PUT', '/policy-floor', { floor: {}, reason: 'we start over' }, ANY);
    expect(rooted.body).toMatchObject({ version: 3, below: [] });
    const { body: entry } = await call('GET', `/changes/${rooted.body.change.id}`);
    expect(entry.summary).toContain('bake 20m → none');
  });
});
