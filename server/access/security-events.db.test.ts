import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../changes/verify-chain.ts';
import { changePayloads, changes } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import { findInstallationProject } from './access-store.ts';
import { type KeyHouse, keyHouse } from './keys.fixture.ts';
import { SecurityEvents } from './security-events.ts';

const TOKENS = '/projects/shop/tokens';

describe('security events', () => {
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

  /** The installation's chain: what was recorded, with its payload. */
  async function recorded() {
    const projectId = await findInstallationProject(database.db);
    const rows = await database.db
      .select({ change: changes, body: changePayloads.body })
      .from(changes)
      .innerJoin(changePayloads, eq(changePayloads.changeId, changes.id))
      .where(eq(changes.projectId, projectId))
      .orderBy(asc(changes.seq));
    expect(await verifyChain(database.db, projectId)).toMatchObject({ ok: true, entries: rows.length });
    return rows.map(({ change, body }) => ({ ...change, after: JSON.parse(body).after }));
  }

  it('failed rights are one entry a flush and principal, with a count, by route pattern and never by address', async () => {
    const editor = await house.newToken(['editor'], house.shop.projectId);
    for (let i = 0; i < 3; i++) await house.ask('GET', TOKENS, undefined, editor);
    await house.ask('GET', `${TOKENS}/whose-id-is-nobodys`, undefined, editor);
    await house.house.events.flush();
    const events = await recorded();
    expect(events).toMatchObject([
      {
        action: 'access.denied',
        actor: `token:${editor.split('_')[2]}`,
        after: { count: 4, routes: { 'GET /projects/:project/tokens': 3, 'GET /projects/:project/tokens/:id': 1 } },
      },
    ]);
    await house.house.events.flush();
    expect(await recorded()).toHaveLength(1);
  });

  it('every use of the root token is recorded', async () => {
    await house.ask('GET', TOKENS);
    await house.ask('GET', TOKENS);
    await house.house.events.flush();
    expect(await recorded()).toMatchObject([{ action: 'root.used', actor: 'root', after: { count: 2 } }]);
  });

  it('are kept while they cannot be written, and counted together', async () => {
    let away = true;
    const events = new SecurityEvents({
      clock: systemClock,
      commit: (order, write) => (away ? Promise.reject(new Error('away')) : house.parts.commit(order, write)),
      installationProject: () => findInstallationProject(database.db),
    });
    events.note({ kind: 'root', id: 'root' }, 'root.used', 'GET /a');
    await events.flush();
    events.note({ kind: 'root', id: 'root' }, 'root.used', 'GET /b');
    events.note({ kind: 'root', id: 'root' }, 'root.used', 'GET /a');
    away = false;
    await events.flush();
    expect(await recorded()).toMatchObject([{ after: { count: 3, routes: { 'GET /a': 2, 'GET /b': 1 } } }]);
  });

  it('take no more memory than they are given, however many are refused', async () => {
    const routes: unknown[] = [];
    const events = new SecurityEvents({
      clock: systemClock,
      commit: async (_order, write) => {
        const written = await write(undefined as never, { now: new Date() });
        routes.push(Object.keys((written.after as { routes: object }).routes).length);
        return { result: written.result };
      },
      installationProject: async () => 1,
    });
    for (let i = 0; i < 40; i++) events.note({ kind: 'root', id: 'root' }, 'root.used', `GET /${i}`);
    for (let i = 0; i < 1_100; i++) {
      const token = { kind: 'token', id: `t${i}`, name: '', projectId: 1, environmentId: null, roles: [] } as const;
      events.note({ ...token, roles: [] }, 'access.denied', 'GET /a');
    }
    await events.flush();
    expect(routes).toHaveLength(1_000);
    expect(routes[0]).toBe(20);
  });

  it('of a key that has leaked are also in the log, once a minute: it is to be revoked now', async () => {
    const lines: unknown[] = [];
    const events = new SecurityEvents({
      clock: systemClock,
      commit: async () => Promise.reject(new Error('away')),
      installationProject: async () => 1,
      log: { warn: (about, line) => lines.push([about, line]) },
    });
    const key = { kind: 'key', keyKind: 'server', id: 'k1', projectId: 1, environmentId: 1 } as const;
    for (let i = 0; i < 3; i++) events.note(key as never, 'access.leaked-key', 'GET /a');
    events.note({ kind: 'root', id: 'root' }, 'root.used', 'GET /a');
    expect(lines).toEqual([
      [{ who: 'key:k1', route: 'GET /a' }, expect.stringContaining('a server key came from a browser')],
    ]);
  });
});
