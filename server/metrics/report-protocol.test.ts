import { randomBytes } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestGate } from '../delivery/sdk-node.fixture.ts';
import { systemClock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import type { ReportPlace } from './report.ts';
import { REPORTS, reportProtocol } from './report-protocol.ts';
import { reportOf } from './reports.fixture.ts';

let server: Server;
let gate: TestGate;
let key: string;
let taken: [ReportPlace, object][];
let refusal: Error | undefined;
let errors: unknown[];
let answers: string[];

beforeEach(async () => {
  gate = new TestGate();
  key = gate.key('server');
  [taken, refusal, errors, answers] = [[], undefined, [], []];
  const protocol = reportProtocol({
    gate,
    writer: {
      put: async (place, report) => {
        if (refusal !== undefined) throw refusal;
        taken.push([place, report]);
      },
    },
    clock: systemClock,
    onError: (error) => errors.push(error),
    onAnswer: (route, status) => answers.push(`${status} ${route}`),
  });
  server = createServer((request, response) => {
    if (!protocol.handle(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const run = { run: 'r1', entry: 1, ageMs: 0, dropped: 0 };
const bought = { event: 'bought', units: 'A'.repeat(16) };

type Body = string | Uint8Array<ArrayBuffer> | object;

async function send(body: Body, headers: Record<string, string> = {}, method = 'POST', path = REPORTS) {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...headers },
    ...(method === 'GET' ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const problem = text === '' ? {} : (JSON.parse(text) as { code?: string; errors?: { path: string }[] });
  return { status: response.status, headers: response.headers, ...problem };
}

describe('POST /sdk/v1/reports', () => {
  test('takes a report for the environment of the key, plain or compressed', async () => {
    const report = reportOf([{ variants: { on: 3 }, coded: 1, codedDefaults: [false, { a: [1] }] }], {
      position: null,
    });
    expect((await send(report)).status).toBe(202);
    const packed = new Uint8Array(gzipSync(JSON.stringify(report)));
    expect((await send(packed, { 'content-encoding': 'gzip' })).status).toBe(202);
    expect(taken.map(([, one]) => one)).toEqual([report, report]);
    expect(taken[0]?.[0]).toEqual({ projectId: expect.any(Number), environmentId: expect.any(Number) });
    expect(answers).toEqual(Array(2).fill(`202 ${REPORTS}`));
  });

  test('takes events with it, and goes without them', async () => {
    const events = [{ event: 'bought', count: 3, valued: 2, sum: -1.5 }];
    expect((await send(reportOf([], { events }))).status).toBe(202);
    expect((await send(reportOf([]))).status).toBe(202);
    expect(taken.map(([, one]) => (one as { events?: unknown }).events)).toEqual([events, undefined]);
  });

  test.each<[string, object, string]>([
    ['a name that is none', { batchId: 'mine' }, '/batchId'],
    ['a time before now', { ageMs: -1 }, '/ageMs'],
    ['a time that is none', { durationMs: null }, '/durationMs'],
    [
      'a count that is no number',
      { flags: [{ flag: 'f', variants: { on: '3' }, coded: 0, codedDefaults: [] }] },
      '/flags/0/variants/on',
    ],
    [
      'a count below zero',
      { bulk: [{ flag: 'f', variants: { 'a/b': -3 }, coded: 0, codedDefaults: [] }] },
      '/bulk/0/variants/a~1b',
    ],
    ['half an evaluation', { flags: [{ flag: 'f', variants: {}, coded: 0.5, codedDefaults: [] }] }, '/flags/0/coded'],
    ['more than anybody evaluates', { overflow: 1e15 }, '/overflow'],
    [
      'too many defaults',
      { flags: [{ flag: 'f', variants: {}, coded: 0, codedDefaults: Array(17).fill(1) }] },
      '/flags/0/codedDefaults',
    ],
    ['a position that is none', { position: 7 }, '/position'],
    ['an event without a count', { events: [{ event: 'bought', valued: 0, sum: 0 }] }, '/events/0/count'],
    ['a sum that nothing adds up to', { events: [{ event: 'e', count: 1, valued: 1, sum: 1e300 }] }, '/events/0/sum'],
    [
      'more events than a batch holds',
      { events: Array.from({ length: 202 }, (_, i) => ({ event: `e${i}`, count: 1, valued: 0, sum: 0 })) },
      '/events',
    ],
    ['units that are no records', { runs: [{ ...run, treatment: 'AAAA' }] }, '/runs/0/treatment'],
    ['units in signs that are none', { runs: [{ ...run, control: '*'.repeat(16) }] }, '/runs/0/control'],
    ['another number of values', { runs: [{ ...run, events: [{ ...bought, values: 'AAAA' }] }] }, '/runs/0/events/0'],
    ['an entry that is none', { runs: [{ ...run, entry: -1 }] }, '/runs/0/entry'],
  ])('names the field of %s, and takes nothing', async (_name, change, path) => {
    const answer = await send({ ...reportOf([]), ...change });
    expect([answer.status, answer.code, answer.errors?.[0]?.path]).toEqual([422, 'invalid', path]);
    expect(taken).toEqual([]);
  });

  test('names what is missing', async () => {
    const { dropped: _, ...report } = reportOf([]);
    expect((await send(report)).errors?.map(({ path }) => path)).toEqual(['/dropped']);
    expect((await send('[]')).status).toBe(422);
  });

  test.each<[string, () => Body, Record<string, string>, number, string]>([
    ['no JSON', () => '{"batchId": ', {}, 400, 'bad_json'],
    ['no UTF-8', () => new Uint8Array([0x22, 0xff, 0x22]), {}, 400, 'bad_encoding'],
    ['too deep', () => '['.repeat(100), {}, 400, 'too_deep'],
    ['too large', () => `"${'x'.repeat(1_100_000)}"`, {}, 413, 'too_large'],
    [
      'too large when it is unpacked',
      () => new Uint8Array(gzipSync(Buffer.alloc(50_000_000, 32))),
      { 'content-encoding': 'gzip' },
      413,
      'too_large',
    ],
    ['not gzip', () => new Uint8Array(randomBytes(100)), { 'content-encoding': 'gzip' }, 400, 'bad_request'],
    ['otherwise compressed', () => '{}', { 'content-encoding': 'br' }, 415, 'bad_media_type'],
  ])('refuses a body that is %s, and goes on', async (_name, body, headers, status, code) => {
    const answer = await send(body(), headers);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect((await send(reportOf([]))).status).toBe(202);
    expect(errors).toEqual([]);
  });

  test('answers a body that turns out too large while it comes', async () => {
    const { port } = server.address() as AddressInfo;
    const headers = { authorization: `Bearer ${key}` };
    const status = await new Promise((resolve, reject) => {
      const asked = request({ port, path: REPORTS, method: 'POST', headers }, (answer) => resolve(answer.statusCode));
      asked.on('error', reject);
      // Without a length: only what comes tells how much it is.
      for (let piece = 0; piece < 20; piece++) asked.write('x'.repeat(60_000));
    });
    expect(status).toBe(413);
    expect((await send(reportOf([]))).status).toBe(202);
  });

  test('takes units of measured runs from server keys, and none that a page could have made up', async () => {
    const forged = reportOf([], { runs: [{ ...run, events: [{ event: 'bought', units: 'A'.repeat(16 * 10_000) }] }] });
    for (let i = 0; i < 10; i++) {
      const answer = await send(forged, { authorization: `Bearer ${gate.key('client')}` });
      expect([answer.status, answer.code]).toEqual([403, 'forbidden']);
    }
    expect(taken).toEqual([]);
    expect((await send(forged)).status).toBe(202);
  });

  test('is for server keys, and not from a browser', async () => {
    expect((await send(reportOf([]), { authorization: '' })).code).toBe('unauthorized');
    expect((await send(reportOf([]), { authorization: 'Bearer turnout_server_x' })).code).toBe('unauthorized');
    for (const kind of ['client', 'kill'] as const) {
      const other = gate.key(kind);
      expect((await send(reportOf([]), { authorization: `Bearer ${other}` })).code).toBe('forbidden');
    }
    expect((await send(reportOf([]), { 'sec-fetch-site': 'same-origin' })).code).toBe('leaked_key');
    const read = await send('', {}, 'GET');
    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST']);
    expect(taken).toEqual([]);
  });

  test('is answered with 503 and a time while nothing can be stored, and with 500 that tells nothing of what broke', async () => {
    refusal = new Problem('database_unavailable', 'no', { retryAfterSeconds: 2 });
    const away = await send(reportOf([]));
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2']);
    refusal = new Error('the secret of the house');
    const broken = await send(reportOf([]));
    expect(broken.status).toBe(500);
    expect(JSON.stringify(broken)).not.toContain('secret of the house');
    expect(errors).toEqual([refusal]);
  });

  test('leaves every other address to whoever comes next', async () => {
    expect((await send('', {}, 'POST', '/sdk/v1/reports/x').catch(() => ({ status: 418 }))).status).toBe(418);
  });
});
