import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import { memberships } from '../database/tables.ts';
import { faultsOf } from '../flags/authoring.fixture.ts';
import { type Caller, openRequests, type RequestWorld, turnOn } from './requests.fixture.ts';

const HOUR = 3_600_000;

describe('what protects', () => {
  let world: RequestWorld;
  let ada: Caller;
  let ben: Caller;
  let ed: Caller;
  beforeAll(async () => {
    world = await openRequests(['new-cart', 'banner', 'search', 'basket']);
    ada = await world.person('Ada', ['admin']);
    ed = await world.person('Ed', ['editor']);
  });
  afterAll(() => world.database.close());

  const patch = (who: Caller, body: object) => world.ask(who, 'PATCH', '/environments/production', body);
  const askFor = (who: Caller, item: object) =>
    world.ask(who, 'POST', '/requests', { title: 'Less protection', reason: 'We move house', items: [item] });
  const apply = (who: Caller, { id }: { id: string }) => world.ask(who, 'POST', `/requests/${id}/apply`, {});
  const ahead = (hours: number) => new Date(world.now().getTime() + hours * HOUR).toISOString();
  const newFreeze = async (over: object = {}) =>
    (await world.ask(ada, 'POST', '/freezes', { name: 'Sale', from: ahead(0), to: ahead(10), ...over })).body.freeze;
  const lower = { method: 'PATCH', path: '/environments/production', body: { protected: false } };

  it('is not lowered by one admin alone, nor are fewer or other approvals asked for', async () => {
    for (const body of [{ protected: false }, { approvals: { count: 1, roles: ['release-manager', 'editor'] } }]) {
      expect((await patch(ada, { ...body, reason: 'I say so' })).body).toMatchObject({ code: 'approval_required' });
    }
    const stricter = { approvals: { count: 3, roles: ['release-manager'] }, reason: 'Three' };
    expect((await patch(ada, stricter)).body.environment.approvals).toEqual({ count: 3, roles: ['release-manager'] });
    const fewer = { approvals: { count: 1, roles: ['release-manager'] }, reason: 'One' };
    expect((await patch(ada, fewer)).body.code).toBe('approval_required');
    expect((await patch(world.root, { approvals: fewer.approvals })).body).toMatchObject({ code: 'invalid' });
    expect((await patch(world.root, fewer)).status).toBe(200);
  });

  it('is lowered by the only admin after 24 hours, which everybody could see', async () => {
    const made = await askFor(ada, lower);
    expect(made.body.request).toMatchObject({ kind: 'protection', environments: ['production'] });
    expect(made.body.request.waits).toContain('There is no second admin');
    const [entry] = (await world.ask(ed, 'GET', '/changes?limit=1')).body.items;
    expect(entry.summary).toBe('request “Less protection”: asked for');
    expect((await apply(ada, made.body.request)).body.code).toBe('approval_required');
    world.later(24 * HOUR);
    expect((await apply(ada, made.body.request)).status).toBe(200);
    expect((await world.ask(ed, 'GET', '/environments/production')).body.protected).toBe(false);
    expect((await patch(ada, { protected: true })).status).toBe(200);
  });

  it('is lowered with a second admin at once, and by no editor, no author and no token', async () => {
    ben = await world.person('Ben', ['admin']);
    expect((await askFor(ed, lower)).body.code).toBe('forbidden');
    const { request } = (await askFor(ada, lower)).body;
    world.later(25 * HOUR);
    expect((await apply(ada, request)).body.detail).toBe('It needs 1 more approval by admin in production.');
    const approve = (who: Caller) => world.ask(who, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    for (const who of [ada, ed, await world.token(['admin'], ben.id)]) {
      expect((await approve(who)).body.code).toBe('forbidden');
    }
    ben = await world.person('Ben', ['admin']);
    expect((await approve(ben)).status).toBe(200);
    expect((await apply(ed, request)).body.code).toBe('forbidden');
    expect((await apply(ada, request)).body).toMatchObject({ request: { state: 'applied' } });
    expect((await world.ask(ed, 'GET', '/environments/production')).body.protected).toBe(false);
    expect((await patch(ada, { protected: true })).status).toBe(200);
  });

  it('is not lowered by an admin who waited with a second one, and then took their roles away', async () => {
    await world.person('Ben', ['admin']);
    const { request } = (await askFor(ada, lower)).body;
    world.later(25 * HOUR);
    const remove = { projectId: world.projectId, environmentIds: [], principal: ROOT, action: 'member.remove' };
    await commitChange(world.door, { ...remove, subject: 'member/m-ben' }, async (tx) => {
      await tx.delete(memberships).where(eq(memberships.id, 'm-ben'));
      return { result: undefined, touched: { flags: [], segments: [] } };
    });
    expect((await apply(ada, request)).body).toMatchObject({
      code: 'approval_required',
      detail: expect.stringContaining('There is no second admin'),
    });
    world.later(24 * HOUR);
    expect((await apply(ada, request)).status).toBe(200);
    expect((await patch(ada, { protected: true })).status).toBe(200);
    ben = await world.person('Ben', ['admin']);
  });

  it('has a say of nobody new without a second admin: whoever could add approvers alone would need none', async () => {
    const wanted = { login: 'rolf', name: 'Rolf', roles: ['release-manager'] };
    const { request } = (await askFor(ada, { method: 'POST', path: '/members', body: wanted })).body;
    expect(request).toMatchObject({
      kind: 'protection',
      environments: [],
      waits: 'It needs 1 more approval by admin.',
    });
    ben = await world.person('Ben', ['admin']);
    await world.ask(ben, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    expect((await apply(ada, request)).status).toBe(200);
    const [entry] = (await world.ask(ed, 'GET', '/changes?limit=1')).body.items;
    expect(entry.summary).toBe('Rolf: release-manager');
    const nowhere = { ...wanted, login: 'rudi', environment: 'nowhere' };
    const bad = await askFor(ada, { method: 'POST', path: '/members', body: nowhere });
    expect(bad.body.errors).toMatchObject([{ path: '/items/0/body/environment' }]);
  });

  it('is opened by a kill key that two admins made, whose secret only whoever applies it is shown, once', async () => {
    const wanted = { kind: 'kill', name: 'pager' };
    const path = '/environments/production/keys';
    const { request } = (await askFor(ada, { method: 'POST', path, body: wanted })).body;
    expect(request).toMatchObject({ kind: 'protection', environments: ['production'] });
    ben = await world.person('Ben', ['admin']);
    await world.ask(ben, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    const headers = { 'idempotency-key': 'once' };
    const done = await world.ask(ada, 'POST', `/requests/${request.id}/apply`, {}, headers);
    expect(done.body.secret).toMatch(/^turnout_kill_/);
    expect(world.house.house.list.findCredential(done.body.secret)).toMatchObject({ kind: 'key', keyKind: 'kill' });
    const again = await world.ask(ada, 'POST', `/requests/${request.id}/apply`, {}, headers);
    expect(again.body).toMatchObject({ secret: null, change: done.body.change });
    const log = await world.ask(ada, 'GET', `/changes/${done.body.change.id}`);
    expect(JSON.stringify([log.body, (await world.ask(ada, 'GET', `/requests/${request.id}`)).body])).not.toContain(
      done.body.secret,
    );
  });

  it('believes visitors by another signer once two admins agree, and no request holds a secret', async () => {
    const rule = { issuer: 'https://id.example', audience: 'shop', algorithms: ['ES256' as const], bodyAttributes: [] };
    const { list } = world.house.house;
    const [, production = 0] = world.environmentIds;
    const context = { ...rule, jwksUrl: 'https://id.example/keys' };
    const key = list.findCredential(await world.house.newKey('client', world.projectId, production, { context }));
    if (typeof key === 'string') throw new Error(key);
    const path = `/environments/production/keys/${key.id}`;
    const body = { context: { jwksUrl: 'https://other.example/keys' } };
    const secret = 'a secret that would be read by many';
    const shared = await askFor(ada, { method: 'PATCH', path, body: { context: { secret } } });
    expect(shared.body).toMatchObject({ status: 422, errors: [{ path: '/items/0/body/context/secret' }] });
    const { request } = (await askFor(ada, { method: 'PATCH', path, body })).body;
    ben = await world.person('Ben', ['admin']);
    await world.ask(ben, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    expect((await apply(ada, request)).status).toBe(200);
    expect(list.findKey(key.id)).toMatchObject({ context: body.context });
  });

  it('stands in a request of its own', async () => {
    const on = { method: 'POST', path: '/environments/staging/flags/banner/on' };
    const mixed = await world.ask(ada, 'POST', '/requests', { title: 'Both', reason: 'r', items: [lower, on] });
    expect(mixed.body.code).toBe('wrong_state');
  });

  it('a freeze holds what grows, protected or not, whoever approved of it, and nothing that goes towards safe', async () => {
    const { request } = (await world.ask(ed, 'POST', '/requests', turnOn('new-cart'))).body;
    const rita = await world.person('Rita', ['release-manager']);
    await world.ask(rita, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    await world.ask(ed, 'POST', '/environments/staging/flags/search/on', {});
    const { id, state, until, to } = await newFreeze();
    expect([state, until]).toEqual(['holds', to]);

    const refused = await apply(ed, request);
    expect(refused.body).toMatchObject({ code: 'frozen', status: 409 });
    expect(refused.body.detail).toContain(`until ${to}`);
    const shown = (await world.ask(ed, 'GET', `/requests/${request.id}`)).body;
    expect(shown.now.frozen).toEqual({ production: { name: 'Sale', until: to } });
    const on = '/environments/staging/flags/banner/on';
    expect((await world.ask(ed, 'POST', on, {})).body.code).toBe('frozen');
    const off = '/environments/staging/flags/search/off';
    expect((await world.ask(ed, 'POST', off, {})).status).toBe(200);
    // What somebody takes back within their minute grows nothing that was not there.
    const [last] = (await world.ask(ed, 'GET', '/changes?limit=1')).body.items;
    expect((await world.ask(ed, 'POST', `/changes/${last.id}/undo`, {})).status).toBe(200);
    expect((await world.ask(world.root, 'POST', on, {})).body.code).toBe('frozen');
    expect((await world.ask(world.root, 'POST', on, { reason: 'It must be' })).status).toBe(200);

    expect((await world.ask(ada, 'DELETE', `/freezes/${id}`, { reason: 'over' })).body.code).toBe('approval_required');
    expect((await world.ask(world.root, 'DELETE', `/freezes/${id}`, { reason: 'over' })).status).toBe(200);
    expect((await apply(ed, request)).status).toBe(200);
  });

  it('a freeze is ended early, or holds less, only with a second admin', async () => {
    const { id } = await newFreeze({ environments: ['staging'] });
    const edit = (body: object) => world.ask(ada, 'PATCH', `/freezes/${id}`, { reason: 'r', ...body });
    expect((await edit({ name: 'Big sale', to: ahead(20), environments: null })).status).toBe(200);
    for (const less of [{ to: ahead(5) }, { environments: ['staging'] }, { from: ahead(1) }]) {
      expect((await edit(less)).body.code).toBe('approval_required');
    }
    const { request } = (await askFor(ada, { method: 'DELETE', path: `/freezes/${id}` })).body;
    await world.ask(ben, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    expect((await apply(ada, request)).status).toBe(200);
    const all = (await world.ask(ed, 'GET', '/freezes?over=true')).body.items;
    expect(all.find((freeze: { id: string }) => freeze.id === id)).toMatchObject({ name: 'Big sale', state: 'over' });
    expect((await world.ask(ed, 'GET', '/freezes')).body.items).toEqual([]);
    const [entry] = (await world.ask(ed, 'GET', '/changes?limit=1')).body.items;
    expect(entry.summary).toBe('freeze “Big sale”: ended early');
  });

  it('what was approved of one freeze is void once it holds more, also over a rebase', async () => {
    const { id } = await newFreeze({ name: 'Docs', tags: ['docs'] });
    const { request } = (await askFor(ada, { method: 'DELETE', path: `/freezes/${id}` })).body;
    await world.ask(ben, 'POST', `/requests/${request.id}/approve`, { hash: request.hash });
    const wider = await world.ask(ada, 'PATCH', `/freezes/${id}`, { tags: null, reason: 'Everything' });
    expect(wider.body.freeze).toMatchObject({ tags: null });
    expect((await apply(ada, request)).body.code).toBe('changed_since');
    const rebased = (await world.ask(ada, 'POST', `/requests/${request.id}/rebase`, {})).body.request;
    expect(rebased.needs).toMatchObject([{ roles: ['admin'], missing: 1 }]);
    expect((await apply(ada, request)).body.code).toBe('approval_required');
    expect((await world.ask(world.root, 'DELETE', `/freezes/${id}`, { reason: 'over' })).status).toBe(200);
  });

  it('a request’s time stands still while a freeze holds where it would change something', async () => {
    const rita = await world.person('Rita', ['release-manager']);
    const [one, other] = [
      (await world.ask(ed, 'POST', '/requests', turnOn('search', { days: 1 }))).body.request,
      (await world.ask(ed, 'POST', '/requests', turnOn('basket', { days: 1 }))).body.request,
    ];
    for (const { id, hash } of [one, other]) await world.ask(rita, 'POST', `/requests/${id}/approve`, { hash });
    await newFreeze({ environments: ['production'], to: ahead(12) });
    world.later(30 * HOUR);
    expect((await apply(ed, one)).status).toBe(200);
    world.later(7 * HOUR);
    expect((await apply(ed, other)).body.detail).toContain('have expired');
  });

  it('refuses freezes that make no sense, with every path, and only admins make any', async () => {
    const bad = async (body: object) => {
      const answer = await world.ask(ada, 'POST', '/freezes', { name: 'X', ...body });
      return faultsOf({ ...answer, replayed: false });
    };
    expect(await bad({})).toEqual(['/to required']);
    expect(await bad({ to: ahead(-1) })).toEqual(['/to out_of_order']);
    expect(await bad({ to: ahead(1), environments: ['nowhere'] })).toEqual(['/environments/0 unknown_environment']);
    expect(await bad({ to: ahead(1), lasts: '2h' })).toEqual(['/lasts not_needed']);
    expect(await bad({ rule: '0 17 * * 5' })).toEqual(['/lasts required']);
    expect(await bad({ rule: 'fridays', lasts: '40d', zone: 'Europe/Atlantis' })).toEqual([
      '/zone unknown_zone',
      '/lasts too_big',
    ]);
    expect(await bad({ rule: 'fridays', lasts: '1d' })).toEqual(['/rule bad_rule']);
    expect(await bad({ rule: '0 0 * * *', lasts: '25h' })).toEqual(['/lasts overlaps']);
    expect((await world.ask(ed, 'POST', '/freezes', { name: 'X', to: ahead(1) })).status).toBe(403);
  });
});
