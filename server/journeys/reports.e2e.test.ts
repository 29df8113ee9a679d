import { randomBytes } from 'node:crypto';
import { Turnout } from '@turnout/sdk-node';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivatePostgres, startPrivatePostgres } from '../database/private-postgres.ts';
import { hasPostgres } from '../database/test-database.ts';
import { clientReportOf } from '../metrics/reports.fixture.ts';
import { type HeldAnswers, holdAnswers } from './held-answers.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

describe.skipIf(!hasPostgres)('what apps evaluate', () => {
  let database: PrivatePostgres;
  let server: ServerProcess;
  let way: HeldAnswers;
  let serverKey: string;
  const apps: Turnout[] = [];

  beforeAll(async () => {
    const started = await startPrivatePostgres();
    if (!started) throw new Error('no Postgres could be started');
    database = started;
    server = await startServer({ DATABASE_URL: database.url });
    way = await holdAnswers(server.url);
    ({ serverKey } = await prepareProject(server, 'p', [
      'cart',
      'twice',
      'away',
      'killed',
      'remote',
      'shown',
      'hidden',
    ]));
  });
  afterAll(async () => {
    for (const app of apps) await app.close({ timeoutMs: 0 });
    await way?.close();
    await server?.remove();
    await database?.stop();
  });

  async function start(url = server.url): Promise<Turnout> {
    const app = new Turnout({ url, key: serverKey, logger: false });
    apps.push(app);
    expect((await app.ready()).error).toBeUndefined();
    return app;
  }

  interface Seen {
    variants: Record<string, number>;
    coded: number;
    body: { variants: { variant: string; position: string | null }[]; codedDefaults: unknown };
  }

  async function seen(flag: string): Promise<Seen> {
    const { status, body } = await server.api('GET', `/projects/p/environments/production/flags/${flag}/evaluations`);
    expect(status).toBe(200);
    const totals = body.variants.map(({ variant, total }: { variant: string; total: number }) => [variant, total]);
    return { variants: Object.fromEntries(totals), coded: body.coded.total, body };
  }

  async function send(report: object): Promise<number> {
    const response = await fetch(`${server.url}/sdk/v1/reports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(report),
    });
    return response.status;
  }

  it('has beside it what pages say, with a key that the whole world can read', async () => {
    const at = '/projects/p/environments/production';
    const page = { kind: 'client', name: 'page', origins: ['https://shop.example'] };
    const key: string = (await server.api('POST', `${at}/keys`, page)).body.secret;
    await server.api('PATCH', '/projects/p/flags/shown', { clientVisible: true });
    const flags = ['shown', 'hidden'].map((flag) => ({ flag, variants: { on: 7 }, coded: 0 }));
    const events = [{ event: 'seen', count: 5, valued: 0, sum: 0 }];
    const body = JSON.stringify(clientReportOf(key, { flags, events }));
    const send = (origin: string) =>
      fetch(`${server.url}/client/v1/reports`, { method: 'POST', headers: { origin }, body });
    expect((await send('https://other.example')).status).toBe(403);
    for (let twice = 0; twice < 2; twice++) {
      const answer = await send('https://shop.example');
      expect([answer.status, await answer.text()]).toEqual([202, '']);
    }
    const told = async (flag: string) => {
      const { body: found } = await server.api('GET', `${at}/flags/${flag}/evaluations`);
      return [found.variants, found.pages.variants].map((all) => all[0].total);
    };
    expect([await told('shown'), await told('hidden')]).toEqual([
      [0, 7],
      [0, 0],
    ]);
    const tracked = async (query: string) => (await server.api('GET', `${at}/events${query}`)).body.items;
    expect(await tracked('')).toEqual([]);
    expect(await tracked('?told=pages')).toMatchObject([{ event: 'seen', total: 5 }]);
  });

  it('adds up exactly over several apps and a flip, and says by which ruleset each variant was served', async () => {
    const [one, two] = [await start(), await start()];
    const ask = (app: Turnout, times: number) => {
      for (let i = 0; i < times; i++) app.boolean('cart', i % 2 === 0, { targetingKey: `user-${i}` });
    };
    // Another type than the flag's: the caller's default holds.
    expect(one.string('cart', 'coded')).toBe('coded');
    ask(one, 1_000);
    ask(two, 500);
    const before = one.status().position;
    const flip = await server.api('POST', '/projects/p/environments/production/flags/cart/off', {});
    const after = flip.body.change.environments[0].position;
    for (const app of [one, two]) await expect.poll(() => app.boolean('cart', true), { timeout: 10_000 }).toBe(false);
    await Promise.all([one.flush(), two.flush()]);
    const asked = await seen('cart');
    ask(one, 70);
    ask(two, 7);
    await one.flush();
    await two.close();
    const now = await seen('cart');
    expect(now.variants.off).toBe((asked.variants.off ?? 0) + 77);
    // Polls were answered by the old variant, too, until the flip was there; none of that is later than the flip.
    expect(now.variants.on).toBe(asked.variants.on);
    expect(now.variants.on).toBeGreaterThanOrEqual(1_500);
    expect(now.coded).toBe(1);
    const positions = Object.fromEntries(now.body.variants.map(({ variant, position }) => [variant, position]));
    expect(positions).toEqual({ on: before, off: after });
    expect(now.body.codedDefaults).toMatchObject({ differ: true });
  });

  it('counts a batch once that comes twice, one after the other or all at once', async () => {
    const report = (count: number) => ({
      ...{ batchId: randomBytes(16).toString('hex'), position: null, ageMs: 0, durationMs: 0 },
      flags: [{ flag: 'twice', variants: { on: count }, coded: 0, codedDefaults: [] }],
      ...{ bulk: [], overflow: 0, dropped: 0 },
    });
    const first = report(3);
    expect(await send(first)).toBe(202);
    expect(await send(first)).toBe(202);
    const second = report(40);
    expect(await Promise.all(Array.from({ length: 12 }, () => send(second)))).toEqual(Array(12).fill(202));
    expect((await seen('twice')).variants.on).toBe(43);
  });

  it('comes late and whole when Postgres was down, in bounded memory, and nothing throws', async () => {
    const app = await start();
    await database.crash();
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 50; i++) expect(app.boolean('away', false)).toBe(true);
      if (round % 3 === 0) await app.flush();
    }
    const refused = await send({
      ...{ batchId: randomBytes(16).toString('hex'), position: null, ageMs: 0, durationMs: 0 },
      ...{ flags: [], bulk: [], overflow: 0, dropped: 0 },
    });
    expect(refused).toBe(503);
    await database.start();
    const arrived = async () => {
      await app.flush();
      return (await seen('away')).variants.on;
    };
    await expect.poll(arrived, { timeout: 60_000, interval: 500 }).toBe(600);
    await app.close();
    expect((await seen('away')).variants.on).toBe(600);
  }, 120_000);

  it('counts once what was stored when the server was killed before it could say so', async () => {
    const app = await start(way.url);
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    const stored = async () => Number((await sql`SELECT count(*) FROM report_batches`)[0]?.count);
    try {
      await app.flush();
      const before = await stored();
      for (let i = 0; i < 25; i++) app.boolean('killed', false);
      way.hold(true);
      const flushed = app.flush();
      await expect.poll(stored, { timeout: 20_000 }).toBe(before + 1);
      await server.kill9();
      await flushed;
      way.hold(false);
      await server.start();
      const arrived = async () => {
        await app.flush();
        const figures = await fetch(`${server.url}/metrics`, {
          headers: { authorization: 'Bearer root-token-of-a-test-that-is-long-enough' },
        });
        return /turnout_reports_total\{outcome="repeated"\} 1$/m.test(await figures.text());
      };
      await expect.poll(arrived, { timeout: 60_000, interval: 500 }).toBe(true);
      expect((await seen('killed')).variants.on).toBe(25);
      await app.close();
      expect((await seen('killed')).variants.on).toBe(25);
    } finally {
      await sql.end();
    }
  }, 180_000);

  it('counts what is asked over OFREP, and writes it when the server ends', async () => {
    const ask = (path: string) =>
      fetch(`${server.url}/ofrep/v1/evaluate/flags${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' },
        body: '{"context":{}}',
      });
    for (let i = 0; i < 9; i++) expect((await ask('/remote')).status).toBe(200);
    for (let i = 0; i < 4; i++) expect((await ask('')).status).toBe(200);
    await server.stop();
    await server.start();
    const got = await seen('remote');
    expect(got.variants.on).toBe(13);
    const { body } = await server.api('GET', '/projects/p/environments/production/evaluations');
    const remote = body.items.find(({ flag }: { flag: string }) => flag === 'remote');
    expect(remote.lifecycle.state).toBe('live');
    expect(remote.lastAskedAt).not.toBeNull();
    expect(remote.lastGivenAt).not.toBeNull();
  }, 120_000);
});
