// The floor of `prove -- http`: a bare hono app, as somebody would write it who needs exactly these answers and no
// more. It knows no keys, keeps no log and has its flags in the code. Its snapshot is bytes that its parent hands it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { FLAG_COUNT } from './flag-set.ts';
import { type FloorContext, writeFloorFlag } from './floor-flags.ts';

const [port, snapshotFile] = process.argv.slice(2);
const flags = Array.from({ length: FLAG_COUNT }, (_, index) => writeFloorFlag(index));
const byKey = new Map(flags.map((flag) => [flag({ targetingKey: 'anyone' }).key, flag]));
const snapshot = readFileSync(snapshotFile as string);
const ETAG = '"floor"';

const app = new Hono();
app.post('/ofrep/v1/evaluate/flags/:key', async (c) => {
  const { context } = await c.req.json<{ context: FloorContext }>();
  const flag = byKey.get(c.req.param('key'));
  if (flag === undefined) return c.json({ key: c.req.param('key'), errorCode: 'FLAG_NOT_FOUND' }, 404);
  return c.body(JSON.stringify(flag(context)), 200, { 'Content-Type': 'application/json' });
});
app.post('/ofrep/v1/evaluate/flags', async (c) => {
  const { context } = await c.req.json<{ context: FloorContext }>();
  if (c.req.header('If-None-Match') === ETAG) return c.body(null, 304, { ETag: ETAG });
  const body = JSON.stringify({ flags: flags.map((flag) => flag(context)) });
  return c.body(body, 200, { 'Content-Type': 'application/json', ETag: ETAG });
});
app.get('/sdk/v1/ruleset', (c) => {
  if (c.req.header('If-None-Match') === ETAG) return c.body(null, 304, { ETag: ETAG });
  return c.body(snapshot, 200, { 'Content-Type': 'application/json', ETag: ETAG });
});

createServer(getRequestListener(app.fetch)).listen(Number(port), '127.0.0.1', () => process.send?.('listening'));
process.on('disconnect', () => process.exit(0));
