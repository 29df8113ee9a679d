import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mintSecret } from '../access/mint-secret.ts';
import { ask, flag, serve, TestNode } from './ofrep.fixture.ts';
import { faultsOf, hasOfrepSchemas } from './ofrep-schema.fixture.ts';

const USER = { context: { targetingKey: 'user-1' } };
const ORIGIN = 'https://shop.example';
let node: TestNode;
let server: Record<string, string>;

beforeEach(async () => {
  node = new TestNode(serve([flag('plain', { clientVisible: true })]));
  await node.listen();
  server = { Authorization: `Bearer ${node.key('server')}` };
});
afterEach(() => node.close());

interface Refused {
  key: string;
  errorCode: string;
  errorDetails: string;
}

/** Asks for one flag and for all; every refusal must read alike in both. */
async function refused(headers: Record<string, string>, body: unknown = USER) {
  const one = await ask(node, 'plain', body, headers);
  const all = await ask(node, undefined, body, headers);
  expect(all.status).toBe(one.status);
  for (const [answer, key] of [
    [one, 'plain'],
    [all, ''],
  ] as const) {
    expect(answer.headers.get('Content-Type')).toBe('application/json');
    expect(answer.json).toEqual({ key, errorCode: expect.any(String), errorDetails: expect.stringMatching(/./) });
    if (hasOfrepSchemas) expect(faultsOf('evaluationFailure', answer.json)).toEqual([]);
  }
  return { status: one.status, headers: one.headers, json: one.json as Refused };
}

