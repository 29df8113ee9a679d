import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivatePostgres, startPrivatePostgres } from '../database/private-postgres.ts';
import { hasPostgres } from '../database/test-database.ts';
import { StreamReader } from '../delivery/sdk-node.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const SECRET = 'a-secret-that-two-nodes-of-one-house-share';

describe.skipIf(!hasPostgres)('a screen that follows a project', () => {
  let database: PrivatePostgres;
  let here: ServerProcess;
  let there: ServerProcess;
  let viewer = '';

  beforeAll(async () => {
    const started = await startPrivatePostgres();
    if (!started) throw new Error('no Postgres could be started');
    database = started;
    const settings = { DATABASE_URL: database.url, TURNOUT_SECRET: SECRET };
    here = await startServer(settings);
    there = await startServer(settings);
    await prepareProject(here, 'p', ['f', 'g']);
    const made = await here.api('POST', '/projects/p/tokens', { name: 'screen', roles: ['viewer'] });
    viewer = made.body.secret;
  }, 120_000);
  afterAll(async () => {
    await here?.remove();
    await there?.remove();
    await database?.stop();
  });

  const open = async (server: ServerProcess, over: Record<string, string> = {}) => {
    const headers = { authorization: `Bearer ${viewer}`, ...over };
    const reader = await StreamReader.open(`${server.url}/api/v1/projects/p/events`, headers);
    expect(reader.status).toBe(200);
    await reader.next('hello');
    return reader;
  };
  const flip = (server: ServerProcess, verb: string, flag = 'f') =>
    server.api('POST', `/projects/p/environments/production/flags/${flag}/${verb}`, { reason: 'a test' });

  it('hears of a flip on either node, in words, with the same data as the log has', async () => {
    const [mine, theirs] = [await open(here), await open(there)];
    const { body } = await flip(here, 'off');
    const { items } = (await there.api('GET', '/projects/p/changes?limit=1')).body;
    expect(items[0]).toMatchObject({ id: body.change.id, summary: 'f in production: on for everyone → off' });
    for (const screen of [mine, theirs]) {
      expect(await screen.next('change')).toMatchObject({ id: String(body.change.seq), data: items[0] });
    }
    // A screen that loses its node goes on at another.
    mine.close();
    const next = await flip(there, 'on');
    const back = await open(there, { 'last-event-id': String(body.change.seq) });
    expect((await back.next('change')).id).toBe(String(next.body.change.seq));
    for (const screen of [theirs, back]) screen.close();
  }, 60_000);

  it('hears of a kill though Postgres is gone, of its record when it is back, and of the end of the node', async () => {
    const screen = await open(here);
    await database.crash();
    const killed = await flip(here, 'kill', 'g');
    expect(killed.status).toBe(202);
    const { id } = killed.body;
    expect((await screen.next('kill')).data).toEqual({ environment: 'production', flag: 'g', id, state: 'held' });
    const late = await open(here);
    expect((await late.next('kill')).data).toMatchObject({ id, state: 'held' });
    await database.start();
    const deadline = { timeout: 30_000, interval: 200 };
    for (const one of [screen, late]) {
      const states = () => one.events.flatMap(({ event, data }) => (`${event}` === 'kill' ? [data] : []));
      await expect.poll(() => states().at(-1), deadline).toMatchObject({ id, state: 'in-log' });
      await expect.poll(() => one.text, deadline).toContain('g in production: on for everyone → killed');
    }
    await here.stop();
    await screen.next('goodbye');
    await expect.poll(() => screen.ended).toBe(true);
  }, 120_000);

  it('hears nothing any more within seconds of the revocation of its token, on the other node', async () => {
    const screen = await open(there);
    const { items } = (await there.api('GET', '/projects/p/tokens')).body;
    expect((await there.api('POST', `/projects/p/tokens/${items[0].id}/revoke`, {})).status).toBe(200);
    await screen.next('revoked');
  }, 60_000);
});
