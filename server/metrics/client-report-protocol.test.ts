import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Report } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ContextRule } from '../access/context-rule.ts';
import { TestGate } from '../delivery/sdk-node.fixture.ts';
import { ContextRefusal } from '../evaluation/context-refusal.ts';
import { serve } from '../evaluation/ofrep.fixture.ts';
import { systemClock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { CLIENT_REPORTS, ClientReportProtocol } from './client-report-protocol.ts';
import type { ReportPlace } from './report.ts';
import { clientReportOf } from './reports.fixture.ts';

const PAGE = 'https://shop.example';

let server: Server;
let gate: TestGate;
let key: string;
let taken: [ReportPlace, Report][];
let refusal: Error | undefined;
let errors: unknown[];

beforeEach(async () => {
  gate = new TestGate();
  key = gate.key('client', { origins: [PAGE] });
  [taken, refusal, errors] = [[], undefined, []];
  const protocol = new ClientReportProtocol({
    gate,
    writer: {
      put: async (place, report) => {
        if (refusal !== undefined) throw refusal;
        taken.push([place, report]);
      },
    },
    contexts: {
      contextOf: (of, token, given) => {
        if (of.context === undefined) return given;
        if (token === 'good') return Promise.resolve({ targetingKey: 'ada' });
        throw new ContextRefusal(token === undefined ? 'missing' : 'expired', 'The context token has expired.');
      },
    },
    flags: { served: () => undefined, load: async () => serve([]) },
    clock: systemClock,
    limits: { CLIENT_REQUESTS: 5 },
    onError: (error) => errors.push(error),
    onAnswer: () => undefined,
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

async function send(body: object | string, headers: Record<string, string> = {}, method = 'POST') {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${CLIENT_REPORTS}`, {
    method,
    headers: { origin: PAGE, 'content-type': 'text/plain;charset=UTF-8', ...headers },
    ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  const problem = text === '' ? {} : (JSON.parse(text) as { code?: string; errors?: { path: string }[] });
  return { status: response.status, headers: response.headers, text, ...problem };
}

const shown = { flag: 'cart', variants: { on: 2 }, coded: 0 };

describe('POST /client/v1/reports', () => {
  test('takes what a page has shown, with the key in its body and no preflight, and lets the page read the answer', async () => {
    const events = [{ event: 'bought', count: 1, valued: 1, sum: 12.5 }];
    const answer = await send(clientReportOf(key, { flags: [shown], events }));
    expect([answer.status, answer.text]).toEqual([202, '']);
    expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
    const [place, report] = taken[0]!;
    expect(place).toEqual({ projectId: 1, environmentId: expect.any(Number), source: 'open' });
    expect(report).toMatchObject({ flags: [{ ...shown, codedDefaults: [] }], events, bulk: [], runs: [] });
    expect(JSON.stringify(report)).not.toContain('user-1');
  });

  test('takes the key from Authorization too, and says to a preflight that it may be sent so', async () => {
    const json = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    expect((await send(clientReportOf(undefined), json)).status).toBe(202);
    const { status, headers } = await send('', {}, 'OPTIONS');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, PAGE]);
    expect(headers.get('access-control-allow-headers')).toContain('authorization');
    const elsewhere = await send('', { origin: 'https://other.example' }, 'OPTIONS');
    expect(elsewhere.headers.get('access-control-allow-origin')).toBeNull();
  });

  const flag = (change: object) => ({ flags: [{ ...shown, ...change }] });
  const event = (change: object) => ({ events: [{ event: 'e', count: 1, valued: 1, sum: 1, ...change }] });
  test.each<[string, object, string]>([
    ['a name that is none', { batchId: 'mine' }, '/batchId'],
    ['a time that is none', { ageMs: null }, '/ageMs'],
    ['a time before now', { durationMs: -1 }, '/durationMs'],
    ['a position that is none', { position: 7 }, '/position'],
    ['a position that no database can keep', { position: 'e\u0000.1' }, '/position'],
    ['a context that is none', { context: ['a'] }, '/context'],
    ['a visitor who is no text', { context: { targetingKey: 7 } }, '/context'],
    ['a visitor with too long a name', { context: { targetingKey: 'x'.repeat(513) } }, '/context'],
    ['more than anybody looks at', flag({ variants: { 'a/b': 1e9 } }), '/flags/0/variants/a~1b'],
    ['half a look', flag({ coded: 0.5 }), '/flags/0/coded'],
    [
      'more variants than a flag has',
      flag({ variants: Object.fromEntries(Array(101).fill(1).entries()) }),
      '/flags/0/variants',
    ],
    ['more flags than there are', { flags: Array(1_001).fill({ flag: '', variants: {}, coded: 0 }) }, '/flags'],
    ['more values than events', event({ valued: 2 }), '/events/0'],
    ['a sum that nothing adds up to', event({ sum: 1e200 }), '/events/0'],
    [
      'more events than a page has names for',
      { events: Array(202).fill({ event: '', count: 0, valued: 0, sum: 0 }) },
      '/events',
    ],
  ])('names the field of %s, and takes nothing', async (_name, change, path) => {
    const answer = await send(clientReportOf(key, change));
    expect([answer.status, answer.code, answer.errors?.[0]?.path]).toEqual([422, 'invalid', path]);
    expect(taken).toEqual([]);
  });

  test.each<[string, string, Record<string, string>, number, string]>([
    ['no JSON', '{"key": ', {}, 400, 'bad_json'],
    ['too deep', '['.repeat(100), {}, 400, 'too_deep'],
    ['too large', `"${'x'.repeat(65_600)}"`, {}, 413, 'too_large'],
    ['compressed', '{}', { 'content-encoding': 'gzip' }, 415, 'bad_media_type'],
    ['a form', 'key=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'bad_media_type'],
    ['no object', '[]', {}, 401, 'unauthorized'],
    ['without a key', '{"key": {}}', {}, 401, 'unauthorized'],
  ])('refuses a body that is %s, and goes on', async (_name, body, headers, status, code) => {
    const answer = await send(body, headers);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect((await send(clientReportOf(key))).status).toBe(202);
    expect(errors).toEqual([]);
  });

  test('takes what a page that slept for days tells, and names that nobody can keep', async () => {
    const events = [{ event: 'a\u0000\ud800', count: 1, valued: 0, sum: 0 }];
    const flags = [{ flag: '\ud800', variants: { '\u0000': 1 }, coded: 0 }];
    const report = clientReportOf(key, { events, flags, ageMs: 9e8, durationMs: 9e8 });
    expect((await send(report)).status).toBe(202);
  });

  test('keeps a context from being more than data', async () => {
    const body = JSON.stringify(clientReportOf(key)).replace('"user-1"', '"user-1","__proto__":{"plan":"gold"}');
    expect((await send(body)).status).toBe(202);
    expect(({} as { plan?: string }).plan).toBeUndefined();
  });

  test('is for client keys, on the pages that they are for', async () => {
    const other = await send(clientReportOf(key), { origin: 'https://other.example' });
    expect([other.status, other.code]).toEqual([403, 'forbidden']);
    for (const kind of ['server', 'kill'] as const) {
      expect((await send(clientReportOf(gate.key(kind)))).code).toBe('forbidden');
    }
    expect((await send(clientReportOf(gate.key('server')), { 'sec-fetch-site': 'cross-site' })).code).toBe(
      'leaked_key',
    );
    expect((await send(clientReportOf('turnout_client_x'))).code).toBe('unauthorized');
    const read = await send('', {}, 'GET');
    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect(taken).toEqual([]);
  });

  test.each([
    ['address', () => ({})],
    ['network of version 6', (host: number) => ({ 'x-forwarded-for': `2001:db8::${host.toString(16)}` })],
  ])('takes so many a second of one key and %s, and no more', async (_title, from) => {
    gate.trustProxy = 1;
    const second = Math.floor(performance.now() / 1_000);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, host) => send(clientReportOf(key), from(host))));
    const seconds = Math.floor(performance.now() / 1_000) - second + 1;
    const good = answers.filter(({ status }) => status === 202);
    expect(good.length).toBeLessThanOrEqual(5 * seconds);
    const sentAway = answers.find(({ status }) => status === 429);
    expect(sentAway?.headers.get('retry-after')).toBe('1');
    expect(taken).toHaveLength(good.length);
  });

  test('reads no more bodies of an address than so many, whoever they may be of', async () => {
    const second = Math.floor(performance.now() / 1_000);
    const answers = await Promise.all(Array.from({ length: 80 }, () => send('{"key": ')));
    const seconds = Math.floor(performance.now() / 1_000) - second + 1;
    const read = answers.filter(({ status }) => status === 400);
    expect(read.length).toBeLessThanOrEqual(20 * seconds);
    expect(answers.filter(({ status }) => status === 429).length).toBe(80 - read.length);
  });

  test('goes by the token where contexts are signed, and says what is wrong with it', async () => {
    const context = {} as ContextRule & { sealed: null };
    const signed = gate.key('client', { origins: [PAGE], context });
    expect((await send(clientReportOf(signed, { contextToken: 'good' }))).status).toBe(202);
    expect(taken[0]?.[0].source).toBe('signed');
    for (const [token, fault] of [
      [undefined, 'missing'],
      ['old', 'expired'],
    ]) {
      const answer = await send(clientReportOf(signed, { contextToken: token }));
      expect([answer.status, answer.headers.get('turnout-context-error')]).toEqual([401, fault]);
    }
    expect(taken).toHaveLength(1);
  });

  test('is answered with 503 and a time while nothing can be stored, and with 500 that tells nothing of what broke', async () => {
    refusal = new Problem('database_unavailable', 'no', { retryAfterSeconds: 2 });
    const away = await send(clientReportOf(key));
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2']);
    refusal = new Error('the secret of the house');
    const broken = await send(clientReportOf(key));
    expect(broken.status).toBe(500);
    expect(broken.text).not.toContain('secret of the house');
    expect(errors).toEqual([refusal]);
  });
});
