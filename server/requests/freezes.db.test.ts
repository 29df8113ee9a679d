import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findInstallationProject } from '../access/access-store.ts';
import type { CommitAccess } from '../access/commit.ts';
import { SecurityEvents } from '../access/security-events.ts';
import { commitChange } from '../changes/commit-change.ts';
import { changes, flagEnvironments, flags, freezes } from '../database/tables.ts';
import { type Caller, openRequests, type RequestWorld } from './requests.fixture.ts';

const HOUR = 3_600_000;

describe('a freeze', () => {
  let world: RequestWorld;
  let ada: Caller;
  let ed: Caller;
  let rita: Caller;
  let events: SecurityEvents;
  beforeAll(async () => {
    world = await openRequests(['cart', 'search', 'tax', 'late']);
    const { db } = world.database;
    const { clock } = world.door;
    const commit: CommitAccess = (order, write) => commitChange(world.door, order, write);
    events = new SecurityEvents({ clock, commit, installationProject: () => findInstallationProject(db) });
    Object.assign(world.house.house, { events });
    ada = await world.person('Ada', ['admin']);
    ed = await world.person('Ed', ['editor']);
    rita = await world.person('Rita', ['release-manager']);
    const tag = (key: string, tags: string[]) =>
      db
        .update(flags)
        .set({ tags })
        .where(and(eq(flags.projectId, world.projectId), eq(flags.key, key)));
    await Promise.all([tag('cart', ['checkout']), tag('search', ['browse'])]);
  });
  afterAll(() => world.database.close());

  const ahead = (hours: number) => new Date(world.now().getTime() + hours * HOUR).toISOString();
  const make = async (over: object) => {
    const body = { name: 'Sale', environments: ['staging'], from: ahead(0), to: ahead(1), ...over };
    const made = await world.ask(ada, 'POST', '/freezes', body);
    expect(made.status).toBe(201);
    return made.body.freeze;
  };
  const turn = (who: Caller, flag: string, way: string, query = '', reason?: string) =>
    world.ask(who, 'POST', `/environments/staging/flags/${flag}/${way}${query}`, reason ? { reason } : {});
  const over = () => world.later(2 * HOUR);

  it('with tags holds the flags that have one of them, names them, and lets all others grow', async () => {
    await make({ tags: ['checkout'] });
    const { body } = await turn(ed, 'cart', 'on');
    expect(body).toMatchObject({ code: 'frozen', current: { flags: ['cart'] } });
    expect(body.detail).toContain('cart may not grow there before');
    expect((await turn(ed, 'search', 'on')).status).toBe(200);
    expect((await turn(ed, 'search', 'off')).status).toBe(200);
    over();
  });

  it('with tags holds what would reach such a flag: by what it needs, and by a segment that it names', async () => {
    const to = '/environments/staging/flags/cart';
    expect(
      (await world.ask(ed, 'POST', '/environments/staging/segments', { key: 'staff', included: ['a'] })).status,
    ).toBe(201);
    const rules = [{ if: { segment: 'staff' }, serve: { variant: 'on' } }];
    const set = await world.ask(ed, 'PATCH', to, { prerequisites: [{ flag: 'tax', variants: ['on'] }], rules });
    expect([set.status, set.body.detail]).toEqual([200, undefined]);
    await make({ tags: ['checkout'] });
    expect((await turn(ed, 'tax', 'on')).body).toMatchObject({ code: 'frozen', current: { flags: ['cart'] } });
    const member = await world.ask(ed, 'PATCH', '/environments/staging/segments/staff', { included: ['a', 'b'] });
    expect(member.body).toMatchObject({ code: 'frozen', current: { flags: ['cart'] } });
    over();
    expect((await world.ask(ed, 'PATCH', to, { prerequisites: [], rules: [] })).status).toBe(200);
  });

  it('with tags keeps them on its flags: nobody gets out of it by taking one off', async () => {
    await make({ tags: ['checkout'] });
    const bare = await world.ask(ed, 'PATCH', '/flags/cart', { tags: [] });
    expect(bare.body).toMatchObject({ code: 'frozen', detail: expect.stringContaining('holds cart by its tags') });
    expect((await world.ask(ed, 'PATCH', '/flags/cart', { tags: ['checkout', 'web'] })).status).toBe(200);
    over();
    expect((await world.ask(ed, 'PATCH', '/flags/cart', { tags: ['checkout'] })).status).toBe(200);
  });

  it('is passed by whoever has the role that it names, says so and says why; the log and a security event keep it', async () => {
    const { id } = await make({ overrideBy: 'release-manager' });
    const query = `?overrideFreeze=${id}`;
    const refused = (await turn(rita, 'late', 'on')).body;
    expect(refused).toMatchObject({ code: 'frozen', current: { freezes: [{ id, mayOverride: true }] } });
    expect(refused.detail).toContain(query);
    expect((await turn(rita, 'late', 'on', query)).body.code).toBe('frozen');
    const eds = (await turn(ed, 'late', 'on', query, 'I must')).body;
    expect(eds).toMatchObject({ code: 'frozen', current: { freezes: [{ id, mayOverride: false }] } });
    expect((await turn(rita, 'late', 'on', '?overrideFreeze=another', 'I must')).body.code).toBe('frozen');
    expect((await turn(rita, 'late', 'on', query, 'The tax changes today')).status).toBe(200);
    const [entry] = (await world.ask(ed, 'GET', '/changes?limit=1')).body.items;
    expect(entry).toMatchObject({
      ...{ action: 'flag.on', reason: 'The tax changes today' },
      overrode: [{ freeze: id, name: 'Sale', environment: 'staging' }],
    });
    await events.flush();
    const db = world.database.db;
    const noted = await db.select().from(changes).where(eq(changes.action, 'freeze.overridden'));
    expect(noted).toMatchObject([{ actor: 'person:rita', subject: 'person:rita' }]);
    over();
  });

  it('is passed by a request that is applied where whoever applies it says why, and not by what its author wrote before', async () => {
    const items = [{ method: 'POST', path: '/environments/staging/flags/cart/on' }];
    await turn(ed, 'cart', 'off');
    const draft = { title: 'Cart', reason: 'The trial went well', items };
    const { request } = (await world.ask(rita, 'POST', '/requests', draft)).body;
    const { id } = await make({ overrideBy: 'release-manager' });
    const path = `/requests/${request.id}/apply?overrideFreeze=${id}`;
    expect((await world.ask(rita, 'POST', path, {})).body).toMatchObject({ errors: [{ path: '/reason' }] });
    const applied = await world.ask(rita, 'POST', path, { reason: 'The tax changes today' });
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
    over();
  });

  it('that admins alone may pass is passed by no release manager, and by nobody for one that says nothing of it', async () => {
    const strict = await make({ name: 'Audit', overrideBy: 'admin' });
    expect((await turn(rita, 'search', 'on', `?overrideFreeze=${strict.id}`, 'I must')).body.code).toBe('frozen');
    const shut = await make({ name: 'Quiet' });
    const both = `?overrideFreeze=${strict.id}&overrideFreeze=${shut.id}`;
    const refused = (await turn(ada, 'search', 'on', both, 'I must')).body;
    expect(refused).toMatchObject({ code: 'frozen', current: { freezes: [{ id: shut.id, overrideBy: null }] } });
    expect(refused.detail).not.toContain('Audit');
    over();
  });

  it('with tags holds back no expiry where what has the tag needs the flag elsewhere alone, or is archived', async () => {
    const { db } = world.database;
    await make({ environments: ['production'], to: ahead(400), tags: ['checkout', 'browse'] });
    const prerequisites = [{ flag: 'tax', variants: ['on'] }];
    const needing = await world.ask(ed, 'PATCH', '/environments/staging/flags/cart', { prerequisites });
    expect(needing.status, JSON.stringify(needing.body)).toBe(200);
    const [, production = 0] = world.environmentIds;
    const [search] = await db.update(flags).set({ archived: true }).where(eq(flags.key, 'search')).returning();
    const here = eq(flagEnvironments.environmentId, production);
    const ofSearch = and(here, eq(flagEnvironments.flagId, search?.id ?? 0));
    await db.update(flagEnvironments).set({ prerequisites }).where(ofSearch);
    const items = [{ method: 'POST', path: '/environments/production/flags/tax/on' }];
    const { request } = (await world.ask(ed, 'POST', '/requests', { title: 'Tax', reason: 'Now', items })).body;
    const { id, hash, expiresAt } = request;
    const rolf = await world.person('Rolf', ['release-manager']);
    expect((await world.ask(rolf, 'POST', `/requests/${id}/approve`, { hash })).status).toBe(200);
    world.later(Date.parse(expiresAt) - world.now().getTime() + HOUR);
    expect((await world.ask(ed, 'GET', `/requests/${id}`)).body).toMatchObject({
      state: 'expired',
      now: { frozen: {} },
    });
    const applied = await world.ask(ed, 'POST', `/requests/${id}/apply`, { reason: 'It was approved' });
    expect(applied.body.code).toBe('approval_required');
    await db.update(flags).set({ archived: false }).where(eq(flags.key, 'search'));
    const lasting = (await world.ask(ed, 'GET', `/requests/${id}`)).body;
    expect(lasting).toMatchObject({ state: 'open', now: { frozen: { production: { name: 'Sale' } } } });
    await db.update(flagEnvironments).set({ prerequisites: [] }).where(ofSearch);
    await db.delete(freezes).where(eq(freezes.projectId, world.projectId));
  });

  it('holds less with fewer flags, with stages that are finished, and with more who may pass: two admins', async () => {
    const freeze = await make({ from: ahead(5), to: ahead(9), tags: ['checkout', 'browse'], overrideBy: 'admin' });
    const patch = (body: object) => world.ask(ada, 'PATCH', `/freezes/${freeze.id}`, body);
    for (const looser of [{ tags: ['checkout'] }, { inFlight: 'finish-stage' }, { overrideBy: 'release-manager' }]) {
      expect((await patch(looser)).body.code).toBe('approval_required');
    }
    for (const stricter of [{ tags: ['browse', 'checkout', 'web'] }, { overrideBy: null }, { tags: null }]) {
      expect((await patch(stricter)).body.freeze).toMatchObject(stricter);
    }
    for (const looser of [{ tags: ['checkout'] }, { overrideBy: 'admin' }]) {
      expect((await patch(looser)).body.code).toBe('approval_required');
    }
    const bad = await patch({ tags: [], inFlight: 'stop', overrideBy: 'viewer' });
    expect(bad.body.errors.map(({ path }: { path: string }) => path)).toEqual(['/tags', '/inFlight', '/overrideBy']);
    const weekly = await make({ to: null, rule: '0 1 * * 5', zone: 'Europe/Zurich', lasts: '2h' });
    const patchIt = (body: object) => world.ask(ada, 'PATCH', `/freezes/${weekly.id}`, body);
    for (const looser of [{ lasts: '1h' }, { zone: 'Europe/London' }]) {
      expect((await patchIt(looser)).body.code).toBe('approval_required');
    }
    expect((await patchIt({ lasts: '3h' })).body.freeze).toMatchObject({ lasts: '3h', zone: 'Europe/Zurich' });
  });

  it('is listed while it holds or is ahead, however many were made since, page by page, to whoever sees it', async () => {
    const { db } = world.database;
    const [, production = 0] = world.environmentIds;
    const holds = await make({ to: null, rule: '0 1 * * 5', lasts: '2h', environments: ['production'] });
    const [row] = await db.select().from(freezes).where(eq(freezes.id, holds.id));
    if (row === undefined) throw new Error('it is there');
    const many = Array.from({ length: 205 }, (_, index) => {
      const over = { rule: null, lastsMs: null, toAt: new Date(row.fromAt.getTime() - 2 * 86_400_000) };
      const named = { id: `once-${index}`, createdAt: new Date(row.createdAt.getTime() + 1 + index) };
      return { ...row, ...named, ...(index < 200 ? over : { environments: index < 203 ? [production] : null }) };
    });
    await db.insert(freezes).values(many);
    const look = async (query: string, who = ed) => (await world.ask(who, 'GET', `/freezes?${query}`)).body;
    const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
    const newest = ['once-204', 'once-203', 'once-202', 'once-201', 'once-200', holds.id];
    const first = await look('limit=2');
    const second = await look(`limit=4&cursor=${first.next}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(newest);
    const all = await look('over=true&limit=200');
    expect([all.items.length, typeof all.next]).toEqual([200, 'string']);
    expect((await look('limit=201')).errors).toMatchObject([{ path: '/query/limit' }]);
    expect((await look(`cursor=${Buffer.from('"x"').toString('base64url')}`)).code).toBe('invalid');
    const [staging = 0] = world.environmentIds;
    const guest = await world.person('Gus', ['viewer'], { environmentId: staging });
    expect(idsOf(await look('limit=2', guest))).toEqual(['once-204', 'once-203']);
    expect(idsOf(await look('limit=200', guest))).not.toContain(holds.id);
    await db.delete(freezes).where(eq(freezes.projectId, world.projectId));
  });

  it('is shown with the windows of the days that somebody looks at, as far as anybody plans', async () => {
    const nightly = { from: ahead(24), to: null, rule: '0 1 * * *', zone: 'Europe/Zurich', lasts: '2h' };
    const { id } = await make(nightly);
    const look = async (query: string) => (await world.ask(ed, 'GET', `/freezes${query}`)).body;
    const windows = async (query: string) =>
      (await look(query)).items.find((one: { id: string }) => one.id === id).windows.length;
    expect(await windows(`?from=${ahead(24 * 100)}&days=10`)).toBe(10);
    expect(await windows(`?from=${ahead(-24 * 100)}&days=10`)).toBe(0);
    expect((await look(`?from=${ahead(24 * 366 * 6)}`)).errors).toMatchObject([{ path: '/query/from' }]);
  });
});
