import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHouse, testHouse } from '../access/house.fixture.ts';
import { LocalDoorbell } from '../changes/local-doorbell.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { Metrics } from '../platform/metrics.ts';
import { countDelivery, countDropped, watchDelivery } from './delivery-metrics.ts';
import { metricsRoutes } from './metrics-routes.ts';

let database: TestDatabase;
let house: TestHouse;
let shop: Awaited<ReturnType<typeof seedProject>>;

beforeAll(async () => {
  database = await openTestDatabase();
  shop = await seedProject(database.db, 'shop', ['production'], []);
  house = await testHouse(database);
});
afterAll(() => database?.close());

async function scrape(metrics: Metrics, secret?: string) {
  const headers: Record<string, string> = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  const response = await house.mount({ '/metrics': metricsRoutes(metrics) }).request('/metrics', { headers });
  return { status: response.status, type: response.headers.get('Content-Type'), text: await response.text() };
}

test('The numbers are for root and for admins, and for nobody else', async () => {
  const metrics = new Metrics();
  const environment = shop.environmentIds[0] ?? 0;
  const allowed = [house.root, await house.newToken(['admin'], shop.projectId)];
  for (const secret of allowed) {
    const { status, type, text } = await scrape(metrics, secret);
    expect([status, type]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)]);
    expect(text).toContain('turnout_process_cpu_seconds_total');
  }
  expect((await scrape(metrics)).status).toBe(401);
  const others = [
    await house.newToken(['viewer', 'editor', 'killer'], shop.projectId),
    await house.newKey('server', shop.projectId, environment),
    await house.newKey('kill', shop.projectId, environment),
  ];
  for (const secret of others) expect((await scrape(metrics, secret)).status).toBe(403);
});

test('What a node delivers stands in them', async () => {
  const metrics = new Metrics();
  const doorbell = new LocalDoorbell();
  const counts = countDelivery(metrics);
  watchDelivery(metrics, {
    doorbell,
    streams: () => ({ sdk: 3, ofrep: 1 }),
    oldestAgeMs: () => 1_500,
    killsUnsettled: () => 2,
    journalEntries: () => 4,
    environmentsServed: () => 5,
  });
  counts.patches(300);
  counts.whole('resync');
  counts.conflated();
  counts.stuck();
  counts.refused();
  countDropped(metrics)('age');
  doorbell.ring({ environmentId: 1, position: 'e.1', digest: '' });
  const { text } = await scrape(metrics, house.root);
  for (const line of [
    'turnout_streams_open{protocol="sdk"} 3',
    'turnout_position_age_seconds 1.5',
    'turnout_kills_unsettled 2',
    'turnout_journal_entries 4',
    'turnout_environments_served 5',
    'turnout_stream_patches_sent_total 300',
    'turnout_stream_whole_rulesets_total{how="resync"} 1',
    'turnout_stream_conflations_total 1',
    'turnout_streams_cut_total 1',
    'turnout_streams_refused_total 1',
    'turnout_doorbell_dropped_total{why="age"} 1',
    'turnout_flips_committed_total 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});
