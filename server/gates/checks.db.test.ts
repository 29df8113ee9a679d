import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { checkResults, tokens } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import { readCheck } from './check-reading.ts';
import { checkRoutes } from './check-routes.ts';
import { checkResult } from './check-store.ts';

const ONE = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);

describe('what a CI says of commits', () => {
  let database: TestDatabase;
  let house: TestHouse;
  let projectId: number;
  let otherProject: number;
  let secret: string;
  let ask: (method: string, path: string, body?: unknown, by?: string) => Promise<Answered>;

  beforeAll(async () => {
    database = await openTestDatabase();
    ({ projectId } = await seedProject(database.db, 'shop', ['staging'], []));
    ({ projectId: otherProject } = await seedProject(database.db, 'other', ['staging'], []));
    house = await testHouse(database);
    secret = await house.newCheckToken('acceptance', projectId);
    const app = house.mount({ '/projects/:project': checkRoutes({ db: database.db, clock: systemClock }) });
    ask = async (method, path, body, by = secret) => {
      const headers = { authorization: `Bearer ${by}`, 'content-type': 'application/json' };
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      return readAnswer(await app.request(path, init));
    };
  });
  afterAll(() => database?.close());

  const said = { check: 'acceptance', commit: ONE, status: 'passed', repository: 'shop/web', workflow: 'tests' };
  const post = (over: object = {}, by?: string, project = 'shop') =>
    ask('POST', `/projects/${project}/checks`, { ...said, ...over }, by);
  const standing = async (commit = ONE, check = 'acceptance') =>
    (await checkResult(database.db, projectId, check, commit))?.status;

  it('a token of a check posts the results of its own check, in its own project, and does nothing else', async () => {
    const posted = await post({ url: 'https://ci.example/17', summary: '212 tests' });
    expect(posted.status).toBe(201);
    const [row] = await database.db.select().from(tokens);
    expect(posted.body.check).toMatchObject({
      ...said,
      fork: false,
      summary: '212 tests',
      postedBy: `token:${row?.id}`,
    });
    expect(await standing()).toBe('passed');
    expect((await post({ check: 'security' })).status).toBe(403);
    expect((await post({}, undefined, 'other')).status).toBe(404);
    expect((await ask('GET', '/projects/shop/checks')).status).toBe(403);
    for (const role of ['admin', 'release-manager', 'editor'] as const) {
      expect((await post({}, await house.newToken([role], projectId))).status).toBe(403);
    }
    expect(await checkResult(database.db, otherProject, 'acceptance', ONE)).toBeUndefined();
  });

  it('the newest result of a check and a commit counts, and none of another commit or check', async () => {
    expect(await standing(OTHER)).toBeUndefined();
    const stands: (string | undefined)[] = [];
    for (const status of ['pending', 'failed', 'passed', 'pending']) {
      await post({ commit: OTHER, status });
      stands.push(await standing(OTHER));
    }
    expect(stands).toEqual(['pending', 'failed', 'passed', 'pending']);
    expect([await standing(ONE), await standing(OTHER, 'security')]).toEqual(['passed', undefined]);
  });

  it('what a fork wrote never counts, whatever came before', async () => {
    const commit = 'c'.repeat(40);
    await post({ commit, fork: true });
    expect(await standing(commit)).toBeUndefined();
    await post({ commit, status: 'failed' });
    await post({ commit, fork: true });
    expect(await standing(commit)).toBe('failed');
  });

  it('everybody who may read sees them, the newest first, of a commit or a check', async () => {
    const viewer = await house.newToken(['viewer'], projectId);
    const list = async (query: string) => (await ask('GET', `/projects/shop/checks${query}`, undefined, viewer)).body;
    const statuses = ({ items }: { items: { status: string }[] }) => items.map(({ status }) => status);
    expect(statuses(await list(`?commit=${OTHER}`))).toEqual(['pending', 'passed', 'failed', 'pending']);
    const first = await list(`?commit=${OTHER}&limit=3`);
    expect(statuses(await list(`?commit=${OTHER}&limit=3&cursor=${first.next}`))).toEqual(['pending']);
    expect(await list('?check=security')).toEqual({ items: [], next: null });
  });

  it('a field that is not right is named, and nothing is kept', async () => {
    const before = await database.db.$count(checkResults);
    const wrong: [object, string][] = [
      [{ commit: 'main' }, '/commit'],
      [{ commit: ONE.slice(1) }, '/commit'],
      [{ commit: ONE.toUpperCase() }, '/commit'],
      [{ status: 'ok' }, '/status'],
      [{ check: '..' }, '/check'],
      [{ repository: '' }, '/repository'],
      [{ workflow: 'a\nb' }, '/workflow'],
      [{ url: 'javascript:alert(1)' }, '/url'],
      [{ conclusion: 'success' }, '/conclusion'],
    ];
    for (const [over, path] of wrong) {
      const { status, body } = await post(over);
      expect([over, status, body.errors?.[0]?.path]).toEqual([over, 422, path]);
    }
    expect(await database.db.$count(checkResults)).toBe(before);
  });

  it('results that are a year old go, a few whenever one comes', async () => {
    await database.db.update(checkResults).set({ at: sql`now() - interval '366 days'` });
    await post({ commit: 'd'.repeat(40) });
    expect(await database.db.$count(checkResults)).toBe(1);
  });

  it('a gate says what was said last, by whom, and of which commit', () => {
    const at = new Date('2026-01-31T12:00:00Z');
    const result = { repository: 'shop/web', workflow: 'tests', summary: '3 of 212 failed', at };
    const gate = { check: 'acceptance' };
    const read = (status: 'passed' | 'failed' | 'pending') => readCheck(gate, ONE, { ...result, status });
    expect(readCheck(gate, null, undefined)).toMatchObject({
      open: false,
      because: expect.stringMatching(/without a commit/),
    });
    expect(readCheck(gate, ONE, undefined)).toEqual({
      ...{ open: false, because: 'acceptance has said nothing of aaaaaaa yet.' },
    });
    expect(read('passed')).toMatchObject({
      ...{ open: true, at: at.toISOString() },
      because: expect.stringMatching(/^acceptance passed for aaaaaaa \(“tests” of shop\/web/),
    });
    expect(read('failed')).toMatchObject({ open: false, because: expect.stringMatching(/3 of 212 failed\.$/) });
    expect(read('pending')).toMatchObject({ open: false, because: expect.stringMatching(/under way/) });
  });
});
