import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivatePostgres, startPrivatePostgres } from '../database/private-postgres.ts';
import { hasPostgres } from '../database/test-database.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const KEYS = '/projects/p/environments/production/keys';

describe.skipIf(!hasPostgres)('a revoked key', () => {
  let database: PrivatePostgres;
  let server: ServerProcess;

  beforeAll(async () => {
    const started = await startPrivatePostgres();
    if (!started) throw new Error('no Postgres could be started');
    database = started;
    server = await startServer({ DATABASE_URL: database.url });
    await prepareProject(server, 'p', ['f']);
  }, 120_000);
  afterAll(async () => {
    await server?.remove();
    await database?.stop();
  });

  async function newKey(): Promise<{ id: string; secret: string }> {
    const { status, body } = await server.api('POST', KEYS, { kind: 'server', name: 'app' });
    expect(status).toBe(201);
    return { id: body.key.id, secret: body.secret };
  }
  const headers = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const statusOf = async (secret: string) =>
    (await fetch(`${server.url}/sdk/v1/ruleset`, { headers: headers(secret) })).status;

  /** An open stream of the key; `ended` gives all that it said, when it is over. */
  async function openStream(secret: string): Promise<{ ended: Promise<string> }> {
    const response = await fetch(`${server.url}/sdk/v1/stream`, { headers: headers(secret) });
    expect(response.status).toBe(200);
    return { ended: response.text() };
  }

  it('gets 401 from the next request on, and its open stream says so and ends', async () => {
    const key = await newKey();
    const other = await newKey();
    const { ended } = await openStream(key.secret);
    const from = Date.now();
    expect((await server.api('POST', `${KEYS}/${key.id}/revoke`, { reason: 'it leaked' })).status).toBe(200);
    expect(await statusOf(key.secret)).toBe(401);
    expect(await ended).toMatch(/event: revoked\n/);
    expect(Date.now() - from).toBeLessThan(5_000);
    expect(await statusOf(other.secret)).toBe(200);
  });

  it('the same with Postgres gone; a restart does not revive it, and the log has it once afterwards', async () => {
    const key = await newKey();
    const other = await newKey();
    expect(await statusOf(key.secret)).toBe(200);
    // The copies on disk follow within moments, on a busy machine later: a crash before that is another story.
    await expect.poll(() => isOnDisk(server.dataDir, other.id), { timeout: 30_000 }).toBe(true);
    const { ended } = await openStream(key.secret);
    await database.crash();
    const revoked = await server.api('POST', `${KEYS}/${key.id}/revoke`, { reason: 'it leaked' });
    expect(revoked).toMatchObject({ status: 202, body: { id: key.id, durable: 'journal' } });
    expect(await statusOf(key.secret)).toBe(401);
    expect(await ended).toMatch(/event: revoked\n/);

    await server.kill9();
    await server.start();
    expect(await statusOf(key.secret)).toBe(401);
    expect(await statusOf(other.secret)).toBe(200);

    await database.start();
    const revocations = async () =>
      (await server.api('GET', '/projects/p/changes?action=key.revoke')).body?.items?.filter(
        ({ subject }: { subject: string }) => subject === `key/${key.id}`,
      ).length;
    await expect.poll(revocations, { timeout: 30_000, interval: 300 }).toBe(1);
    const again = await server.api('POST', `${KEYS}/${key.id}/revoke`, {});
    expect(again).toMatchObject({ status: 200, body: { key: { state: 'revoked' } } });
    expect(again.body).not.toHaveProperty('change');
    expect(await revocations()).toBe(1);
    expect(await statusOf(key.secret)).toBe(401);
    expect((await server.api('GET', '/projects/p/changes/verify')).body).toMatchObject({ ok: true });
  }, 120_000);
});

/** Whether a file of the node names this id. */
async function isOnDisk(folder: string, id: string): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.some((text) => text.includes(id));
}
