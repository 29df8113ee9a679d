import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { environments } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { type Browser, type PeopleHouse, peopleHouse } from './people.fixture.ts';

describe('somebody who gains a say in what is protected', () => {
  let database: TestDatabase;
  let house: PeopleHouse;
  let ada: Browser;
  beforeAll(async () => {
    database = await openTestDatabase();
    const { environmentIds } = await seedProject(database.db, 'shop', ['staging', 'production'], []);
    await seedProject(database.db, 'other', ['staging'], []);
    house = await peopleHouse(database);
    ada = await house.setUp();
    const guarded = { protected: true, approvals: { count: 1, roles: ['editor' as const] } };
    await database.db
      .update(environments)
      .set(guarded)
      .where(eq(environments.id, environmentIds[1] ?? 0));
  });
  afterAll(() => database?.close());

  let count = 0;
  const add = async (over: object, project = '/projects/shop') => {
    const answer = await ada.ask('POST', `${project}/members`, {
      login: `person-${++count}`,
      roles: ['viewer'],
      ...over,
    });
    return { code: answer.body.code ?? answer.status, ...answer };
  };

  it('is added by no admin alone, where the role approves or rolls out there, or may take protection away', async () => {
    for (const over of [
      { roles: ['editor'] },
      { roles: ['viewer', 'admin'] },
      { roles: ['editor'], environment: 'production' },
      // Whatever the rule there says, a release manager starts rollouts, and approves of their stages.
      { roles: ['release-manager'] },
    ]) {
      expect((await add(over)).code).toBe('approval_required');
    }
    for (const over of [
      {},
      { roles: ['killer'] },
      { roles: ['release-manager'], environment: 'staging' },
      { roles: ['editor'], environment: 'staging' },
    ]) {
      expect((await add(over)).status).toBe(201);
    }
    expect((await add({ roles: ['admin'] }, '/projects/other')).status).toBe(201);
  });

  it('nor are their roles changed to such, nor the place in which they hold widened to there', async () => {
    const { id } = (await add({ roles: ['editor'], environment: 'staging' })).body.member;
    const edit = (patch: object) => ada.ask('PATCH', `/projects/shop/members/${id}`, patch);
    for (const patch of [
      { environment: null },
      { environment: 'production' },
      { roles: ['admin'], environment: null },
    ]) {
      expect((await edit(patch)).body.code).toBe('approval_required');
    }
    expect((await edit({ roles: ['viewer'], environment: null })).status).toBe(200);
    expect((await edit({ roles: ['editor'] })).body.code).toBe('approval_required');
    expect((await edit({ roles: ['killer'] })).status).toBe(200);
  });

  it('who has it in the whole installation is added with the root token alone', async () => {
    const answer = await ada.ask('POST', '/installation/members', { login: 'gil', roles: ['admin'] });
    expect(answer.body).toMatchObject({ code: 'approval_required', detail: expect.stringContaining('root token') });
  });
});
