import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAnswer } from '../access/house.fixture.ts';
import { changePayloads, flags, hookSecrets, rollouts } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { insertListener } from '../flags/listening.fixture.ts';
import { alertmanagerBody, openSignalNode, type SignalNode, seedShop, sign } from './signals.fixture.ts';

const GENERIC = { name: 'CI', source: 'generic' };
const quiet = { fingerprint: 'q', status: 'firing', startsAt: new Date().toISOString() };

describe('hooks', () => {
  let database: TestDatabase;
  let shop: SignalNode;
  let projectId: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    const seeded = await seedShop(database, ['cart']);
    projectId = seeded.projectId;
    shop = await openSignalNode(database, seeded.environmentIds);
  });
  afterAll(async () => {
    await shop?.close();
    await database?.close();
  });

  it('list no flag and do nothing to any unless they say so, and flip three flags an hour at most', async () => {
    const made = await shop.call('POST', '/hooks', { name: 'Alerts', source: 'alertmanager' });
    expect([made.status, made.etag]).toEqual([201, '"v1"']);
    expect(made.body.hook).toMatchObject({
      ...{ auth: 'bearer', environments: [], flags: [], tags: [], actions: [], maxFlipsPerHour: 3, lastSignalAt: null },
      path: `/hooks/v1/alertmanager/${made.body.hook.id}`,
    });
    const { id } = made.body.hook;
    const edited = await shop.call('PATCH', `/hooks/${id}`, { actions: ['kill'], environments: ['production'] });
    expect(edited.body.hook).toMatchObject({ actions: ['kill'], environments: ['production'], version: 2 });
    expect((await shop.call('PATCH', `/hooks/${id}`, { actions: ['kill'] })).body.change).toBeUndefined();
    expect((await shop.call('GET', '/hooks')).body.items.map((hook: { id: string }) => hook.id)).toEqual([id]);
    expect((await shop.call('DELETE', `/hooks/${id}`)).status).toBe(200);
    expect((await shop.call('GET', `/hooks/${id}`)).status).toBe(404);
    expect((await shop.call('GET', '/hooks')).body.items).toEqual([]);
  });

  it('stay as they are where a guard of a live rollout hears by them, but for their secret, and may list more', async () => {
    const { db } = database;
    const tagged = { environments: ['staging', 'production'], flags: [], tags: ['checkout'] };
    const made = await shop.call('POST', '/hooks', { name: 'Alerts', source: 'alertmanager', ...tagged });
    const { id } = made.body.hook;
    await db
      .update(flags)
      .set({ tags: ['checkout'] })
      .where(eq(flags.key, 'cart'));
    await insertListener(database, projectId, 'cart');
    for (const less of [{ environments: ['production'] }, { tags: [] }, { tags: [], flags: ['other'] }]) {
      const refused = await shop.call('PATCH', `/hooks/${id}`, less);
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'wrong_state', detail: expect.stringContaining('r-cart') },
      });
    }
    expect((await shop.call('DELETE', `/hooks/${id}`)).status).toBe(409);
    expect((await shop.call('GET', `/hooks/${id}`)).body).toMatchObject({ ...tagged, version: 1 });
    for (const enough of [{ name: 'All alerts' }, { environments: ['staging'] }, { flags: ['cart'] }, { tags: [] }]) {
      expect((await shop.call('PATCH', `/hooks/${id}`, enough)).status).toBe(200);
    }
    expect((await shop.call('POST', `/hooks/${id}/rotate`, { overlapMs: 0 })).status).toBe(201);
    await db.update(rollouts).set({ state: 'finished' });
    expect((await shop.call('DELETE', `/hooks/${id}`)).status).toBe(200);
  });

  it('show their secret once, keep of a token its hash alone, and seal what signs', async () => {
    const bearer = await shop.call('POST', '/hooks', { name: 'Alerts', source: 'alertmanager' });
    const hmac = await shop.call('POST', '/hooks', GENERIC);
    expect([bearer.body.secret, hmac.body.secret]).toEqual([
      expect.stringMatching(/^turnout_hook_/),
      expect.stringMatching(/^turnout_hook_/),
    ]);
    const kept = JSON.stringify([
      await database.db.select().from(hookSecrets),
      await database.db.select().from(changePayloads),
      (await shop.call('GET', `/hooks/${hmac.body.hook.id}`)).body,
    ]);
    for (const { secret } of [bearer.body, hmac.body]) expect(kept).not.toContain(secret.slice(30, 60));
    expect((await shop.call('GET', '/incidents', undefined, bearer.body.secret)).status).toBe(401);
  });

  it('are let in by two secrets while one takes over, and by none that is over', async () => {
    const made = await shop.call('POST', '/hooks', GENERIC);
    const { id, path } = made.body.hook;
    const body = JSON.stringify(quiet);
    const statusOf = async (secret: string) => (await shop.post(path, body, sign(secret, body))).status;
    const second = await shop.call('POST', `/hooks/${id}/rotate`, { overlapMs: 60_000 });
    const overlap = second.body.hook.secrets.map((one: { expiresAt: string | null }) => one.expiresAt).filter(Boolean);
    expect(overlap).toEqual([new Date(Date.parse(second.body.change.at) + 60_000).toISOString()]);
    expect([await statusOf(made.body.secret), await statusOf(second.body.secret)]).toEqual([200, 200]);
    const third = await shop.call('POST', `/hooks/${id}/rotate`, { overlapMs: 0 });
    expect(third.body.hook.secrets).toHaveLength(1);
    expect([await statusOf(made.body.secret), await statusOf(second.body.secret)]).toEqual([401, 401]);
    expect(await statusOf(third.body.secret)).toBe(200);
    await shop.call('DELETE', `/hooks/${id}`);
    expect(await statusOf(third.body.secret)).toBe(401);
  });

  it('refuse whoever cannot prove who they are, in the same words, and read nothing of them', async () => {
    const made = await shop.call('POST', '/hooks', { name: 'Alerts', source: 'alertmanager' });
    const other = await shop.call('POST', '/hooks', { name: 'Others', source: 'alertmanager' });
    const signed = await shop.call('POST', '/hooks', GENERIC);
    const { path } = made.body.hook;
    const body = JSON.stringify(quiet);
    const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
    const old = Date.now() - 301_000;
    const refused: [string, string, Record<string, string>][] = [
      ['nothing', path, {}],
      ['the token of another hook', path, bearer(other.body.secret)],
      ['the root token', path, bearer(shop.house.root)],
      ['a token in the address', `${path}?token=${made.body.secret}`, {}],
      ['another source', path.replace('alertmanager', 'generic'), bearer(made.body.secret)],
      ['a hook that is not there', '/hooks/v1/alertmanager/abcdefghijkl', bearer(made.body.secret)],
      ['a signature where a token is wanted', path, sign(made.body.secret, body)],
      ['a token where a signature is wanted', signed.body.hook.path, bearer(signed.body.secret)],
      ['the signature of another body', signed.body.hook.path, sign(signed.body.secret, '{}')],
      ['a signature of some time ago', signed.body.hook.path, sign(signed.body.secret, body, old)],
    ];
    const heard = new Set<string>();
    for (const [title, to, headers] of refused) {
      const answer = await shop.post(to, body, headers);
      expect([title, answer.status]).toEqual([title, 401]);
      heard.add(answer.body.detail);
    }
    expect(heard.size).toBe(1);
    expect((await shop.call('GET', `/hooks/${signed.body.hook.id}/signals`)).body.items).toEqual([]);
    expect((await shop.post('/hooks/v2/alertmanager/x', body)).status).toBe(404);
    expect((await fetch(`${shop.url}${path}`)).status).toBe(405);
    expect((await shop.post(path, alertmanagerBody([{}]), bearer(made.body.secret))).status).toBe(200);
  });

  it('refuse each change that was made for another version, and show the one that is there', async () => {
    const { id } = (await shop.call('POST', '/hooks', GENERIC)).body.hook;
    await shop.call('PATCH', `/hooks/${id}`, { name: 'CI of the shop' });
    const before = (await shop.call('GET', `/hooks/${id}`)).body;
    const headers = { authorization: `Bearer ${shop.house.root}`, 'if-match': '"v1"' };
    for (const [method, verb] of [
      ['PATCH', ''],
      ['POST', '/rotate'],
      ['DELETE', ''],
    ] as const) {
      const asked = { method, headers: { ...headers, 'content-type': 'application/json' }, body: '{"reason":"r"}' };
      const stale = await readAnswer(await shop.app.request(`/projects/shop/hooks/${id}${verb}`, asked));
      expect([method, stale.status, stale.body.current]).toEqual([method, 412, before]);
    }
    expect((await shop.call('GET', `/hooks/${id}`)).body).toEqual(before);
  });

  it('are an admin’s, and what is not right is refused by its field', async () => {
    const editor = await shop.house.newToken(['editor', 'release-manager'], projectId);
    expect((await shop.call('GET', '/hooks', undefined, editor)).status).toBe(403);
    expect((await shop.call('POST', '/hooks', GENERIC, editor)).status).toBe(403);
    const faults: [object, string][] = [
      [{ source: 'generic' }, '/name'],
      [{ ...GENERIC, source: 'grafana' }, '/source'],
      [{ name: 'x', source: 'alertmanager', auth: 'hmac' }, '/auth'],
      [{ ...GENERIC, actions: ['kill'] }, '/environments'],
      [{ ...GENERIC, environments: ['nowhere'] }, '/environments/0'],
      [{ ...GENERIC, flags: ['../x'] }, '/flags/0'],
      [{ ...GENERIC, actions: ['restore'] }, '/actions/0'],
      [{ ...GENERIC, maxFlipsPerHour: 0 }, '/maxFlipsPerHour'],
      [{ ...GENERIC, secret: 'x' }, '/secret'],
    ];
    for (const [body, pointer] of faults) {
      const refused = await shop.call('POST', '/hooks', body);
      expect([refused.status, refused.body.errors?.[0].path]).toEqual([422, pointer]);
    }
    const made = await shop.call('POST', '/hooks', { ...GENERIC, environments: ['staging'], actions: ['incident'] });
    const emptied = await shop.call('PATCH', `/hooks/${made.body.hook.id}`, { environments: [] });
    expect(emptied.body.errors[0].path).toBe('/environments');
  });

  it('take no body that is too large, packed, no JSON or none of theirs, and name the field', async () => {
    const made = await shop.call('POST', '/hooks', { name: 'Alerts', source: 'alertmanager' });
    const { path } = made.body.hook;
    const bearer = { authorization: `Bearer ${made.body.secret}` };
    const [alert] = alertmanagerBody([{}]).alerts;
    const refused: [unknown, Record<string, string>, number, string?][] = [
      [`"${'x'.repeat(1_048_576)}"`, {}, 413],
      ['{}', { 'content-encoding': 'gzip' }, 415],
      ['{', {}, 400],
      [{ version: '3', alerts: [] }, {}, 422, '/version'],
      [{ version: '4', alerts: [{ ...alert, startsAt: 'yesterday' }] }, {}, 422, '/alerts/0/startsAt'],
      [{ version: '4', alerts: [{ ...alert, status: 'pending' }] }, {}, 422, '/alerts/0/status'],
      [{ version: '4', alerts: [{ ...alert, labels: { a: 1 } }] }, {}, 422, '/alerts/0/labels/a'],
    ];
    for (const [body, headers, status, pointer] of refused) {
      const answer = await shop.post(path, body, { ...bearer, ...headers });
      expect([status, answer.body.errors?.[0].path]).toEqual([answer.status, pointer]);
    }
    expect((await shop.call('GET', `/hooks/${made.body.hook.id}/signals`)).body.items).toEqual([]);
    expect(shop.errors).toEqual([]);
  });
});
