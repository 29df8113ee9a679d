import type { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HouseEnv } from '../access/guard.ts';
import { type TestHouse, testHouse } from '../access/house.fixture.ts';
import { seedProject, setState } from '../changes/seed.fixture.ts';
import { environments } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { killRoutes } from './kill-routes.ts';
import { openNode, type TestNode } from './test-node.fixture.ts';

const FLAGS = '/projects/p/environments/production/flags';

describe('POST …/kill and …/restore', () => {
  let database: TestDatabase;
  let house: TestHouse;
  let node: TestNode;
  let app: OpenAPIHono<HouseEnv>;
  let projectId: number;
  let environmentIds: number[];
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(async () => {
    await database.reset();
    ({ projectId, environmentIds } = await seedProject(database.db, 'p', ['production', 'staging'], ['a', 'b']));
    house = await testHouse(database);
    node = await openNode(database);
    const path = '/projects/:project/environments/:environment';
    app = house.mount({ [path]: killRoutes({ kill: node.kill, restore: node.restore }) });
    const [environmentId = 0] = environmentIds;
    await setState(node.door, projectId, [environmentId], 'a', 'on');
    await node.rulesets.load(environmentId);
  });
  afterEach(() => node.remove());
  afterAll(() => database.close());

  const production = () => environmentIds[0] ?? 0;
  async function post(path: string, secret: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await app.request(path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secret}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  it('answers 200 with the change when it is in the log, and restore with what it lifted', async () => {
    const killed = await post(`${FLAGS}/a/kill`, house.root, { reason: 'it burns', incident: 'INC-7' });
    expect(killed).toMatchObject({
      status: 200,
      body: { id: expect.stringMatching(/^[0-9a-f]{32}$/), durable: 'log', copies: 1, change: { seq: 2 } },
    });
    const restored = await post(`${FLAGS}/a/restore`, house.root, { reason: 'mended' });
    expect(restored).toMatchObject({
      status: 200,
      body: { flag: 'a', environment: 'production', changed: true, lifted: [killed.body.id], change: { seq: 3 } },
    });
    expect(await post(`${FLAGS}/a/restore`, house.root)).toMatchObject({ status: 200, body: { changed: false } });
  });

  it('answers 202 when it is in the journal', async () => {
    node.database.state = 'refused';
    const killed = await post(`${FLAGS}/a/kill`, house.root, {});
    expect(killed).toMatchObject({ status: 202, body: { durable: 'journal', copies: 1 } });
    expect(await post(`${FLAGS}/a/restore`, house.root, {})).toMatchObject({ status: 503 });
  });

  it('needs no body and no reason, not even where it is protected', async () => {
    await database.db.update(environments).set({ protected: true });
    expect(await post(`${FLAGS}/a/kill`, house.root)).toMatchObject({ status: 200 });
    expect(await post(`${FLAGS}/b/kill`, house.root, { reason: '' })).toMatchObject({ status: 200 });
    expect(await post(`${FLAGS}/a/restore`, house.root)).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/reason' }] },
    });
  });

  it('takes every role but viewer, and kill keys; of their own environment and flags alone', async () => {
    const [, staging = 0] = environmentIds;
    const callers: [string, string, number][] = [
      ['viewer', await house.newToken(['viewer'], projectId), 403],
      ['editor', await house.newToken(['editor'], projectId), 200],
      ['killer', await house.newToken(['killer'], projectId), 200],
      ['kill key', await house.newKey('kill', projectId, production()), 200],
      ['kill key of the flag', await house.newKey('kill', projectId, production(), { flags: ['a'] }), 200],
      ['kill key of another flag', await house.newKey('kill', projectId, production(), { flags: ['b'] }), 403],
      ['kill key of another environment', await house.newKey('kill', projectId, staging), 404],
      ['server key', await house.newKey('server', projectId, production()), 403],
      ['client key', await house.newKey('client', projectId, production()), 403],
      ['nobody', 'turnout_kill_nobody', 401],
    ];
    for (const [who, secret, status] of callers) {
      expect([who, (await post(`${FLAGS}/a/kill`, secret)).status]).toEqual([who, status]);
    }
    const key = callers[3]?.[1] ?? '';
    expect(await post(`${FLAGS}/a/restore`, key)).toMatchObject({ status: 403 });
  });

  it('answers a repeated request with the same kill', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await post(`${FLAGS}/a/kill`, house.root, {}, headers);
    const again = await post(`${FLAGS}/a/kill`, house.root, {}, headers);
    expect(again.body).toMatchObject({ id: first.body.id, change: first.body.change });
    const other = await post(`${FLAGS}/b/kill`, house.root, {}, headers);
    expect(other.body.id).not.toBe(first.body.id);
  });

  it('refuses what it does not understand, and nothing changes', async () => {
    const refused: [string, unknown, number][] = [
      [`${FLAGS}/nobody/kill`, {}, 404],
      [`${FLAGS}/__proto__/kill`, {}, 422],
      [`${FLAGS}/--yes/kill`, {}, 422],
      [`${FLAGS}/a/kill`, '{', 400],
      [`${FLAGS}/a/kill`, { reasons: 'x' }, 422],
      [`${FLAGS}/a/kill`, { reason: 7 }, 422],
      [`${FLAGS}/a/kill`, { reason: 'x'.repeat(1_001) }, 422],
      ['/projects/p/environments/nowhere/flags/a/kill', {}, 404],
      ['/projects/nowhere/environments/production/flags/a/kill', {}, 404],
    ];
    for (const [path, body, status] of refused) {
      expect([path, (await post(path, house.root, body)).status]).toEqual([path, status]);
    }
    expect(node.overlays.size).toBe(0);
    expect(node.rulesets.served(production())?.compiled.ruleset.flags.a?.killed).toBeUndefined();
  });
});
