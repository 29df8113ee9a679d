import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { changePayloads, changes, memberships, oneTimeLinks, people, projects } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { ADA, type Browser, type PeopleHouse, peopleHouse } from './people.fixture.ts';

const SECRET = 'a long enough password';

describe('members', () => {
  let database: TestDatabase;
  let house: PeopleHouse;
  let ada: Browser;
  let shop: Awaited<ReturnType<typeof seedProject>>;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(async () => {
    await database.reset();
    shop = await seedProject(database.db, 'shop', ['staging', 'production'], []);
    await seedProject(database.db, 'other', ['staging'], []);
    house = await peopleHouse(database);
    ada = await house.setUp();
  });
  afterAll(() => database?.close());

  const MEMBERS = '/projects/shop/members';
  const add = (login: string, over: object = {}, by = ada, path = MEMBERS) =>
    by.ask('POST', path, { login, roles: ['editor'], ...over });
  /** Somebody with an account, signed in. */
  async function join(login: string, over: object = {}, path = MEMBERS) {
    const made = await add(login, over, ada, path);
    const browser = house.browser();
    const accepted = await browser.ask('POST', '/invitations', {
      ...{ token: made.body.invitation.token, password: SECRET },
    });
    expect(accepted.status).toBe(200);
    return { browser, id: made.body.member.id as string, person: made.body.member.person.id as string };
  }
  const placesOf = async (browser: Browser) =>
    (await browser.ask('GET', '/me')).body.projects.map((project: { key: string; environments: { key: string }[] }) => [
      ...[project.key, project.environments.map(({ key }) => key)],
    ]);

  it('somebody without an account is invited by a link, which sets a password once', async () => {
    const made = await add('ben', { name: 'Ben', environment: 'staging' });
    expect(made).toMatchObject({
      status: 201,
      body: {
        member: {
          ...{ person: { login: 'ben', name: 'Ben', state: 'invited' }, roles: ['editor'] },
          ...{ scope: 'environment', environment: 'staging', version: 1 },
        },
        invitation: { token: expect.stringMatching(/^turnout_link_/) },
      },
    });
    const ends = Date.parse(made.body.invitation.expiresAt) - Date.now();
    expect(Math.round(ends / 3_600_000)).toBe(72);
    const ben = house.browser();
    const { token } = made.body.invitation;
    expect((await ben.ask('POST', '/invitations', { token, password: 'short' })).status).toBe(422);
    const { status, body } = await ben.ask('POST', '/invitations', { token, password: SECRET });
    expect({ status, name: body.principal.name }).toEqual({ status: 200, name: 'Ben' });
    expect(await placesOf(ben)).toEqual([['shop', ['staging']]]);
    const again = await house.browser().ask('POST', '/invitations', { token, password: SECRET });
    expect(again).toMatchObject({ status: 403, body: { code: 'link_over' } });
    expect((await house.browser().signIn('ben', SECRET)).status).toBe(200);
  });

  it('the token of a link is in no log, and the database keeps its hash', async () => {
    const { token } = (await add('ben')).body.invitation;
    expect(JSON.stringify(await database.db.select().from(changePayloads))).not.toContain(token);
    const links = await database.db.select().from(oneTimeLinks);
    expect(links.filter(({ purpose }) => purpose === 'invitation')).toHaveLength(1);
    expect(JSON.stringify(links)).not.toContain(token.slice(27));
  });

  it('somebody who has an account is a member at once, and gets no link', async () => {
    await join('ben');
    const made = await add('BEN', { roles: ['viewer'] }, ada, '/projects/other/members');
    expect(made).toMatchObject({ status: 201, body: { member: { person: { state: 'active' } }, invitation: null } });
    expect((await add('ben')).body).toMatchObject({ status: 409, code: 'duplicate' });
  });

  it('members are listed with those of the whole installation, who are called so', async () => {
    await add('ben', { environment: 'staging' });
    const { items } = (await ada.ask('GET', MEMBERS)).body;
    const shown = items.map((one: { person: { login: string }; scope: string }) => [one.person.login, one.scope]);
    expect(shown.sort()).toEqual([
      ['ada', 'installation'],
      ['ben', 'environment'],
    ]);
    const own = items.find(({ scope }: { scope: string }) => scope === 'installation');
    expect((await ada.ask('PATCH', `${MEMBERS}/${own.id}`, { roles: ['viewer'] })).status).toBe(404);
    expect((await ada.ask('GET', '/installation/members')).body.items).toHaveLength(1);
  });

  it('changed roles hold at once, and a session begins anew with them', async () => {
    const { browser: ben, id } = await join('ben', { roles: ['viewer'] });
    const stale = await ada.ask('PATCH', `${MEMBERS}/${id}`, { roles: ['killer'] }, { 'if-match': '"v7"' });
    expect(stale).toMatchObject({ status: 412, body: { current: { roles: ['viewer'] } } });
    const { status, body } = await ada.ask('PATCH', `${MEMBERS}/${id}`, { roles: ['killer'] }, { 'if-match': '"v1"' });
    expect({ status, version: body.member.version }).toEqual({ status: 200, version: 2 });
    expect((await ben.ask('GET', '/me')).status).toBe(401);
    await ben.signIn('ben', SECRET);
    const me = (await ben.ask('GET', '/me')).body;
    expect(me.projects[0].roles).toEqual(['killer']);
    expect(me.projects[0].environments[0].may).toMatchObject({ kill: { yes: true }, grow: { yes: false } });
  });

  it('whoever changes their own roles goes on in a new session', async () => {
    await add('ada', { roles: ['viewer'] });
    const before = ada.cookie;
    const { items } = (await ada.ask('GET', MEMBERS)).body;
    const own = items.find(({ scope }: { scope: string }) => scope === 'project');
    expect((await ada.ask('PATCH', `${MEMBERS}/${own.id}`, { roles: ['editor'] })).status).toBe(200);
    expect(ada.cookie).not.toBe(before);
    expect((await ada.ask('GET', '/me')).status).toBe(200);
  });

  it('somebody who is no member any more sees nothing, and may still sign in', async () => {
    const { browser: ben, id } = await join('ben');
    expect((await ada.ask('DELETE', `${MEMBERS}/${id}`, {})).status).toBe(200);
    expect((await ben.ask('GET', '/me')).status).toBe(401);
    await ben.signIn('ben', SECRET);
    expect(await placesOf(ben)).toEqual([]);
  });

  it('admins of a project hand out rights in it; nobody else does, and no token', async () => {
    const { browser: lead } = await join('lead', { roles: ['admin'] });
    const { browser: ben } = await join('ben');
    expect((await add('cem', {}, lead)).status).toBe(201);
    expect((await add('dan', {}, lead, '/projects/other/members')).status).toBe(404);
    expect((await add('dan', {}, lead, '/installation/members')).status).toBe(403);
    expect((await add('dan', {}, ben)).status).toBe(403);
    const token = await house.newToken(['admin'], shop.projectId);
    const asToken = { authorization: `Bearer ${token}` };
    const { status, body } = await ada.ask('POST', MEMBERS, { login: 'dan', roles: ['viewer'] }, asToken);
    expect({ status, detail: body.detail }).toEqual({
      status: 403,
      detail: expect.stringContaining('a token never has'),
    });
  });

  it('rights are looked at again inside the transaction', async () => {
    const { browser: lead } = await join('lead', { roles: ['admin'] });
    // Past the door, so that memory goes on believing.
    await database.db
      .update(memberships)
      .set({ roles: ['viewer'] })
      .where(eq(memberships.projectId, shop.projectId));
    expect((await add('cem', {}, lead)).body).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await lead.ask('POST', '/projects/shop/also/tokens', { name: 't', roles: ['viewer'] })).status).toBe(403);
    expect(await database.db.select().from(people)).toHaveLength(2);
  });

  it('a token whose owner manages one environment now makes no key elsewhere, though memory goes on believing', async () => {
    const { browser: cho, id } = await join('cho', { roles: ['admin'] });
    const { secret } = (await cho.ask('POST', '/projects/shop/also/tokens', { name: 't', roles: ['admin'] })).body;
    await database.db
      .update(memberships)
      .set({ environmentId: shop.environmentIds[0] ?? 0 })
      .where(eq(memberships.id, id));
    const makeKey = (environment: string) =>
      house.browser().ask(
        'POST',
        `/projects/shop/environments/${environment}/keys`,
        { kind: 'server', name: 'app' },
        {
          authorization: `Bearer ${secret}`,
        },
      );
    expect((await makeKey('production')).body).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await makeKey('staging')).status).toBe(201);
  });

  it('the last administrator of the installation can be neither removed, nor demoted, nor disabled', async () => {
    const [own] = (await ada.ask('GET', '/installation/members')).body.items;
    const path = `/installation/members/${own.id}`;
    // One who was only invited could not take over.
    await add('ben', { roles: ['admin'] }, ada, '/installation/members');
    expect((await ada.ask('DELETE', path, {})).body).toMatchObject({ status: 409, code: 'wrong_state' });
    expect((await ada.ask('PATCH', path, { roles: ['viewer'] })).status).toBe(409);
    expect((await ada.ask('POST', `/accounts/people/${own.person.id}/disable`)).status).toBe(409);
    await join('cem', { roles: ['admin'] }, '/installation/members');
    expect((await ada.ask('DELETE', path, {})).status).toBe(200);
  });

  it('a project’s admin makes no link for somebody with a password, or who belongs elsewhere too', async () => {
    const { browser: lead } = await join('lead', { roles: ['admin'] });
    const { id } = await join('ben');
    expect((await lead.ask('POST', `${MEMBERS}/${id}/invitation`)).status).toBe(409);
    const cem = (await add('cem', {}, lead)).body;
    const renewed = await lead.ask('POST', `${MEMBERS}/${cem.member.id}/invitation`);
    expect(renewed.status).toBe(201);
    // The older link ended.
    const old = { token: cem.invitation.token, password: SECRET };
    expect((await house.browser().ask('POST', '/invitations', old)).status).toBe(403);
    await add('cem', { roles: ['admin'] }, ada, '/installation/members');
    expect((await lead.ask('POST', `${MEMBERS}/${cem.member.id}/invitation`)).body).toMatchObject({
      ...{ status: 409, detail: expect.stringContaining('installation admin') },
    });
  });

  it('a link is worth no more than whoever made it may do when it is used', async () => {
    const { browser: lead } = await join('lead', { roles: ['admin'] });
    const { token } = (await add('cem', {}, lead)).body.invitation;
    // Now the account is worth more than what its link was made for.
    const { member } = (await add('cem', { roles: ['admin'] }, ada, '/projects/other/members')).body;
    const { browser: boss, person } = await join('boss', { roles: ['admin'] }, '/installation/members');
    const { id: ben } = await join('ben');
    const recovery = (await boss.ask('POST', `${MEMBERS}/${ben}/invitation`)).body.invitation;
    await ada.ask('POST', `/accounts/people/${person}/disable`);
    for (const worthless of [token, recovery.token]) {
      const tried = await house.browser().ask('POST', '/invitations', { token: worthless, password: SECRET });
      expect(tried).toMatchObject({ status: 403, setCookie: null, body: { code: 'link_over' } });
    }
    expect((await house.browser().signIn('ben', SECRET)).status).toBe(200);
    const renewed = await ada.ask('POST', `/projects/other/members/${member.id}/invitation`);
    const accepted = await house.browser().ask('POST', '/invitations', {
      ...{ token: renewed.body.invitation.token, password: SECRET },
    });
    expect(accepted.status).toBe(200);
  });

  it('an installation admin makes a link to set another password, and older sessions end with it', async () => {
    const { browser: ben, id } = await join('ben');
    const { token } = (await ada.ask('POST', `${MEMBERS}/${id}/invitation`)).body.invitation;
    expect((await ben.ask('GET', '/me')).status).toBe(200);
    const again = house.browser();
    expect((await again.ask('POST', '/invitations', { token, password: `${SECRET}!` })).status).toBe(200);
    expect((await ben.ask('GET', '/me')).status).toBe(401);
  });

  it('somebody who is disabled is signed out, and their tokens are dead until they are enabled', async () => {
    const { browser: ben, person } = await join('ben', { roles: ['admin'] });
    const made = await ben.ask('POST', '/projects/shop/also/tokens', { name: 'pipeline', roles: ['editor'] });
    expect(made.body.token.owner).toEqual({ id: person, name: 'ben' });
    const asToken = { authorization: `Bearer ${made.body.secret}` };
    expect((await ada.ask('GET', '/me', undefined, asToken)).status).toBe(200);
    const { status, body } = await ada.ask('POST', `/accounts/people/${person}/disable`);
    expect({ status, state: body.person.state, sessions: body.person.sessions }).toEqual({
      ...{ status: 200, state: 'disabled', sessions: 0 },
    });
    expect((await ben.ask('GET', '/me')).status).toBe(401);
    expect((await ada.ask('GET', '/me', undefined, asToken)).body).toMatchObject({ status: 401 });
    await ada.ask('POST', `/accounts/people/${person}/enable`);
    expect((await ada.ask('GET', '/me', undefined, asToken)).status).toBe(200);
  });

  it('a token does no more than its owner may now', async () => {
    const { browser: ben, id } = await join('ben', { roles: ['admin'] });
    const { secret } = (await ben.ask('POST', '/projects/shop/also/tokens', { name: 't', roles: ['admin'] })).body;
    const asToken = { authorization: `Bearer ${secret}` };
    const rights = async () => (await ada.ask('GET', '/me', undefined, asToken)).body.projects[0].rights;
    expect(await rights()).toEqual(['self', 'read', 'change', 'kill', 'admin']);
    await ada.ask('PATCH', `${MEMBERS}/${id}`, { roles: ['viewer'] });
    expect(await rights()).toEqual(['self', 'read']);
    await ada.ask('DELETE', `${MEMBERS}/${id}`, {});
    expect((await ada.ask('GET', '/me', undefined, asToken)).body.projects).toEqual([]);
  });

  it('roles in a project that was archived are no roles in the whole installation', async () => {
    const { person } = await join('ben');
    await add('ben', { roles: ['viewer'] }, ada, '/projects/other/members');
    await database.db.update(projects).set({ archivedAt: new Date() }).where(eq(projects.id, shop.projectId));
    await add('cem', {}, ada, '/projects/other/members');
    const { items } = (await ada.ask('GET', '/accounts/people')).body;
    const ben = items.find(({ id }: { id: string }) => id === person);
    expect(ben.memberships).toEqual([{ project: 'other', environment: null, roles: ['viewer'] }]);
  });

  it('changes of members are entries of the project’s log, by whoever made them', async () => {
    const { id } = await join('ben');
    await ada.ask('PATCH', `${MEMBERS}/${id}`, { roles: ['viewer'], reason: 'a new team' });
    await ada.ask('DELETE', `${MEMBERS}/${id}`, {});
    const logged = await database.db
      .select()
      .from(changes)
      .where(eq(changes.projectId, shop.projectId))
      .orderBy(changes.seq);
    expect(logged.map(({ action }) => action)).toEqual(['member.add', 'member.update', 'member.remove']);
    expect(new Set(logged.map(({ subject }) => subject))).toEqual(new Set([`member/${id}`]));
    expect(house.house.list.nameOf(logged[0]?.actor ?? '')).toBe(ADA.name);
  });
});
