import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { checkMayChange } from '../access/may-change.ts';
import { environments } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { commitChange } from './commit-change.ts';
import { testDoor } from './door.fixture.ts';
import type { ChangeOrder, Door } from './door.ts';
import { changeRoutes, epochRoutes } from './routes.ts';
import { root, seedProject, setState } from './seed.fixture.ts';
import { stateUndoer } from './undo.fixture.ts';
import { verifyChain } from './verify-chain.ts';

describe.each(databaseKinds)('the log over HTTP on the %s database', (kind) => {
  let database: TestDatabase;
  let house: TestHouse;
  let door: Door;
  let later = 0;
  let app: ReturnType<TestHouse['mount']>;
  let shop: Awaited<ReturnType<typeof seedProject>>;
  let staging = 0;
  let production = 0;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + later) };

  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(async () => {
    await database.reset();
    later = 0;
    door = { ...testDoor(database, [checkMayChange]), clock };
    shop = await seedProject(database.db, 'shop', ['staging', 'production'], ['f', 'g']);
    [staging = 0, production = 0] = shop.environmentIds;
    house = await testHouse(database, (order, write) => commitChange(door, order, write));
    const parts = { door, list: house.house.list, undoers: [stateUndoer], tellers: [] };
    app = house.mount({
      '/projects/:project': changeRoutes(parts),
      '/projects/:project/environments/:environment': epochRoutes(parts),
    });
  });
  afterAll(() => database?.close());

  async function ask(method: string, path: string, as = house.root, body?: unknown, over: Record<string, string> = {}) {
    const response = await app.request(path, {
      method,
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', ...over },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return readAnswer(response);
  }
  const set = (flag: string, state: 'on' | 'off', where = shop.environmentIds, over: Partial<ChangeOrder> = {}) =>
    setState(door, shop.projectId, where, flag, state, over);
  const undo = (id: number | undefined, as = house.root, over: object = {}) =>
    ask('POST', `/projects/shop/changes/${id}/undo`, as, over);
  const stateOf = async (flag: string, environmentId: number) => {
    const rows = await database.db.execute(
      sql`SELECT c.state FROM flag_environments c JOIN flags f ON f.id = c.flag_id
        WHERE f.key = ${flag} AND c.environment_id = ${environmentId}`,
    );
    const list = Array.isArray(rows) ? rows : (rows as { rows: { state: string }[] }).rows;
    return (list[0] as { state: string }).state;
  };

  describe('reading', () => {
    it('lists newest first, in pages, and follows oldest first from a seq', async () => {
      for (const flag of ['f', 'g']) await set(flag, 'on', [staging]);
      await set('f', 'off', [staging]);
      const first = await ask('GET', '/projects/shop/changes?limit=2');
      expect(first.body.items.map((item: { seq: number }) => item.seq)).toEqual([3, 2]);
      expect(first.body.items[0]).toMatchObject({
        actor: 'root',
        action: 'flag.off',
        subject: 'flag/f',
        reason: null,
        killId: null,
        environments: [{ key: 'staging', position: `${shop.epochs[0]}.3`, direction: 'safe' }],
      });
      const second = await ask('GET', `/projects/shop/changes?limit=2&cursor=${first.body.next}`);
      expect(second.body).toMatchObject({ items: [{ seq: 1 }], next: null });
      const tail = await ask('GET', '/projects/shop/changes?after=1&limit=1');
      expect(tail.body.items.map((item: { seq: number }) => item.seq)).toEqual([2]);
      const rest = await ask('GET', `/projects/shop/changes?after=1&limit=1&cursor=${tail.body.next}`);
      expect(rest.body).toMatchObject({ items: [{ seq: 3 }], next: null });
      expect((await ask('GET', '/projects/shop/changes?after=3')).body).toEqual({ items: [], next: null });
    });

    it('filters by environment, subject, actor and action', async () => {
      await set('f', 'on', [staging]);
      await set('g', 'on', [production]);
      await set('g', 'off', [production], { actor: 'token:x' });
      const seqs = async (query: string) =>
        (await ask('GET', `/projects/shop/changes?${query}`)).body.items.map((item: { seq: number }) => item.seq);
      expect(await seqs('environment=production')).toEqual([3, 2]);
      expect(await seqs('subject=flag/f')).toEqual([1]);
      expect(await seqs('actor=token:x')).toEqual([3]);
      expect(await seqs('action=flag.on&environment=production')).toEqual([2]);
      expect(await seqs('subject=flag/*')).toEqual([3, 2, 1]);
      expect(await seqs('subject=segment/*')).toEqual([]);
      expect(await seqs('action=flag.off,key.*')).toEqual([3]);
      expect(await seqs('action=flag.*')).toEqual([3, 2, 1]);
      // A wildcard of the database's own language means nothing here.
      expect(await seqs('action=flag.%25')).toEqual([]);
      expect((await ask('GET', '/projects/shop/changes?environment=nowhere')).body).toMatchObject({
        status: 422,
        errors: [{ path: '/query/environment' }],
      });
    });

    it('filters by time, by direction and by what is protected', async () => {
      await set('f', 'on', shop.environmentIds);
      later = 60_000;
      const { change } = await set('g', 'on', [staging]);
      later = 120_000;
      await set('f', 'off', [production], { reason: '"direction":"growing"' });
      await database.db.update(environments).set({ protected: true }).where(eq(environments.id, production));
      const seqs = async (query: string) =>
        (await ask('GET', `/projects/shop/changes?${query}`)).body.items.map((item: { seq: number }) => item.seq);
      const at = encodeURIComponent(change?.at ?? '');
      expect(await seqs(`since=${at}`)).toEqual([3, 2]);
      expect(await seqs(`until=${at}`)).toEqual([1]);
      const inZurich = new Date(new Date(change?.at ?? '').getTime() + 3_600_000).toISOString().replace('Z', '+01:00');
      expect(await seqs(`since=${encodeURIComponent(inZurich)}&limit=1`)).toEqual([3]);
      expect(await seqs('direction=growing')).toEqual([2, 1]);
      expect(await seqs('direction=safe')).toEqual([3]);
      expect(await seqs('direction=safe&environment=staging')).toEqual([]);
      expect(await seqs('direction=growing&environment=production')).toEqual([1]);
      expect(await seqs('protected=true')).toEqual([3, 1]);
      expect(await seqs('protected=true&environment=staging')).toEqual([]);
      for (const [query, path] of [
        ['since=yesterday', '/query/since'],
        ['until=2026-01-31', '/query/until'],
        ['direction=up', '/query/direction'],
        ['protected=false', '/query/protected'],
      ]) {
        expect((await ask('GET', `/projects/shop/changes?${query}`)).body).toMatchObject({
          status: 422,
          errors: [{ path }],
        });
      }
    });

    it('says in words what an entry did, where no room knows better words', async () => {
      const { change } = await set('f', 'on', shop.environmentIds);
      const { body } = await ask('GET', '/projects/shop/changes');
      expect(body.items[0].summary).toBe('flag f in staging and production: state off → on');
      expect((await ask('GET', `/projects/shop/changes/${change?.id}`)).body.summary).toBe(body.items[0].summary);
      const seesStaging = await house.newToken(['viewer'], shop.projectId, staging);
      const seen = await ask('GET', '/projects/shop/changes', seesStaging);
      expect(seen.body.items[0].summary).toBe('flag f in staging: state off → on');
    });

    it('shows one entry whole: before, after, reason, direction and patch', async () => {
      const { change } = await set('f', 'on', shop.environmentIds, { reason: 'time has come' });
      const { body } = await ask('GET', `/projects/shop/changes/${change?.id}`);
      expect(body).toMatchObject({ reason: 'time has come', before: { state: 'off' }, after: { state: 'on' } });
      expect(body.environments[1]).toMatchObject({
        key: 'production',
        direction: 'growing',
        patch: { to: `${shop.epochs[1]}.1`, flags: { f: { state: 'on' } } },
      });
      for (const id of ['999999', '0', 'x', '1e99']) {
        expect([404, 422]).toContain((await ask('GET', `/projects/shop/changes/${id}`)).status);
      }
    });

    it('keeps an erased entry in the list, without what it held', async () => {
      await set('f', 'on', [staging], { reason: 'a name of a person' });
      await database.db.transaction(async (tx) => {
        await tx.execute(sql`SELECT set_config('turnout.erase', 'on', true)`);
        await tx.execute(sql`DELETE FROM change_payloads`);
      });
      const { body } = await ask('GET', '/projects/shop/changes');
      expect(body.items).toMatchObject([{ erased: true, reason: null, action: 'flag.on' }]);
      expect((await ask('GET', '/projects/shop/changes/verify')).body).toMatchObject({ ok: true, erased: 1 });
      expect((await undo(body.items[0].id)).body).toMatchObject({ status: 409, code: 'wrong_state' });
    });

    it('shows a token of one environment only what changed its own, and nothing of others', async () => {
      await set('f', 'on', [staging]);
      await set('f', 'on', [production]);
      const both = await set('g', 'on');
      const limited = await house.newToken(['viewer'], shop.projectId, production);
      const { body } = await ask('GET', '/projects/shop/changes', limited);
      expect(body.items.map((item: { seq: number }) => item.seq)).toEqual([3, 2]);
      const whole = await ask('GET', `/projects/shop/changes/${both.change?.id}`, limited);
      expect(whole.body.environments.map((one: { key: string }) => one.key)).toEqual(['production']);
      const first = (await ask('GET', '/projects/shop/changes?after=0&limit=1')).body.items[0];
      expect((await ask('GET', `/projects/shop/changes/${first.id}`, limited)).status).toBe(404);
      expect((await ask('GET', '/projects/shop/changes?environment=staging', limited)).status).toBe(422);
      expect((await ask('GET', '/projects/shop/changes/verify', limited)).status).toBe(403);
    });

    it('does not find an entry of another project under this one', async () => {
      const other = await seedProject(database.db, 'other', ['staging'], ['f']);
      const foreign = await setState(door, other.projectId, other.environmentIds, 'f', 'on');
      expect((await ask('GET', `/projects/shop/changes/${foreign.change?.id}`)).status).toBe(404);
      expect((await undo(foreign.change?.id)).status).toBe(404);
    });
  });

  describe('undo', () => {
    it('puts back all environments of a change in one change, which can itself be undone', async () => {
      const { change } = await set('f', 'on');
      const undone = await undo(change?.id);
      expect(undone.body).toMatchObject({
        undone: {
          id: change?.id,
          action: 'flag.on',
          subject: 'flag/f',
          summary: expect.stringMatching(/^flag f in staging and production: /),
        },
        change: { seq: 2, environments: [{ key: 'staging' }, { key: 'production' }] },
      });
      expect([await stateOf('f', staging), await stateOf('f', production)]).toEqual(['off', 'off']);
      const entry = await ask('GET', `/projects/shop/changes/${undone.body.change.id}`);
      expect(entry.body).toMatchObject({ action: 'flag.undo', undoes: change?.id, subject: 'flag/f' });
      expect((await undo(undone.body.change.id)).status).toBe(200);
      expect(await stateOf('f', production)).toBe('on');
      expect(await verifyChain(database.db, shop.projectId)).toMatchObject({ ok: true, entries: 3 });
    });

    it('answers 409 where the subject has changed since, names what, and changes nothing', async () => {
      const { change } = await set('f', 'on', [staging]);
      await set('f', 'off', [staging]);
      const refused = await undo(change?.id);
      expect(refused.body).toMatchObject({ status: 409, code: 'changed_since' });
      expect(refused.body.detail).toMatch(/\/state.*edit it/);
      expect(await verifyChain(database.db, shop.projectId)).toMatchObject({ entries: 2 });
    });

    it('never undoes a kill or a restore: it names the way back', async () => {
      const kill = await set('f', 'on', [staging], { action: 'flag.kill' });
      const restore = await set('f', 'off', [staging], { action: 'flag.restore' });
      expect((await undo(kill.change?.id)).body).toMatchObject({
        status: 409,
        code: 'undo_of_kill',
        detail: expect.stringContaining('restore'),
      });
      expect((await undo(restore.change?.id)).body).toMatchObject({
        status: 409,
        detail: expect.stringContaining('kill'),
      });
    });

    it('says of what it cannot put back that one may edit it', async () => {
      const { change } = await set('f', 'on', [staging], { subject: 'wheel/f' });
      expect((await undo(change?.id)).body).toMatchObject({ status: 409, detail: expect.stringContaining('edit it') });
    });

    it('needs the right in every environment of the change', async () => {
      const { change } = await set('f', 'on');
      const limited = await house.newToken(['editor'], shop.projectId, staging);
      expect((await undo(change?.id, limited)).status).toBe(403);
      const viewer = await house.newToken(['viewer'], shop.projectId);
      expect((await undo(change?.id, viewer)).status).toBe(403);
      const editor = await house.newToken(['editor'], shop.projectId);
      expect((await undo(change?.id, editor)).status).toBe(200);
    });

    it('commits a repeated request once', async () => {
      const { change } = await set('f', 'on');
      const headers = { 'idempotency-key': 'u' };
      const path = `/projects/shop/changes/${change?.id}/undo`;
      const first = await ask('POST', path, house.root, {}, headers);
      await database.db.execute(sql`DELETE FROM idempotent_answers`);
      const again = await ask('POST', path, house.root, {}, headers);
      expect(again.body).toEqual(first.body);
    });
  });

  describe('a minute of grace', () => {
    let killer = '';
    let killerId = '';
    beforeEach(async () => {
      await set('f', 'on');
      killer = await house.newToken(['killer'], shop.projectId);
      killerId = killer.split('_')[2] ?? '';
    });
    /** Turned off by the killer's token. */
    const off = (reason?: string) => {
      const principal = house.house.list.findCredential(killer);
      if (typeof principal === 'string') throw new Error(principal);
      return set('f', 'off', [production], { principal, ...(reason ? { reason } : {}) });
    };

    it('the same person may take back an off within 60 s, though growing is not theirs', async () => {
      const { change } = await off();
      expect(change).toBeDefined();
      later = 59_000;
      expect((await undo(change?.id, killer)).status).toBe(200);
      expect(await stateOf('f', production)).toBe('on');
      const entries = await ask('GET', `/projects/shop/changes?actor=token:${killerId}`);
      expect(entries.body.items).toMatchObject([
        { environments: [{ direction: 'growing' }] },
        { environments: [{ direction: 'safe' }] },
      ]);
    });

    it('in a protected environment too, with a reason', async () => {
      await database.db.update(environments).set({ protected: true });
      const { change } = await off('it looked wrong');
      expect((await undo(change?.id, killer)).body).toMatchObject({ status: 422, errors: [{ path: '/reason' }] });
      expect((await undo(change?.id, killer, { reason: 'it was right' })).status).toBe(200);
    });

    it('not after 60 s', async () => {
      const { change } = await off();
      later = 61_000;
      expect((await undo(change?.id, killer)).status).toBe(403);
    });

    it('not where the environment has moved since', async () => {
      const { change } = await off();
      await set('g', 'on', [production]);
      expect((await undo(change?.id, killer)).status).toBe(403);
    });

    it('not for somebody else', async () => {
      const { change } = await off();
      const other = await house.newToken(['killer'], shop.projectId);
      expect((await undo(change?.id, other)).status).toBe(403);
    });
  });

  describe('a new epoch', () => {
    it('begins for root alone, once for one request, and is logged under the environment’s key', async () => {
      await set('f', 'on', [staging]);
      const path = '/projects/shop/environments/staging/new-epoch';
      const admin = await house.newToken(['admin'], shop.projectId);
      expect((await ask('POST', path, admin, {})).status).toBe(403);
      const headers = { 'idempotency-key': 'e' };
      const begun = await ask('POST', path, house.root, { reason: 'restored a backup' }, headers);
      expect(begun.body).toMatchObject({
        environment: 'staging',
        position: expect.stringMatching(/^[0-9a-f]{32}\.0$/),
      });
      expect(begun.body.position).not.toContain(shop.epochs[0]);
      await database.db.execute(sql`DELETE FROM idempotent_answers`);
      expect((await ask('POST', path, house.root, { reason: 'restored a backup' }, headers)).body).toEqual(begun.body);
      const entry = await ask('GET', `/projects/shop/changes/${begun.body.change.id}`);
      expect(entry.body).toMatchObject({
        action: 'environment.new-epoch',
        subject: 'environment/staging',
        reason: 'restored a backup',
        before: { epoch: shop.epochs[0], revision: 1 },
      });
      expect((await undo(begun.body.change.id)).status).toBe(409);
      expect((await set('g', 'on', [staging], { principal: root })).change?.environments[0]?.position).toMatch(/\.1$/);
      expect(await verifyChain(database.db, shop.projectId)).toMatchObject({ ok: true, entries: 3 });
    });
  });
});
