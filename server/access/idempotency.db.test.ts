import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idempotentAnswers } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import { Idempotency, requestIdOf } from './idempotency.ts';
import { mintSecret } from './mint-secret.ts';
import type { Principal } from './principal.ts';

const root: Principal = { kind: 'root', id: 'root' };
const body = (text: string) => new TextEncoder().encode(text);

describe.each(databaseKinds)('the answers that are kept, on the %s database', (kind) => {
  let database: TestDatabase;
  let kept: Idempotency;
  let runs = 0;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(async () => {
    await database.reset();
    kept = new Idempotency(database.db, systemClock);
    runs = 0;
  });
  afterAll(() => database?.close());

  const once = (text = 'a', work = async () => Response.json({ run: ++runs })) =>
    kept.once(root, 'r', body(text), work);
  const age = (interval: string) =>
    database.db.update(idempotentAnswers).set({ at: sql`now() - ${interval}::interval` });

  it('are given again with their status and tag, and marked as such', async () => {
    const work = async () => Response.json({ run: ++runs }, { status: 201, headers: { ETag: '"v1"' } });
    await once('a', work);
    const again = await once('a', work);
    expect([again.status, again.headers.get('etag'), again.headers.get('idempotency-replayed')]).toEqual([
      201,
      '"v1"',
      'true',
    ]);
    expect(await again.json()).toEqual({ run: 1 });
  });

  it('are forgotten after a day', async () => {
    await once();
    await age('23 hours');
    expect(await (await once()).json()).toEqual({ run: 1 });
    await age('25 hours');
    expect(await (await once()).json()).toEqual({ run: 2 });
  });

  it('a request that a crash left unfinished may be made again', async () => {
    await once();
    await database.db.update(idempotentAnswers).set({ status: null, body: null });
    await age('6 seconds');
    expect(await (await once()).json()).toEqual({ run: 2 });
  });

  it('a request that is still being worked on is not made twice', async () => {
    let finish: () => void = () => undefined;
    const slow = once('a', async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return Response.json({ run: ++runs });
    });
    await expect.poll(() => database.db.select().from(idempotentAnswers)).toHaveLength(1);
    await expect(once()).rejects.toMatchObject({ code: 'busy' });
    finish();
    await slow;
    expect(await (await once()).json()).toEqual({ run: 1 });
  });

  it('a request that failed may be made again, with another body too', async () => {
    await expect(once('a', () => Promise.reject(new Error('broke')))).rejects.toThrow('broke');
    await once('b', async () => Response.json({}, { status: 422 }));
    expect(await (await once('c')).json()).toEqual({ run: 1 });
    await expect(once('d')).rejects.toMatchObject({ code: 'idempotency_mismatch' });
  });

  it('hold no secret, wherever it stood in the answer', async () => {
    const { secret } = mintSecret('kill');
    await once('a', async () => Response.json({ key: { name: `for ${secret}` }, secret }));
    expect(JSON.stringify(await database.db.select().from(idempotentAnswers))).not.toContain(secret.slice(20, 50));
    expect(await (await once()).json()).toMatchObject({ key: { name: 'for ' }, secret: null });
  });

  it('belong to a principal, a method and a path', () => {
    const ids = [
      requestIdOf(root, 'POST', '/a', 'k'),
      requestIdOf(root, 'PUT', '/a', 'k'),
      requestIdOf(root, 'POST', '/b', 'k'),
      requestIdOf(root, 'POST', '/a', 'l'),
      requestIdOf(
        { kind: 'token', id: 'root', name: '', projectId: 1, environmentId: null, roles: [] },
        'POST',
        '/a',
        'k',
      ),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
