import { Turnout } from '@turnout/sdk-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres } from '../database/test-database.ts';
import { turnout } from './command-line.fixture.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const ROOT_TOKEN = 'a-root-token-for-the-command-line-and-the-test';
const SOON = { timeout: 5_000 };

describe.each(hasPostgres ? ['postgres', 'embedded'] : ['embedded'])('a flip on %s', (kind) => {
  let database: FreshDatabase | undefined;
  let server: ServerProcess;
  let app: Turnout;

  beforeAll(async () => {
    if (kind === 'postgres') database = await freshDatabase();
    const where = database ? { DATABASE_URL: database.url } : {};
    server = await startServer({ ...where, TURNOUT_ROOT_TOKEN: ROOT_TOKEN });
    const { serverKey } = await prepareProject(server, 'p', ['new-cart', 'old-cart']);
    app = new Turnout({ url: server.url, key: serverKey, logger: false });
    expect(await app.ready()).toMatchObject({ source: 'stream' });
  });
  afterAll(async () => {
    await app?.close();
    await server?.remove();
    await database?.drop();
  });

  const flagPath = (verb: string) => `/projects/p/environments/production/flags/new-cart/${verb}`;
  const newCart = () => app.boolean('new-cart', false, { targetingKey: 'user-1' });

  it('over the API reaches a running app, with its change and its callback', async () => {
    expect(newCart()).toBe(true);
    const seen: unknown[] = [];
    const stop = app.watch('new-cart', false, {}, (now, before) => seen.push([before.value, now.value]));
    const changes: { keys: string[] }[] = [];
    app.on('change', (change) => changes.push(change));
    const off = await server.api('POST', flagPath('off'), { reason: 'a test' });
    expect(off.body).toMatchObject({ changed: true, change: { environments: [{ key: 'production' }] } });
    await expect.poll(newCart, SOON).toBe(false);
    expect(seen).toEqual([[true, false]]);
    expect(changes.at(-1)).toMatchObject({ position: off.body.change.environments[0].position, keys: ['new-cart'] });
    expect((await server.api('POST', flagPath('off'), {})).body).toMatchObject({ changed: false });
    await server.api('POST', flagPath('on'), {});
    await expect.poll(newCart, SOON).toBe(true);
    stop();
  });

  it('from the command line reaches it, and so do a kill and a restore', async () => {
    const env = { TURNOUT_URL: server.url, TURNOUT_KEY: ROOT_TOKEN };
    const run = (...words: string[]) => turnout([...words, '-p', 'p', '-e', 'production'], env);
    expect(await run('off', 'new-cart')).toMatchObject({ code: 0 });
    await expect.poll(newCart, SOON).toBe(false);
    expect(await run('on', 'new-cart')).toMatchObject({ code: 0 });
    await expect.poll(newCart, SOON).toBe(true);
    expect(await run('kill', 'new-cart', '--reason', 'it burns')).toMatchObject({ code: 0 });
    await expect.poll(newCart, SOON).toBe(false);
    expect(app.evaluate('new-cart', false, {})).toMatchObject({ reason: 'DISABLED', disabledBy: 'killed' });
    const refused = await run('on', 'new-cart');
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('restore');
    expect(newCart()).toBe(false);
    expect(await run('restore', 'new-cart')).toMatchObject({ code: 0 });
    await expect.poll(newCart, SOON).toBe(true);
    expect(app.boolean('old-cart', false)).toBe(true);
  }, 120_000);

  it('is in the log, and the chain verifies', async () => {
    const page = await server.api('GET', '/projects/p/changes?subject=flag/new-cart&limit=200');
    const actions = page.body.items.map((change: { action: string }) => change.action);
    expect(actions).toEqual(expect.arrayContaining(['flag.off', 'flag.on', 'flag.kill', 'flag.restore']));
    expect((await server.api('GET', '/projects/p/changes/verify')).body).toMatchObject({ ok: true });
  });
});
