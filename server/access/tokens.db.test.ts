import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changePayloads, tokens } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { type KeyHouse, keyHouse } from './keys.fixture.ts';
import { rightsOf } from './permissions.ts';
import type { Principal } from './principal.ts';

const TOKENS = '/projects/shop/tokens';

describe('tokens', () => {
  let database: TestDatabase;
  let house: KeyHouse;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(async () => {
    await database.reset();
    house = await keyHouse(database);
  });
  afterAll(() => database?.close());
  const make = (over: object = {}, secret?: string) =>
    house.ask('POST', TOKENS, { name: 'ci', roles: ['editor'], ...over }, secret);

  it('are made by root with roles in the project or in one environment; the secret is shown once', async () => {
    const whole = await make();
    expect(whole).toMatchObject({
      status: 201,
      body: { token: { roles: ['editor'], environment: null, state: 'live' } },
    });
    expect(house.house.list.findCredential(whole.body.secret)).toMatchObject({ kind: 'token', environmentId: null });
    const one = await make({ environment: 'staging', roles: ['viewer', 'killer'] });
    expect(house.house.list.findCredential(one.body.secret)).toMatchObject({
      environmentId: house.shop.environmentIds[0],
      roles: ['viewer', 'killer'],
    });
    const listed = await house.ask('GET', TOKENS);
    expect(listed.body.items.map((item: { environment: unknown }) => item.environment).sort()).toEqual(
      ['staging', null].sort(),
    );
    const random = whole.body.secret.split('_')[3];
    const kept = [listed, await database.db.select().from(changePayloads), await database.db.select().from(tokens)];
    expect(JSON.stringify(kept)).not.toContain(random);
    expect((await house.ask('GET', `${TOKENS}/${one.body.token.id}`)).body).toEqual(one.body.token);
    expect((await house.ask('GET', `/projects/other/tokens/${one.body.token.id}`)).status).toBe(404);
  });

  it('never make tokens, whatever their roles', async () => {
    const admin = await house.newToken(['admin', 'editor', 'killer', 'viewer'], house.shop.projectId);
    expect((await make({}, admin)).body).toMatchObject({
      status: 403,
      detail: expect.stringContaining('a token never has'),
    });
    expect((await make({ roles: ['viewer'] }, admin)).status).toBe(403);
  });

  it('of a check have no roles, post its results, read nothing, and stay when their maker leaves', async () => {
    const { status, body } = await house.ask('POST', TOKENS, { name: 'ci', check: 'acceptance' });
    expect([status, body.token.roles, body.token.check, body.token.owner]).toEqual([201, [], 'acceptance', null]);
    expect(body.secret.startsWith(body.token.startsWith)).toBe(true);
    expect(body.token.startsWith).toMatch(/^turnout_check_/);
    const found = house.house.list.findCredential(body.secret);
    expect(found).toMatchObject({ kind: 'token', roles: [], check: 'acceptance' });
    expect([...rightsOf(found as Principal)]).toEqual(['check']);
    for (const path of [TOKENS, `${TOKENS}/${body.token.id}`]) {
      expect((await house.ask('GET', path, undefined, body.secret)).status).toBe(403);
    }
    await house.ask('POST', `${TOKENS}/${body.token.id}/revoke`, {});
    expect(house.house.list.findCredential(body.secret)).toBe('revoked');
  });

  it('are refused with an unknown role, an unknown environment, a role twice, or an end that is over', async () => {
    const wrong: [object, string][] = [
      [{ roles: ['root'] }, '/roles/0'],
      [{ roles: [] }, '/roles'],
      [{ roles: ['viewer', 'viewer'] }, '/roles'],
      [{ environment: 'nowhere' }, '/environment'],
      [{ check: 'acceptance' }, '/roles'],
      [{ check: '../acceptance', roles: undefined }, '/check'],
      [{ check: 'acceptance', roles: undefined, environment: 'staging' }, '/environment'],
      [{ roles: undefined }, '/roles'],
      [{ expiresAt: '2001-01-01T00:00:00Z' }, '/expiresAt'],
    ];
    for (const [over, path] of wrong)
      expect((await make(over)).body).toMatchObject({ status: 422, errors: [{ path }] });
    expect(await database.db.select().from(tokens)).toHaveLength(0);
  });

  it('are revoked by an admin of the project, and end at once; an admin’s own ends like any other', async () => {
    const { body } = await make();
    const admin = await make({ roles: ['admin'], name: 'admin' });
    const limited = await make({ roles: ['admin'], name: 'limited', environment: 'staging' });
    const path = `${TOKENS}/${body.token.id}/revoke`;
    expect((await house.ask('POST', path, {}, limited.body.secret)).status).toBe(403);
    expect((await house.ask('POST', path, {}, body.secret)).status).toBe(403);
    const revoked = await house.ask('POST', path, {}, admin.body.secret);
    expect(revoked).toMatchObject({ status: 200, body: { token: { state: 'revoked' }, change: {} } });
    expect(house.house.list.findCredential(body.secret)).toBe('revoked');
    expect((await house.ask('POST', path, {}, admin.body.secret)).body).not.toHaveProperty('change');
    const own = `${TOKENS}/${admin.body.token.id}/revoke`;
    expect((await house.ask('POST', own, {}, admin.body.secret)).status).toBe(200);
    expect((await house.ask('POST', own, {}, admin.body.secret)).status).toBe(401);
    expect((await house.ask('POST', `${TOKENS}/unknown/revoke`, {})).status).toBe(404);
  });
});