describe('Every error is JSON with key, errorCode and errorDetails', () => {
  test('401 for no key, an unknown, an expired and a revoked one', async () => {
    expect((await refused({})).json.errorDetails).toContain('Bearer');
    expect((await refused({ Authorization: 'Basic dXNlcjpwYXNz' })).status).toBe(401);
    expect((await refused({ 'X-API-Key': mintSecret('server').secret })).status).toBe(401);
    for (const refusal of ['expired', 'revoked'] as const) {
      const key = node.key('client');
      node.refuse(key, refusal);
      const { status, json } = await refused({ Authorization: `Bearer ${key}` });
      expect([status, json.errorDetails]).toEqual([401, expect.stringContaining(refusal)]);
    }
  });

  test('403 for kill keys and tokens, which may not evaluate', async () => {
    const { status, json } = await refused({ 'X-API-Key': node.key('kill') });
    expect([status, json.errorCode]).toEqual([403, 'GENERAL']);
    expect(node.events).toContain('access.denied /ofrep/v1/evaluate/flags/{key}');
    const token = mintSecret('admin').secret;
    node.grant(token, { kind: 'token', id: 't', name: 't', projectId: 1, environmentId: null, roles: ['admin'] });
    expect((await refused({ Authorization: `Bearer ${token}` })).status).toBe(403);
  });

  test('403 for a server key that comes from a browser, which is noted as leaked', async () => {
    expect((await refused({ ...server, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect(node.events).toContain('access.leaked-key /ofrep/v1/evaluate/flags');
  });

  test('503 with Retry-After in seconds for a key that nobody can look up now, never 401', async () => {
    node.databaseDown = true;
    const { status, headers } = await refused({ 'X-API-Key': mintSecret('server').secret });
    expect([status, headers.get('Retry-After')]).toEqual([503, '2']);
    expect((await refused({ 'X-API-Key': 'no key at all' })).status).toBe(401);
  });

  test('429 with Retry-After in seconds for the 51st request of a client key from one address in a second', async () => {
    const client = { 'X-API-Key': node.key('client') };
    const answers = await Promise.all(Array.from({ length: 120 }, () => ask(node, 'plain', USER, client)));
    const over = answers.filter((answer) => answer.status === 429);
    expect(over.length).toBeGreaterThan(0);
    expect(over[0]?.headers.get('Retry-After')).toBe('1');
    expect(over[0]?.json).toMatchObject({ key: 'plain', errorCode: 'GENERAL' });
    const trusted = await Promise.all(Array.from({ length: 120 }, () => ask(node, 'plain', USER, server)));
    expect(trusted.every((answer) => answer.status === 200)).toBe(true);
  });

  test('503 when the flags cannot be had, and 500 that tells nothing when something breaks', async () => {
    await node.close();
    node = new TestNode(serve([]), {
      flags: { ...flagsThat(() => undefined), load: () => Promise.reject(new Error('secret')) },
    });
    await node.listen();
    server = { Authorization: `Bearer ${node.key('server')}` };
    const missing = await refused(server);
    expect([missing.status, missing.headers.get('Retry-After')]).toEqual([503, '2']);
    await node.close();
    node = new TestNode(serve([]), {
      flags: flagsThat(() => {
        throw new Error('secret');
      }),
    });
    await node.listen();
    server = { Authorization: `Bearer ${node.key('server')}` };
    const broken = await refused(server);
    expect([broken.status, JSON.stringify(broken.json).includes('secret')]).toEqual([500, false]);
    expect(node.errors).toHaveLength(2);
  });

  test('404 for an address that OFREP does not have, and 405 for another method', async () => {
    const at = (path: string, method: string) =>
      fetch(`http://127.0.0.1:${node.port}${path}`, { method, headers: server });
    const strange = await at('/ofrep/v1/configuration', 'GET');
    expect([strange.status, await strange.json()]).toMatchObject([404, { key: '', errorCode: 'GENERAL' }]);
    const read = await at('/ofrep/v1/evaluate/flags/plain', 'GET');
    expect([read.status, read.headers.get('Allow'), await read.json()]).toMatchObject([
      405,
      'POST, OPTIONS',
      { key: 'plain' },
    ]);
    expect((await at('/elsewhere', 'GET')).status).toBe(418);
  });
});

function flagsThat(served: () => undefined) {
  return { served, load: () => Promise.reject(new Error('none')), ageMs: () => 0, onServed: () => () => undefined };
}

describe('A hostile body', () => {
  test('gets 400 when it is not JSON, not UTF-8, no object, or nested over 32 deep', async () => {
    const deep = (depth: number) => `{"context":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    const bad = [
      '{',
      '"text"',
      '[]',
      '7',
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
      deep(31),
      '['.repeat(1_000_000),
    ];
    for (const body of bad) expect((await refused(server, body)).status).toBe(400);
    expect((await ask(node, 'plain', deep(30), server)).status).toBe(200);
  });

  test('gets 413 over 1 MiB, whether it says its length or not', async () => {
    const body = `{"context":{"a":"${'x'.repeat(1_048_576)}"}}`;
    expect((await ask(node, 'plain', body, server)).status).toBe(413);
    const stream = new ReadableStream({
      start: (c) => {
        c.enqueue(Buffer.from(body));
        c.close();
      },
    });
    const address = `http://127.0.0.1:${node.port}/ofrep/v1/evaluate/flags`;
    const sent = fetch(address, { method: 'POST', headers: server, body: stream, duplex: 'half' } as RequestInit);
    expect((await sent).status).toBe(413);
  });

  test('gets 413 over 64 KiB with a client key, which everybody has', async () => {
    const client = { Authorization: `Bearer ${node.key('client')}` };
    const body = (length: number) => ({ context: { a: 'x'.repeat(length) } });
    expect((await refused(client, body(65_536))).status).toBe(413);
    expect((await ask(node, 'plain', body(65_000), client)).status).toBe(200);
    expect((await ask(node, 'plain', body(65_536), server)).status).toBe(200);
  });

  test('gets 400 for a targetingKey of more than 512 characters with a client key: every split hashes all of it', async () => {
    const client = { Authorization: `Bearer ${node.key('client')}` };
    const body = (length: number) => ({ context: { targetingKey: 'x'.repeat(length) } });
    const { status, json } = await refused(client, body(513));
    expect([status, json.errorCode]).toEqual([400, 'INVALID_CONTEXT']);
    expect((await ask(node, 'plain', body(512), client)).status).toBe(200);
    expect((await ask(node, 'plain', body(513), server)).status).toBe(200);
  });

  test('gets 415 when it is compressed', async () => {
    expect((await refused({ ...server, 'Content-Encoding': 'gzip' })).status).toBe(415);
  });

  test('may name what every object has without changing any answer', async () => {
    const body = '{"context":{"__proto__":{"targetingKey":"x"},"constructor":1,"toString":null}}';
    expect((await ask(node, 'plain', body, server)).json).toMatchObject({ value: true });
  });
});

describe('A page of a browser', () => {
  const flags = () => `http://127.0.0.1:${node.port}/ofrep/v1/evaluate/flags`;
  const preflight = (origin: string, path = '') =>
    fetch(`${flags()}${path}`, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-api-key',
      },
    });

  test('may ask when a client key allows its origin, and read ETag and Retry-After', async () => {
    const client = { 'X-API-Key': node.key('client', { origins: [ORIGIN] }), Origin: ORIGIN };
    const asked = await preflight(ORIGIN);
    expect([asked.status, asked.headers.get('Access-Control-Allow-Origin')]).toEqual([204, ORIGIN]);
    expect(asked.headers.get('Access-Control-Allow-Headers')).toBe(
      'authorization, content-type, if-none-match, x-api-key, turnout-context, turnout-sdk',
    );
    const answer = await ask(node, undefined, USER, client);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN);
    expect(answer.headers.get('Access-Control-Expose-Headers')).toBe(
      'ETag, Retry-After, Turnout-Age-Ms, Turnout-Context-Error',
    );
    const same = await ask(node, undefined, USER, { ...client, 'If-None-Match': answer.headers.get('ETag') ?? '' });
    expect([same.status, same.headers.get('Access-Control-Allow-Origin')]).toEqual([304, ORIGIN]);
    expect((await ask(node, 'missing', USER, client)).headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN);
  });

  test('says by a header of its own which SDK it has, for its User-Agent names the browser', async () => {
    const client = { 'X-API-Key': node.key('client', { origins: [ORIGIN] }), Origin: ORIGIN, 'User-Agent': 'Firefox' };
    await ask(node, undefined, USER, { ...client, 'Turnout-Sdk': 'browser/1.0.0' });
    await ask(node, undefined, USER, client);
    expect(node.used).toEqual(['browser/1.0.0', 'Firefox']);
  });

  test('of another origin is refused by the key, and cannot read why', async () => {
    node.key('client', { origins: [ORIGIN] });
    const client = { 'X-API-Key': node.key('client', { origins: ['https://other.example'] }) };
    const known = await refused({ ...client, Origin: ORIGIN });
    expect(known.status).toBe(403);
    const unknown = await refused({ ...client, Origin: 'https://evil.example' });
    expect([unknown.status, unknown.headers.get('Access-Control-Allow-Origin')]).toEqual([403, null]);
    expect((await preflight('https://evil.example')).headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect((await ask(node, 'plain', USER, client)).status).toBe(200);
  });
});

test('A Java client that offers h2c beside its POST gets its answer over HTTP/1.1', async () => {
  const body = JSON.stringify(USER);
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(node.port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('error', reject);
    socket.on('data', (piece) => {
      heard += piece;
      if (heard.includes('}')) socket.end();
    });
    socket.on('close', () => resolve(heard));
    socket.write(
      `POST /ofrep/v1/evaluate/flags/plain HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n` +
        `HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nAuthorization: ${server.Authorization}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(text).toContain('"value":true');
});

test('An answer is counted under the pattern of its route, never its address', async () => {
  await ask(node, 'plain', USER, server);
  await ask(node, undefined, USER, {});
  expect(node.answers).toEqual(['200 /ofrep/v1/evaluate/flags/{key}', '401 /ofrep/v1/evaluate/flags']);
});
