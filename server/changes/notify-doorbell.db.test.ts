import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import type { Ring } from './doorbell.ts';
import { NotifyDoorbell } from './notify-doorbell.ts';

let database: TestDatabase;
const kind = databaseKinds[0] ?? 'embedded';
beforeAll(async () => {
  database = await openTestDatabase(kind);
});
afterAll(() => database.close());

const sign = (text: string) => createHmac('sha256', 'secret').update(text).digest('hex');

async function node(over: { now?: () => Date } = {}) {
  const heard: [Ring, string][] = [];
  const dropped: string[] = [];
  const bell = new NotifyDoorbell({
    database,
    clock: { ...systemClock, ...over },
    sign,
    verify: (text, signature) => sign(text) === signature,
    onConnected: () => undefined,
    onDropped: (why) => dropped.push(why),
    onFailed: (error) => dropped.push(String(error)),
  });
  await bell.open();
  bell.onRing((ring, origin) => heard.push([ring, origin]));
  return { bell, heard, dropped };
}

const ring: Ring = { environmentId: 7, position: 'e.4', digest: 'd', patch: '{"from":"e.3"}' };

it('rings at every node, and tells one’s own rings from those of others', async () => {
  const [a, b] = [await node(), await node()];
  a.bell.ring(ring);
  await expect.poll(() => b.heard).toEqual([[ring, 'elsewhere']]);
  expect(a.heard).toEqual([[ring, 'here']]);
  await a.bell.close();
  await b.bell.close();
});

it('leaves a large patch behind: whoever hears it reads the database', async () => {
  const [a, b] = [await node(), await node()];
  a.bell.ring({ ...ring, patch: 'x'.repeat(9000) });
  const { patch: _patch, ...small } = ring;
  await expect.poll(() => b.heard).toEqual([[small, 'elsewhere']]);
  await a.bell.close();
  await b.bell.close();
});

it('drops and counts what is not signed or older than a minute', async () => {
  const b = await node();
  const old = await node({ now: () => new Date(Date.now() - 120_000) });
  await database.notify('turnout_doorbell', `${'0'.repeat(64)}\n{"node":"x"}`);
  old.bell.ring(ring);
  await expect.poll(() => b.dropped).toEqual(['signature', 'age']);
  expect(b.heard).toEqual([]);
  await b.bell.close();
  await old.bell.close();
});
