import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { Metrics, measureRequests, serveMetrics } from './metrics.ts';

/** The value of a line, by its name and labels. */
async function readValue(metrics: Metrics, line: string): Promise<number | undefined> {
  const { text } = await metrics.print();
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

test('Requests are counted by route pattern and status, with how long they took', async () => {
  const metrics = new Metrics();
  for (const ms of [0.1, 3, 70, 99_999]) metrics.noteRequest('GET', '/sdk/v1/ruleset', 200, ms);
  metrics.noteRequest('GET', '/sdk/v1/ruleset', 304, 0.25);
  const labels = 'method="GET",route="/sdk/v1/ruleset"';
  expect(await readValue(metrics, `turnout_http_requests_total{${labels},status="200"}`)).toBe(4);
  expect(await readValue(metrics, `turnout_http_requests_total{${labels},status="304"}`)).toBe(1);
  const bucket = (le: string) =>
    readValue(metrics, `turnout_http_request_duration_seconds_bucket{${labels},le="${le}"}`);
  expect(await Promise.all(['0.00025', '0.005', '0.1', '30', '+Inf'].map(bucket))).toEqual([2, 3, 4, 4, 5]);
  expect(await readValue(metrics, `turnout_http_request_duration_seconds_count{${labels}}`)).toBe(5);
  expect(await readValue(metrics, `turnout_http_request_duration_seconds_sum{${labels}}`)).toBeCloseTo(100.07235);
});

test('What rooms add is read when somebody asks, under the prefix of the house', async () => {
  const metrics = new Metrics();
  let age: number | undefined = 3;
  metrics.gauge('age_seconds', 'An age.', () => age);
  metrics.gaugeBy('open', 'By kind.', 'kind', () => ({ a: 1, b: 2 }));
  const add = metrics.counter('flips_total', 'Flips.');
  const addOf = metrics.counterBy<'x' | 'y'>('ends_total', 'Ends.', 'why');
  add();
  add(4);
  addOf('x');
  expect(await readValue(metrics, 'turnout_age_seconds')).toBe(3);
  expect(await readValue(metrics, 'turnout_open{kind="b"}')).toBe(2);
  expect(await readValue(metrics, 'turnout_flips_total')).toBe(5);
  expect(await readValue(metrics, 'turnout_ends_total{why="x"}')).toBe(1);
  age = undefined;
  expect(await readValue(metrics, 'turnout_age_seconds')).toBeUndefined();
  expect(await readValue(metrics, 'turnout_process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
});

test('Every line is one that Prometheus can read, whatever a label holds', async () => {
  const metrics = new Metrics();
  metrics.noteRequest('GET', 'a "quoted"\\route\n', 200, 1);
  const { contentType, text } = await metrics.print();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('# '))) {
    expect(line).toMatch(
      /^[a-z_][a-z0-9_]*(\{[a-z_]+="(\\.|[^"\\])*"(,[a-z_]+="(\\.|[^"\\])*")*\})? [-+0-9.eInfNa]+$/i,
    );
  }
  expect(text).toContain('route="a \\"quoted\\"\\\\route\\n"');
});

test('Routes of hono are noted by their pattern', async () => {
  const metrics = new Metrics();
  const app = new Hono();
  app.use(
    '*',
    measureRequests(metrics, systemClock, () => '/things/{thing}'),
  );
  app.get('/things/:thing', (c) => c.text('ok', 201));
  await app.request('/things/a-secret-thing');
  expect(
    await readValue(metrics, 'turnout_http_requests_total{method="GET",route="/things/{thing}",status="201"}'),
  ).toBe(1);
  expect((await metrics.print()).text).not.toContain('secret');
});

test('A port of its own serves them without a token, and nothing else', async () => {
  const server = await serveMetrics(new Metrics(), 0, '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { Connection: 'close' } });
  const answer = await ask('/metrics');
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('turnout_process_')]);
  expect((await ask('/sdk/v1/ruleset')).status).toBe(404);
  await new Promise((resolve) => server.close(resolve));
});
