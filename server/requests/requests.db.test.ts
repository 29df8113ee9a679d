import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeRequests } from '../database/tables.ts';
import { recordKill } from '../delivery/record-kill.ts';
import { faultsOf } from '../flags/authoring.fixture.ts';
import { type Caller, openRequests, type RequestWorld, turnOn } from './requests.fixture.ts';

const FLAGS = Array.from({ length: 13 }, (_, index) => `flag-${index}`);

describe('a change request', () => {
  let world: RequestWorld;
  let ed: Caller;
  let rita: Caller;
  let left = [...FLAGS];
  beforeAll(async () => {
    world = await openRequests(FLAGS);
    ed = await world.person('Ed', ['editor']);
    rita = await world.person('Rita', ['release-manager']);
  });
  afterAll(() => world.database.close());

  const newFlag = () => {
    const [flag = '', ...rest] = left;
    left = rest;
    return flag;
  };
  const make = (who: Caller, items: object[], over: object = {}) =>
    world.ask(who, 'POST', '/requests', { title: 'A change', reason: 'because', items, ...over });
  const applied = async (items: object[]) => {
    const { request } = (await make(ed, items)).body;
    await world.ask(rita, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    return world.ask(ed, 'POST', `/requests/${request.id}/apply`, {});
  };
  const positions = async () =>
    (await world.ask(ed, 'GET', '/environments')).body.items.map(({ position }: { position: string }) => position);
  const read = async (path: string) => (await world.ask(ed, 'GET', path)).body;

  it('carries several changes as one revision of each environment and one entry, and is undone as one', async () => {
    const flag = newFlag();
    const before = await positions();
    const done = await applied([
      { method: 'POST', path: '/environments/production/segments', body: { key: 'swiss', included: ['u-1'] } },
      {
        method: 'PATCH',
        path: `/environments/production/flags/${flag}`,
        body: { state: 'on', rules: [{ if: { segment: 'swiss' }, serve: { variant: 'on' } }] },
      },
      { method: 'PATCH', path: `/flags/${flag}`, body: { description: 'In Switzerland first', clientVisible: true } },
    ]);
    expect(done.body.change.environments).toHaveLength(2);
    expect(await positions()).not.toEqual(before);
    const [entry] = (await read('/changes?limit=1')).items;
    expect(entry).toMatchObject({ subject: `request/${done.body.request.id}`, id: done.body.change.id });
    expect(entry.summary).toContain('swiss in production: made');
    expect(entry.summary).toContain(`${flag} in production: `);
    const [rule] = (await read(`/environments/production/flags/${flag}`)).rules;
    expect(rule.if).toEqual({ segment: 'swiss' });

    const undone = await world.ask(world.root, 'POST', `/changes/${entry.id}/undo`, { reason: 'not yet' });
    expect(undone.body).toMatchObject({ change: { environments: [{}, {}] } });
    expect(await read(`/environments/production/flags/${flag}`)).toMatchObject({ state: 'off', rules: [] });
    expect(await read(`/flags/${flag}`)).toMatchObject({ description: '', clientVisible: false });
    expect((await read('/environments/production/segments/swiss')).code).toBe('not_found');
  });

  it('tells whoever sees one environment of what it did there, and nothing of the others', async () => {
    const [staging = 0] = world.environmentIds;
    const gil = await world.person('Gil', ['viewer'], { environmentId: staging });
    const flag = newFlag();
    const done = await applied([
      { method: 'POST', path: `/environments/staging/flags/${flag}/on` },
      { method: 'POST', path: '/environments/production/segments', body: { key: 'hidden', included: ['u-1'] } },
    ]);
    const entry = (await world.ask(gil, 'GET', `/changes/${done.body.change.id}`)).body;
    expect(entry.summary).toBe(`${flag} in staging: off → on for everyone`);
    expect(entry.after.items).toHaveLength(1);
    expect(JSON.stringify(entry)).not.toContain('hidden');
  });

  it('writes what was approved: new rules and salts have the names that they had when it was tried', async () => {
    const flag = newFlag();
    const split = { split: { weights: { on: 30_000, off: 70_000 } } };
    const body = { fallthrough: split, rules: [{ if: { attribute: 'a', op: 'exists', values: [] }, serve: split }] };
    const item = { method: 'PATCH', path: `/environments/production/flags/${flag}`, body };
    const { request } = (await make(ed, [item])).body;
    const looked = await read(`/requests/${request.id}`);
    const [{ after }] = looked.diff.production.flags;
    await world.ask(rita, 'POST', `/requests/${request.id}/approve`, { hash: looked.hash });
    await world.ask(ed, 'POST', `/requests/${request.id}/apply`, {});
    const now = await read(`/environments/production/flags/${flag}`);
    expect(now.rules[0].id).toBe(after.rules[0].id);
    expect(now.fallthrough.split.salt).toBe(after.fallthrough.split.salt);
    const other = { ...item, path: `/environments/production/flags/${newFlag()}` };
    const [second] = (await read(`/requests/${(await make(ed, [other])).body.request.id}`)).diff.production.flags;
    expect(second.after.fallthrough.split.salt).not.toBe(after.fallthrough.split.salt);
  });

  it('may change the same flag twice, and make one and configure it', async () => {
    const made = await applied([
      { method: 'POST', path: '/flags', body: { key: 'made-here', type: 'boolean' } },
      { method: 'POST', path: '/environments/production/flags/made-here/on' },
      { method: 'POST', path: '/environments/production/flags/made-here/serve', body: { variant: 'off' } },
    ]);
    expect([made.status, made.body.request.state]).toEqual([200, 'applied']);
    const { state, fallthrough } = await read('/environments/production/flags/made-here');
    expect([state, fallthrough]).toEqual(['on', { variant: 'off' }]);
    expect(await read('/environments/staging/flags/made-here')).toMatchObject({ state: 'off' });
  });

  it('keeps everything or nothing: where one item cannot be done, no other is', async () => {
    const flag = newFlag();
    const { request } = (
      await make(ed, [
        { method: 'POST', path: `/environments/production/flags/${flag}/on` },
        { method: 'POST', path: '/environments/production/segments', body: { key: 'twice' } },
      ])
    ).body;
    await world.ask(rita, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    const same = { key: 'twice', reason: 'first' };
    expect((await world.ask(world.root, 'POST', '/environments/production/segments', same)).status).toBe(201);
    const before = await positions();
    const refused = await world.ask(ed, 'POST', `/requests/${request.id}/apply`, {});
    expect(refused.body).toMatchObject({ code: 'duplicate', errors: [{ path: '/items/1/body/key' }] });
    expect(refused.body.detail).toContain('Item 2, POST /environments/production/segments');
    expect(await positions()).toEqual(before);
    expect((await read(`/requests/${request.id}`)).state).toBe('open');
  });

  it('may lift a kill, the one that its author knew and none that came since', async () => {
    const flag = newFlag();
    const [, environmentId = 0] = world.environmentIds;
    const kill = (id: string) => {
      const entry = {
        kind: 'kill' as const,
        id,
        environmentId,
        flag,
        epoch: 'e',
        actor: 'root',
        reason: 'it burns',
        at: world.now().toISOString(),
      };
      return recordKill(world.door, entry);
    };
    const restore = { method: 'POST', path: `/environments/production/flags/${flag}/restore` };
    await kill('k1');
    const { request } = (await make(ed, [restore])).body;
    expect(request.directions).toEqual({ production: 'growing' });
    await world.ask(rita, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    await kill('k2');
    expect((await world.ask(ed, 'POST', `/requests/${request.id}/apply`, {})).body.code).toBe('changed_since');
    const rebased = (await world.ask(ed, 'POST', `/requests/${request.id}/rebase`, {})).body.request;
    expect(rebased).toMatchObject({ approvals: [], needs: [{ missing: 1 }] });
    await world.ask(rita, 'POST', `/requests/${request.id}/approve`, { hash: rebased.hash });
    const done = await world.ask(ed, 'POST', `/requests/${request.id}/apply`, {});
    expect(done.status).toBe(200);
    expect((await read(`/environments/production/flags/${flag}`)).killed).toBe(false);
    const undo = await world.ask(world.root, 'POST', `/changes/${done.body.change.id}/undo`, { reason: 'no' });
    expect(undo.body).toMatchObject({ code: 'wrong_state', detail: 'A restore is not undone: kill the flag again.' });
  });

  it('segments in a protected environment go by requests, like flags', async () => {
    const direct = { key: 'direct', reason: 'at once' };
    const refused = await world.ask(ed, 'POST', '/environments/production/segments', direct);
    expect(refused.body.code).toBe('approval_required');
    const path = '/environments/production/segments/asked';
    const done = await applied([{ method: 'POST', path: '/environments/production/segments', body: { key: 'asked' } }]);
    expect(done.status).toBe(200);
    const members = { included: { add: ['u-7'] } };
    expect((await applied([{ method: 'POST', path: `${path}/members`, body: members }])).status).toBe(200);
    expect(await read(path)).toMatchObject({ included: ['u-7'], version: 2 });
    expect((await applied([{ method: 'DELETE', path }])).status).toBe(200);
    expect((await read(path)).code).toBe('not_found');
  });

  it('refuses what is no call that can wait, and bodies that the call would refuse, with every path', async () => {
    const flag = newFlag();
    const before = (await read('/requests?limit=200')).items.length;
    const bad = await make(ed, [
      { method: 'POST', path: `/environments/production/flags/${flag}/kill` },
      { method: 'PATCH', path: `/environments/production/flags/${flag}`, body: { state: 'maybe', more: 1 } },
    ]);
    expect(faultsOf({ ...bad, replayed: false })).toEqual([
      '/items/0/path unknown_call',
      '/items/1/body/state invalid_value',
      '/items/1/body/more unrecognized_keys',
    ]);
    const nowhere = await make(ed, [{ method: 'POST', path: `/environments/nowhere/flags/${flag}/on` }]);
    expect(nowhere.body).toMatchObject({
      status: 404,
      detail: expect.stringContaining('You see: staging, production'),
    });
    const wrong = { fallthrough: { variant: 'blue' } };
    const inside = await make(ed, [{ method: 'PATCH', path: `/environments/production/flags/${flag}`, body: wrong }]);
    expect(faultsOf({ ...inside, replayed: false })).toEqual(['/items/0/body/fallthrough/variant unknown_variant']);
    expect((await make(ed, [])).status).toBe(422);
    const nothing = await make(ed, [{ method: 'POST', path: `/environments/production/flags/${flag}/off` }]);
    expect(nothing.body).toMatchObject({ code: 'wrong_state' });
    const stale = { method: 'POST', path: `/environments/production/flags/${flag}/on`, base: 9 };
    expect((await make(ed, [stale])).body).toMatchObject({ code: 'stale_version', status: 412 });
    expect((await read('/requests?limit=200')).items).toHaveLength(before);
  });

  it('refuses whatever was meant for another version of it, and shows the one that is there', async () => {
    const items = [{ method: 'POST', path: `/environments/staging/flags/${newFlag()}/on` }];
    const { id } = (await make(ed, items)).body.request;
    const path = `/requests/${id}`;
    const more = [...items, { method: 'POST', path: `/environments/staging/flags/${newFlag()}/on` }];
    const first = { 'if-match': '"v1"' };
    expect((await world.ask(ed, 'PUT', `${path}/items`, { items: more }, first)).status).toBe(200);
    const before = await read(path);
    for (const [method, verb, body] of [
      ['PUT', 'items', { items }],
      ['POST', 'apply', {}],
      ['POST', 'rebase', {}],
      ['POST', 'withdraw', {}],
    ] as const) {
      const stale = await world.ask(ed, method, `${path}/${verb}`, body, first);
      expect([verb, stale.status, stale.body.current]).toEqual([verb, 412, before]);
    }
    expect(await read(path)).toEqual(before);
    expect((await world.ask(ed, 'POST', `${path}/apply`, {}, { 'if-match': '"v2"' })).status).toBe(200);
  });

  it('leaves the others room: one author has fifty open ones, by whichever of their tokens', async () => {
    const { db } = world.database;
    const ada = await world.person('Ada', ['editor']);
    const flag = newFlag();
    const askedBy = (who: Caller) => world.ask(who, 'POST', '/requests', turnOn(flag));
    const { id } = (await askedBy(await world.token(['editor'], ada.id))).body.request;
    const [first] = await db.select().from(changeRequests).where(eq(changeRequests.id, id));
    if (first === undefined) throw new Error('it is there');
    const { seq: _seq, ...row } = first;
    const others = Array.from({ length: 49 }, (_, index) => ({
      ...row,
      id: `a${index}`,
      subject: `request/a${index}`,
    }));
    await db.insert(changeRequests).values(others);
    for (const who of [ada, await world.token(['editor'], ada.id)]) {
      const refused = await askedBy(who);
      expect(refused.body).toMatchObject({ status: 429, detail: expect.stringContaining('at most 50 open requests') });
    }
    expect((await askedBy(ed)).status).toBe(201);
    expect((await world.ask(ada, 'POST', `/requests/${id}/withdraw`, {})).status).toBe(200);
    expect((await askedBy(ada)).status).toBe(201);
  });

  it('is written by editors, taken back by its authors and admins, and rejected by whoever may approve', async () => {
    const [kim, otto, adam] = [
      await world.person('Kim', ['killer']),
      await world.person('Otto', ['editor']),
      await world.person('Adam', ['admin']),
    ];
    const flag = newFlag();
    expect((await world.ask(kim, 'POST', '/requests', turnOn(flag))).body.code).toBe('forbidden');
    const close = (who: Caller, id: string, how: string) =>
      world.ask(who, 'POST', `/requests/${id}/${how}`, { reason: 'no' });
    const made = async () => (await world.ask(ed, 'POST', '/requests', turnOn(flag))).body.request.id;
    const first = await made();
    expect((await close(otto, first, 'withdraw')).body.code).toBe('forbidden');
    expect((await close(otto, first, 'reject')).body.code).toBe('forbidden');
    expect((await close(ed, first, 'withdraw')).body.request).toMatchObject({ state: 'withdrawn' });
    expect((await close(adam, await made(), 'withdraw')).body.request.state).toBe('withdrawn');
    const last = await made();
    const rejected = await close(rita, last, 'reject');
    expect(rejected.body.request).toMatchObject({ state: 'rejected', closed: { by: 'person:rita', reason: 'no' } });
    expect((await world.ask(ed, 'POST', `/requests/${last}/apply`, {})).body.code).toBe('wrong_state');
  });

  it('is in the inbox of whoever may approve it, and nobody hears of one in places that they do not see', async () => {
    const [staging = 0] = world.environmentIds;
    const guest = await world.person('Gus', ['release-manager'], { environmentId: staging });
    const { request } = (await world.ask(ed, 'POST', '/requests', turnOn(newFlag()))).body;
    const idsOf = async (who: Caller, query: string) =>
      (await world.ask(who, 'GET', `/requests?limit=200&${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await idsOf(rita, 'inbox=true')).toContain(request.id);
    expect(await idsOf(ed, 'inbox=true')).not.toContain(request.id);
    expect(await idsOf(ed, 'mine=true&state=open')).toContain(request.id);
    expect(await idsOf(rita, 'mine=true')).toEqual([]);
    expect(await idsOf(guest, 'state=open')).toEqual([]);
    expect((await world.ask(guest, 'GET', `/requests/${request.id}`)).status).toBe(404);
    await world.ask(rita, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    expect(await idsOf(rita, 'inbox=true')).not.toContain(request.id);
  });
});
