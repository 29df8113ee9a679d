import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAccess } from '../access/access-store.ts';
import { readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { commitChange } from '../changes/commit-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { environmentRoutes } from './environment-routes.ts';
import { placeRoutes } from './place-routes.ts';
import { projectRoutes } from './project-routes.ts';

describe.each(databaseKinds)('where one may kill, on the %s database', (kind) => {
  let database: TestDatabase;
  let house: TestHouse;
  let app: ReturnType<TestHouse['mount']>;
  let callers: Record<string, string>;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    const door = testDoor(database, []);
    house = await testHouse(database, (order, write) => commitChange(door, order, write));
    const { list } = house.house;
    const parts = { door, list, fillEnvironment: async () => undefined };
    app = house.mount({
      '/api/v1': projectRoutes(parts).route('/', placeRoutes({ list })),
      '/api/v1/projects/:project': environmentRoutes(parts),
    });
    for (const project of ['blog', 'shop']) {
      await ask(house.root, '/projects', { key: project });
      for (const key of ['production', 'staging']) await ask(house.root, `/projects/${project}/environments`, { key });
    }
    await list.refresh();
    const { projects, environments } = await readAccess(database.db);
    const shop = projects.find(({ key }) => key === 'shop')?.id ?? 0;
    const production = environments.find(({ key, projectId }) => key === 'production' && projectId === shop)?.id ?? 0;
    callers = {
      root: house.root,
      editor: await house.newToken(['editor'], shop),
      killKey: await house.newKey('kill', shop, production),
      viewer: await house.newToken(['viewer'], shop),
      serverKey: await house.newKey('server', shop, production),
      clientKey: await house.newKey('client', shop, production),
    };
  });
  afterAll(() => database?.close());

  async function ask(secret: string | undefined, path: string, body?: unknown) {
    const response = await app.request(`/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return readAnswer(response);
  }

  it('each sees what is theirs, a kill key its own environment, and who may not kill sees nothing', async () => {
    const both = ['production', 'staging'];
    const inBlog = { project: 'blog', environments: both };
    expect((await ask(callers.root, '/places')).body).toEqual({
      places: [inBlog, { project: 'shop', environments: both }],
    });
    expect((await ask(callers.editor, '/places')).body).toEqual({
      places: [{ project: 'shop', environments: both }],
    });
    expect((await ask(callers.killKey, '/places')).body).toEqual({
      places: [{ project: 'shop', environments: ['production'] }],
    });
    for (const name of ['viewer', 'serverKey', 'clientKey']) {
      expect((await ask(callers[name], '/places')).status).toBe(403);
    }
  });

  it('a wrong name is told what there is, as far as the caller sees it; keys of apps hear nothing', async () => {
    const told = async (name: string, path: string) => (await ask(callers[name], path)).body.detail;
    expect(await told('editor', '/projects/shopp')).toBe('There is no such project. You see: shop.');
    expect(await told('editor', '/projects/shop/environments/prod')).toBe(
      'There is no such environment. You see: production, staging.',
    );
    expect(await told('killKey', '/projects/shop/environments/staging')).toBe(
      'There is no such environment. You see: production.',
    );
    expect(await told('killKey', '/projects/blog')).toBe('There is no such project. You see: shop.');
    for (const name of ['serverKey', 'clientKey']) {
      expect(await told(name, '/projects/shop/environments/staging')).toBe('There is no such environment.');
    }
  });
});
