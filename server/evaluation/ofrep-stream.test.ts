import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReportFold } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flag, TestRulesets } from '../delivery/held-rulesets.fixture.ts';
import { StreamReader, TestGate } from '../delivery/sdk-node.fixture.ts';
import { StreamAdmission } from '../delivery/stream-admission.ts';
import { DEFAULT_LIMITS } from '../platform/admission.ts';
import { Secrets } from '../platform/secrets.ts';
import { Ofrep } from './ofrep.ts';
import { faultsOf, hasOfrepSchemas } from './ofrep-schema.fixture.ts';
import { OfrepStream, type OfrepStreamParts } from './ofrep-stream.ts';

const ORIGIN = 'https://shop.example';
const secrets = Secrets.open({ dataDir: '', fromEnv: 'a'.repeat(32) });
let flags: TestRulesets;
let gate: TestGate;
let stream: OfrepStream;
let server: Server;
let wallMs: number;
let readers: StreamReader[];
let errors: unknown[];
let answers: string[];

async function start(change: Partial<OfrepStreamParts> = {}) {
  const clock = { now: () => new Date(wallMs), monotonic: () => performance.now() };
  const noteError = (error: unknown) => errors.push(error);
  const onAnswer = (route: string, status: number) => answers.push(`${status} ${route}`);
  const contexts = { claimsOf: () => undefined };
  const parts = { gate, flags, secrets, contexts, clock, onError: noteError, onAnswer };
  stream = new OfrepStream({
    ...parts,
    admission: new StreamAdmission(DEFAULT_LIMITS),
    onRevoked: gate.onRevoked,
    onStuck: () => undefined,
    times: { beatMs: 80, stuckMs: 20_000 },
    ...change,
  });
  const counts = { of: () => ({ asked: new ReportFold(), bulk: new ReportFold() }) };
  const ofrep = new Ofrep({ ...parts, counts, heard: () => undefined, limits: DEFAULT_LIMITS });
  server = createServer((request, response) => {
    if (!ofrep.handle(request, response) && !stream.handle(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

async function stop() {
  for (const reader of readers) reader.close();
  stream.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

beforeEach(async () => {
  [flags, gate, readers, errors, answers] = [
    new TestRulesets([flag('cart', { clientVisible: true })]),
    new TestGate(),
    [],
    [],
    [],
  ];
  wallMs = Date.parse('2026-03-01T12:00:00Z');
  await start();
});
afterEach(stop);

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** The address of the event stream, as a bulk answer gives it. */
async function streamPath(key: string): Promise<string> {
  const response = await fetch(`${address()}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
    body: '{"context":{}}',
  });
  const { eventStreams } = (await response.json()) as { eventStreams: { endpoint: { requestUri: string } }[] };
  return eventStreams[0]?.endpoint.requestUri ?? '';
}

async function open(path: string, headers: Record<string, string> = {}): Promise<StreamReader> {
  const reader = await StreamReader.open(`${address()}${path}`, headers);
  readers.push(reader);
  return reader;
}

async function refused(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${address()}${path}`, { headers });
  const json = (await response.json()) as { errorDetails: string };
  expect(json).toEqual({ key: '', errorCode: 'GENERAL', errorDetails: expect.stringMatching(/./) });
  if (hasOfrepSchemas) expect(faultsOf('evaluationFailure', json)).toEqual([]);
  return { status: response.status, headers: response.headers, details: json.errorDetails };
}

const stateNow = () => `${flags.current.position}~${flags.current.overlayHash}`;

describe('The event stream of OFREP', () => {
  test('opens at the address of the bulk answer with an id, and no event as long as nothing changes', async () => {
    const reader = await open(await streamPath(gate.key('client')));
    expect([reader.status, reader.headers['content-type']]).toEqual([200, 'text/event-stream']);
    await expect.poll(() => reader.text).toMatch(/^retry: \d+\nid: e1\.1~0\n\n(:\n\n)+/);
    expect(reader.events).toEqual([]);
  });

  test('says with one plain message that flags have changed, by a flip or by a kill', async () => {
    const reader = await open(await streamPath(gate.key('server')));
    const moves = [() => flags.flip('cart'), () => flags.kill('cart'), () => flags.jump('e2', 1, [flag('cart')])];
    for (const move of moves) {
      move();
      const state = stateNow();
      const data = { type: 'refetchEvaluation', etag: state, lastModified: wallMs / 1_000 };
      expect(await reader.next('message')).toEqual({ event: 'message', id: state, data });
      if (hasOfrepSchemas) expect(faultsOf('sseEventData', data)).toEqual([]);
    }
    expect(reader.events).toHaveLength(3);
  });

  test('tells at once what a client missed that comes back, and nothing to one that missed nothing', async () => {
    const path = await streamPath(gate.key('client'));
    flags.flip('cart');
    const [missed, same] = [
      await open(path, { 'Last-Event-ID': 'e1.1~0' }),
      await open(path, { 'Last-Event-ID': stateNow() }),
    ];
    expect((await missed.next('message')).id).toBe(stateNow());
    flags.kill('cart');
    for (const reader of [missed, same]) expect((await reader.next('message')).id).toBe(stateNow());
    expect([missed.events.length, same.events.length]).toEqual([2, 1]);
    const odd = await open(path, { 'Last-Event-ID': '<script>\u0001'.slice(0, 8) });
    await odd.next('message');
    expect(odd.text).not.toContain('script');
  });

  test('is the same bytes for every published client', async () => {
    const path = await streamPath(gate.key('client'));
    const reader = await open(path);
    flags.flip('cart');
    await reader.next('message');
    const data = `{"type":"refetchEvaluation","etag":"e1.2~0","lastModified":${wallMs / 1_000}}`;
    expect(reader.text.replaceAll(':\n\n', '').replace(/^retry: \d+/, 'retry: 1')).toBe(
      `retry: 1\nid: e1.1~0\n\nevent: message\nid: e1.2~0\ndata: ${data}\n\n`,
    );
  });

  test('has the newest state for a reader that took nothing for a while', async () => {
    const reader = await open(await streamPath(gate.key('client')));
    reader.pause();
    for (let at = 0; at < 200; at++) flags.flip('cart');
    reader.resume();
    await expect.poll(() => reader.events.at(-1)?.id).toBe(stateNow());
  });

  test('ends when its key is revoked, and its address opens nothing any more', async () => {
    const key = gate.key('client');
    const path = await streamPath(key);
    const [ending, staying] = [await open(path), await open(await streamPath(gate.key('client')))];
    gate.revoke(key);
    await expect.poll(() => ending.ended).toBe(true);
    expect((await refused(path)).status).toBe(401);
    flags.flip('cart');
    await staying.next('message');
  });

  test('is gone when the node goes down, and another is not opened', async () => {
    const path = await streamPath(gate.key('client'));
    const reader = await open(path);
    await stream.drain();
    await expect.poll(() => reader.ended).toBe(true);
    const late = await refused(path);
    expect([late.status, late.headers.get('Retry-After')]).toEqual([503, '1']);
  });
});

describe('An address', () => {
  test('that has expired, was forged, or has no token gets 401 in OFREP’s words', async () => {
    const path = await streamPath(gate.key('client'));
    const forged = [
      `${path}x`,
      path.replace('~', '~~'),
      '/ofrep/v1/stream?token=',
      '/ofrep/v1/stream',
      `${path.split('~')[0]}`,
    ];
    for (const one of forged) expect((await refused(one)).status).toBe(401);
    wallMs += 15 * 60_000;
    const expired = await refused(path);
    expect([expired.status, expired.details]).toEqual([401, expect.stringContaining('expired')]);
  });

  test('of a key for another environment now opens nothing', async () => {
    const key = gate.key('client');
    const path = await streamPath(key);
    const held = gate.principals.get(key);
    if (typeof held === 'object' && held.kind === 'key') gate.principals.set(key, { ...held, environmentId: 8 });
    expect((await refused(path)).status).toBe(401);
  });

  test('whose key memory does not know gets 503 while the database cannot be asked', async () => {
    const key = gate.key('client');
    const path = await streamPath(key);
    gate.principals.delete(key);
    expect((await refused(path)).status).toBe(401);
    gate.databaseDown = true;
    const { status, headers } = await refused(path);
    expect([status, headers.get('Retry-After')]).toEqual([503, '2']);
  });

  test('opens nothing but the stream: not with another method, and no evaluation', async () => {
    const path = await streamPath(gate.key('client'));
    expect((await fetch(`${address()}${path}`, { method: 'POST' })).status).toBe(405);
    const token = new URLSearchParams(path.split('?')[1]).get('token') ?? '';
    const asKey = await fetch(`${address()}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { 'X-API-Key': token },
    });
    expect(asKey.status).toBe(401);
  });
});

test('A page may read the stream where the key allows its origin, and no other page', async () => {
  const path = await streamPath(gate.key('client', { origins: [ORIGIN] }));
  const allowed = await open(path, { Origin: ORIGIN });
  expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([200, ORIGIN]);
  const other = await refused(path, { Origin: 'https://evil.example' });
  expect([other.status, other.headers.get('Access-Control-Allow-Origin')]).toEqual([403, null]);
  const unreadable = await refused(`${path}x`, { Origin: ORIGIN });
  expect([unreadable.status, unreadable.headers.get('Access-Control-Allow-Origin')]).toEqual([401, ORIGIN]);
  const preflight = await fetch(`${address()}${path}`, { method: 'OPTIONS', headers: { Origin: ORIGIN } });
  expect([preflight.status, preflight.headers.get('Access-Control-Allow-Methods')]).toEqual([
    204,
    'GET, POST, OPTIONS',
  ]);
});

test('A client key has only so many streams from one address; servers still get theirs', async () => {
  await stop();
  await start({ admission: new StreamAdmission({ STREAMS: 10, SERVER_STREAMS: 2, CLIENT_STREAMS: 2 }) });
  const path = await streamPath(gate.key('client'));
  const first = await open(path);
  await open(path);
  const over = await refused(path);
  expect([over.status, Number(over.headers.get('Retry-After'))]).toEqual([503, 4]);
  expect((await open(await streamPath(gate.key('server')))).status).toBe(200);
  first.close();
  await expect.poll(async () => (await open(path)).status).toBe(200);
});

test('A client that goes while its key is looked up leaves no place taken behind', async () => {
  await stop();
  const admission = new StreamAdmission(DEFAULT_LIMITS);
  await start({ admission });
  const path = await streamPath(gate.key('client'));
  const { findKey } = gate.list;
  let goOn: (() => void) | undefined;
  gate.list.findKey = () => undefined;
  gate.list.lookAgain = () => new Promise((resolve) => (goOn = resolve));
  const leaving = new AbortController();
  const gone = fetch(`${address()}${path}`, { signal: leaving.signal }).catch(() => undefined);
  await expect.poll(() => goOn).toBeDefined();
  const closed = new Promise((resolve) => server.once('request', (_, response) => response.once('close', resolve)));
  leaving.abort();
  await gone;
  await fetch(address());
  await closed;
  gate.list.findKey = findKey;
  const before = answers.length;
  goOn?.();
  await expect.poll(() => answers.length).toBeGreaterThan(before);
  await expect.poll(() => admission.open).toEqual({ server: 0, client: 0 });
});

test('An address of version 6 is limited by its network, within which anybody has as many as they like', async () => {
  await stop();
  await start({ admission: new StreamAdmission({ STREAMS: 10, SERVER_STREAMS: 2, CLIENT_STREAMS: 2 }) });
  gate.trustProxy = 1;
  const key = gate.key('client');
  const path = await streamPath(key);
  const from = (host: number, network = '2001:db8:0:1') => ({ 'X-Forwarded-For': `${network}::${host.toString(16)}` });
  for (const host of [1, 2]) expect((await open(path, from(host))).status).toBe(200);
  expect((await open(path, from(3))).status).toBe(503);
  expect((await open(path, from(3, '2001:db8:0:2'))).status).toBe(200);
  const second = Math.floor(performance.now() / 1_000);
  const asked = Array.from({ length: 120 }, (_, host) =>
    fetch(`${address()}/ofrep/v1/evaluate/flags`, { method: 'POST', headers: { 'X-API-Key': key, ...from(host) } }),
  );
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  const seconds = Math.floor(performance.now() / 1_000) - second + 1;
  expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(50 * seconds);
});

test('Flags that are nowhere get 503, and what breaks gets 500 that tells nothing', async () => {
  const path = await streamPath(gate.key('client'));
  flags.now = undefined;
  flags.onLoad = () => Promise.reject(new Error('the secret of the house'));
  const { status, details } = await refused(path);
  expect([status, details.includes('secret'), errors.length]).toEqual([503, false, 1]);
  expect(answers.at(-1)).toBe('503 /ofrep/v1/stream');
});
