import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { changes, environments, installation, memberships, people, sessions } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { Problem } from '../platform/problem.ts';
import { AccessList } from './access-list.ts';
import { PasswordHashing } from './hash-password.ts';
import { mintSecret, verifierOf } from './mint-secret.ts';
import { ADA, type PeopleHouse, PUBLIC_URL, peopleHouse } from './people.fixture.ts';

describe('people and their sessions', () => {
  let database: TestDatabase;
  let house: PeopleHouse;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(async () => {
    await database.reset();
    house = await peopleHouse(database);
  });
  afterAll(() => database?.close());

  const secretOf = (cookie: string | undefined) => cookie?.split('=')[1] ?? '';
  const rows = () => database.db.select().from(sessions);

  it('the setup link makes the first administrator, who is signed in and may everything', async () => {
    const browser = house.browser();
    expect((await browser.ask('GET', '/setup')).body).toEqual({ needed: true, https: true });
    const token = await house.offer();
    expect(token).toMatch(/^turnout_link_/);
    const { status, body, setCookie } = await browser.ask('POST', '/setup', { token, ...ADA });
    expect({ status, principal: body.principal }).toMatchObject({
      ...{ status: 201, principal: { kind: 'person', login: 'ada', name: 'Ada Admin' } },
    });
    expect(body.rights).toEqual(expect.arrayContaining(['read', 'change', 'kill', 'admin', 'grant', 'root']));
    expect(setCookie).toMatch(/^__Host-turnout=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure$/);
    expect((await browser.ask('GET', '/me')).body.principal.name).toBe('Ada Admin');
    expect((await browser.ask('GET', '/setup')).body.needed).toBe(false);
  });

  it('50 concurrent setup posts make one administrator, and the others hear that there is one', async () => {
    const token = await house.offer();
    const posts = Array.from({ length: 50 }, (_, at) =>
      house.browser().ask('POST', '/setup', { token, ...ADA, login: `admin-${at}` }),
    );
    const statuses = (await Promise.all(posts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
    expect(await database.db.select().from(people)).toHaveLength(1);
  });

  it('a setup link works once, for an hour, and only whole', async () => {
    const token = await house.offer();
    const browser = house.browser();
    const broken = await browser.ask('POST', '/setup', { token: `${token.slice(0, -1)}x`, ...ADA });
    expect(broken).toMatchObject({ status: 403, body: { code: 'link_over' } });
    expect((await browser.ask('POST', '/setup', { token, ...ADA, password: 'short' })).body.errors).toEqual([
      { path: '/password', code: 'custom', expected: 'at least 12 characters' },
    ]);
    expect((await browser.ask('POST', '/setup', { token, ...ADA })).status).toBe(201);
    expect((await browser.ask('POST', '/setup', { token, ...ADA })).status).toBe(409);
  });

  it('the database keeps neither the password nor the secret of a session', async () => {
    house = await peopleHouse(database, { hashing: new PasswordHashing() });
    const ada = await house.setUp();
    const [person] = await database.db.select().from(people);
    expect(person?.password).toMatch(/^scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    const [session] = await rows();
    expect(session?.id).toBe(verifierOf(secretOf(ada.cookie)));
    expect(JSON.stringify(house.house.list.toDisk())).not.toContain(secretOf(ada.cookie));
  });

  it('the session’s id changes at sign-in, and a login means the same person whatever its case', async () => {
    const ada = await house.setUp();
    const first = ada.cookie;
    const { status } = await ada.signIn('ADA', ADA.password);
    expect(status).toBe(200);
    expect(ada.cookie).not.toBe(first);
  });

  it('a wrong password, an unknown login and a disabled account get the same answer', async () => {
    await house.setUp();
    const asked = [
      await house.browser().signIn('ada', 'not the password'),
      await house.browser('192.0.2.2').signIn('nobody', 'not the password'),
    ];
    await database.db.update(people).set({ disabledAt: new Date() });
    asked.push(await house.browser('192.0.2.3').signIn('ada', ADA.password));
    for (const { status, body } of asked) {
      expect({ status, body }).toEqual({ ...asked[0], setCookie: undefined });
      expect(body.code).toBe('sign_in_refused');
    }
  });

  it('signing out ends the session, also where the cookie was copied', async () => {
    const ada = await house.setUp();
    const copied = ada.cookie;
    const { status, setCookie } = await ada.ask('DELETE', '/session');
    expect({ status, setCookie }).toMatchObject({ status: 204, setCookie: expect.stringContaining('Max-Age=0') });
    ada.cookie = copied;
    expect((await ada.ask('GET', '/me')).body).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it('signing out everywhere ends every session, on other nodes too, and tells their open streams', async () => {
    const ada = await house.setUp();
    const elsewhere = house.browser();
    await elsewhere.signIn('ada', ADA.password);
    const other = new AccessList({ db: database.db, clock: house.house.clock, rootVerifier: undefined });
    await other.refresh();
    const told: string[] = [];
    other.onRevoked((id) => told.push(id));
    const secret = secretOf(elsewhere.cookie);
    expect(other.findSession(secret)).toMatchObject({ kind: 'person', login: 'ada' });
    expect((await ada.ask('POST', '/session/end-all')).status).toBe(204);
    // The revision moved, so the 2 s query finds it.
    await other.refresh();
    expect(other.findSession(secret)).toBe('unknown');
    expect(told).toContain(verifierOf(secret));
    expect((await elsewhere.ask('GET', '/me')).status).toBe(401);
    expect((await rows()).every(({ endedAt }) => endedAt !== null)).toBe(true);
  });

  it('with the database away one signs out all the same, and the log has it once it is back', async () => {
    const ada = await house.setUp();
    const copied = ada.cookie;
    const { parts, revocations } = house;
    const { commit } = parts;
    parts.commit = () => Promise.reject(new Problem('database_unavailable', 'away'));
    expect((await ada.ask('DELETE', '/session')).status).toBe(204);
    ada.cookie = copied;
    expect((await ada.ask('GET', '/me')).status).toBe(401);
    expect(revocations.waiting).toBe(1);
    parts.commit = commit;
    await revocations.settle();
    expect(revocations.waiting).toBe(0);
    expect((await ada.ask('GET', '/me')).status).toBe(401);
    expect((await rows()).every(({ endedAt }) => endedAt !== null)).toBe(true);
    const logged = await database.db.select().from(changes).where(eq(changes.action, 'session.end'));
    expect(logged).toMatchObject([
      { actor: expect.stringMatching(/^person:/), subject: expect.stringMatching(/^person\//) },
    ]);
  });

  it('a new password ends all other sessions, and the one that asked goes on under a new id', async () => {
    const ada = await house.setUp();
    const before = ada.cookie;
    const elsewhere = house.browser();
    await elsewhere.signIn('ada', ADA.password);
    const next = 'another horse and another battery';
    const wrong = await ada.ask('POST', '/me/password', { current: 'wrong', next });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ path: '/current' }] } });
    expect((await ada.ask('POST', '/me/password', { current: ADA.password, next })).status).toBe(200);
    expect(ada.cookie).not.toBe(before);
    expect((await ada.ask('GET', '/me')).status).toBe(200);
    expect((await elsewhere.ask('GET', '/me')).status).toBe(401);
    expect((await elsewhere.signIn('ada', ADA.password)).status).toBe(401);
    expect((await elsewhere.signIn('ada', next)).status).toBe(200);
  });

  it('one sees where one is signed in, and ends a session there', async () => {
    const ada = await house.setUp();
    const phone = house.browser('198.51.100.7');
    await phone.signIn('ada', ADA.password);
    const { items } = (await ada.ask('GET', '/me/sessions')).body;
    expect(items).toMatchObject([
      { address: '198.51.100.7', agent: 'a test browser', current: false },
      { address: '192.0.2.1', current: true },
    ]);
    expect((await ada.ask('POST', `/me/sessions/${items[0].id}/end`)).status).toBe(204);
    expect((await phone.ask('GET', '/me')).status).toBe(401);
    expect((await ada.ask('POST', `/me/sessions/${items[0].id}/end`)).status).toBe(404);
  });

  it('a session is over after twelve hours', async () => {
    const ada = await house.setUp();
    const [session] = await rows();
    expect((session?.expiresAt.getTime() ?? 0) - (session?.madeAt.getTime() ?? 0)).toBe(12 * 3_600_000);
    const { clock } = house.house;
    let later = 0;
    const aged = { ...clock, now: () => new Date(Date.now() + later) };
    const list = new AccessList({ db: database.db, clock: aged, rootVerifier: undefined });
    await list.refresh();
    const told: string[] = [];
    list.onRevoked((id) => told.push(id));
    const secret = secretOf(ada.cookie);
    expect(list.findSession(secret)).toMatchObject({ kind: 'person' });
    later = 12 * 3_600_000;
    expect(list.findSession(secret)).toBe('expired');
    list.expire();
    list.expire();
    expect(told).toEqual([verifierOf(secret)]);
  });

  it('somebody who signed out is not revived by a start from the disk', async () => {
    const ada = await house.setUp();
    const secret = secretOf(ada.cookie);
    const parts = { db: database.db, clock: house.house.clock, rootVerifier: undefined };
    const [before, after] = [new AccessList(parts), new AccessList(parts)];
    before.fromDisk(house.house.list.toDisk());
    expect(before.findSession(secret)).toMatchObject({ kind: 'person', login: 'ada' });
    await ada.ask('DELETE', '/session');
    after.fromDisk(house.house.list.toDisk());
    expect(after.findSession(secret)).toBe('unknown');
  });

  it('sign-ins, sign-outs and refused ones are in the installation’s log, and never a login that nobody has', async () => {
    const ada = await house.setUp();
    await ada.signIn('ada', ADA.password);
    await ada.ask('DELETE', '/session');
    for (let at = 0; at < 3; at++) await house.browser().signIn('a password in the wrong field', 'x');
    await house.browser().signIn('ada', 'wrong');
    await house.house.events.flush();
    const installation = await house.parts.installationProject();
    const logged = await database.db
      .select()
      .from(changes)
      .where(eq(changes.projectId, installation))
      .orderBy(changes.seq);
    expect(logged.map(({ action }) => action)).toEqual([
      ...['person.first', 'session.begin', 'session.end', 'session.refused', 'session.refused'],
    ]);
    expect(JSON.stringify(logged)).not.toContain('wrong field');
  });

  it('whoever was signed out a moment ago changes nothing, though memory believes in them still', async () => {
    await seedProject(database.db, 'shop', ['staging'], []);
    const ada = await house.setUp();
    const make = () => ada.ask('POST', '/projects/shop/environments/staging/keys', { kind: 'server', name: 'app' });
    expect((await make()).status).toBe(201);
    await database.db.update(sessions).set({ endedAt: new Date() });
    expect((await make()).body).toMatchObject({ status: 401, detail: 'This session has ended.' });
    await database.db.update(sessions).set({ endedAt: null });
    await database.db.update(memberships).set({ roles: ['editor'] });
    expect((await make()).body).toMatchObject({ status: 403, code: 'forbidden' });
    await database.db.update(memberships).set({ roles: ['admin'] });
    await database.db.update(people).set({ disabledAt: new Date() });
    expect((await make()).status).toBe(401);
  });

  it('what one may do is told by project and environment, with why not', async () => {
    await seedProject(database.db, 'shop', ['staging', 'production'], []);
    const ada = await house.setUp();
    const { projects } = (await ada.ask('GET', '/me')).body;
    expect(projects).toMatchObject([
      { key: 'shop', demo: false, environments: [{ key: 'production' }, { key: 'staging' }] },
    ]);
    expect(projects[0].environments[0].may.grow).toEqual({ yes: true });
    await database.db.update(environments).set({ protected: true }).where(eq(environments.key, 'production'));
    await database.db.update(installation).set({ accessRevision: sql`${installation.accessRevision} + 1` });
    await house.house.list.refresh();
    const { may } = (await ada.ask('GET', '/me')).body.projects[0].environments[0];
    // What one may ask for is told apart from what one has no right to.
    expect(may.grow).toMatchObject({ yes: false, asks: true, why: expect.stringContaining('approved request') });
    expect(may.safe).toEqual({ yes: true });
  });

  it('a token and root are told who they are, too, and have no account', async () => {
    const shop = await seedProject(database.db, 'shop', ['staging', 'production'], []);
    const secret = await house.newToken(['killer'], shop.projectId, shop.environmentIds[0] ?? 0);
    const program = house.browser();
    const { body } = await program.ask('GET', '/me', undefined, { authorization: `Bearer ${secret}` });
    expect(body).toMatchObject({
      principal: { kind: 'token' },
      session: null,
      projects: [{ environments: [{ key: 'staging' }] }],
    });
    expect(body.projects[0].environments[0].may).toMatchObject({
      ...{ kill: { yes: true }, safe: { yes: true }, grow: { yes: false, why: expect.stringContaining('editor') } },
    });
    const root = await program.ask('GET', '/me', undefined, { authorization: `Bearer ${house.root}` });
    expect(root.body).toMatchObject({ principal: { kind: 'root' }, session: null });
    expect((await program.ask('GET', '/me/sessions', undefined, { authorization: `Bearer ${secret}` })).status).toBe(
      403,
    );
  });

  describe('a request with a cookie', () => {
    it.each([
      ['a cross-site post', { 'sec-fetch-site': 'cross-site' }],
      ['a post of a sibling site', { 'sec-fetch-site': 'same-site' }],
      ['a post with a foreign origin', { 'sec-fetch-site': undefined, origin: 'https://evil.test' }],
      ['a post that says nothing of where it comes from', { 'sec-fetch-site': undefined }],
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['text', { 'content-type': 'text/plain' }],
    ])('%s is refused with 403, and does nothing', async (_title, headers) => {
      const ada = await house.setUp();
      const { status, body } = await ada.ask('POST', '/session/end-all', '{}', headers);
      expect({ status, code: body.code }).toEqual({ status: 403, code: 'cross_site' });
      expect((await ada.ask('GET', '/me')).status).toBe(200);
    });

    it('is taken from our own origin where a browser says nothing of sites', async () => {
      const ada = await house.setUp();
      const headers = { 'sec-fetch-site': undefined, origin: PUBLIC_URL };
      expect((await ada.ask('POST', '/session/end-all', {}, headers)).status).toBe(204);
    });

    it('that another site made the browser send is refused even where it only reads', async () => {
      const ada = await house.setUp();
      expect((await ada.ask('GET', '/me', undefined, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect((await ada.ask('GET', '/me', undefined, { 'sec-fetch-site': 'none' })).status).toBe(200);
    });

    it('counts for nothing beside a bearer token', async () => {
      const ada = await house.setUp();
      const headers = { authorization: 'Bearer of-nobody' };
      expect((await ada.ask('GET', '/me', undefined, headers)).status).toBe(401);
      const root = { authorization: `Bearer ${house.root}` };
      expect((await ada.ask('GET', '/me', undefined, root)).body.principal.kind).toBe('root');
    });
  });

  it('invented links ask the database so many times a second from one address, and no more', async () => {
    const invent = (address: string) =>
      house.browser(address).ask('POST', '/invitations', { token: mintSecret('link').secret, password: ADA.password });
    const tried = await Promise.all(Array.from({ length: 60 }, () => invent('192.0.2.7')));
    const counts = (status: number) => tried.filter((answer) => answer.status === status).length;
    expect(counts(429)).toBeGreaterThan(0);
    expect(counts(403) + counts(429)).toBe(60);
    expect((await invent('192.0.2.8')).status).toBe(403);
  });

  it('another site cannot sign a browser in', async () => {
    await house.setUp();
    const { status, body } = await house
      .browser()
      .ask('POST', '/session', { login: 'ada', password: ADA.password }, { 'sec-fetch-site': 'cross-site' });
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'cross_site' });
  });

  it('over plain http from elsewhere nobody signs in, and hears to set PUBLIC_URL', async () => {
    await house.setUp();
    Object.assign(house.house, { publicUrl: undefined });
    const browser = house.browser();
    expect((await browser.ask('GET', '/setup')).body.https).toBe(false);
    const { status, body } = await browser.signIn('ada', ADA.password);
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'https_required' });
    expect(body.detail).toContain('PUBLIC_URL');
  });
});
