import { get } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Snapshot } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mintSecret } from '../access/mint-secret.ts';
import { Problem } from '../platform/problem.ts';
import { flag, segment, TestRulesets } from './held-rulesets.fixture.ts';
import { TestSdkNode } from './sdk-node.fixture.ts';

const RULESET = '/sdk/v1/ruleset';
let flags: TestRulesets;
let node: TestSdkNode;

beforeEach(async () => {
  flags = new TestRulesets([flag('cart'), flag('search')], [segment('many', 500)]);
  node = new TestSdkNode(flags);
  await node.listen();
});
afterEach(() => node.close());

const read = async (response: Response) => (await response.json()) as Snapshot;

/** The body as it came, before anything is unpacked. */
function fetchRaw(headers: Record<string, string>): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = get(
      `${node.address}${RULESET}`,
      { headers: { ...node.headers, ...headers }, agent: false },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(pieces) }));
      },
    );
    request.on('error', reject);
  });
}

describe('The ruleset', () => {
  test('comes as the base, the kills over it and the settled ids, and tells nobody who killed or why', async () => {
    flags.put([flag('cart')], ['recorded']);
    const { kind, id, epoch, flag: key, at } = flags.kill('search');
    const response = await node.fetch(RULESET);
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({
      ruleset: flags.current.base,
      overlay: [{ kind, id, epoch, flag: key, at }],
      settled: ['recorded'],
    });
    expect(text).not.toContain('secret');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'private, no-cache',
      etag: flags.current.etag,
      'turnout-age-ms': '12',
    });
    expect(response.headers.get('vary')?.split(', ')).toEqual(
      expect.arrayContaining(['Authorization', 'Accept-Encoding', 'Turnout-Overlay']),
    );
    expect(node.answers).toEqual(['200 /sdk/v1/ruleset']);
  });

  test('is not sent again to a client that has all three of its parts; any of them makes it new', async () => {
    let tag = '';
    const moves = [() => undefined, () => flags.flip('cart'), () => flags.kill('cart'), () => flags.put([], ['x'])];
    for (const move of moves) {
      move();
      const fresh = await node.fetch(RULESET, { 'If-None-Match': tag });
      expect(fresh.status).toBe(200);
      tag = fresh.headers.get('ETag') ?? '';
      for (const named of [tag, `W/${tag}`, `"other", ${tag}`]) {
        const same = await node.fetch(RULESET, { 'If-None-Match': named });
        expect([same.status, same.headers.get('ETag'), await same.text()]).toEqual([304, tag, '']);
        expect(same.headers.get('Turnout-Age-Ms')).toBe('12');
      }
    }
  });

  test.each([
    ['gzip', 'gzip', gunzipSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['br;q=0, GZIP;q=0.5', 'gzip', gunzipSync],
  ] as const)('is compressed for a client that accepts %s', async (accepted, coding, unpack) => {
    const plain = await fetchRaw({});
    expect(plain.headers).not.toHaveProperty('content-encoding');
    for (let time = 0; time < 2; time++) {
      const { headers, body } = await fetchRaw({ 'Accept-Encoding': accepted });
      expect(headers['content-encoding']).toBe(coding);
      expect(headers.etag).toBe(`W/${flags.current.etag}`);
      expect(body.length).toBeLessThan(plain.body.length / 2);
      expect(unpack(body).equals(plain.body)).toBe(true);
    }
    const same = await node.fetch(RULESET, { 'If-None-Match': `W/${flags.current.etag}`, 'Accept-Encoding': accepted });
    expect(same.status).toBe(304);
  });

  test.each(['identity', 'zstd', 'gzip;q=0', 'br;q=0.0, gzip;q=0'])('stays plain for %s', async (accepted) => {
    expect((await fetchRaw({ 'Accept-Encoding': accepted })).headers).not.toHaveProperty('content-encoding');
  });

  test('answers old ids that a client names to this client alone, under a tag of its own', async () => {
    flags.put([flag('cart')], ['recent']);
    flags.old.add('old');
    const shared = await node.fetch(RULESET);
    const tag = shared.headers.get('ETag') ?? '';
    const named = await node.fetch(RULESET, { 'Turnout-Overlay': 'old,recent,unheard', 'If-None-Match': tag });
    expect(named.status).toBe(200);
    expect(await read(named)).toEqual({ ...(await read(shared)), settled: ['recent', 'old'] });
    const own = named.headers.get('ETag') ?? '';
    expect(own).not.toBe(tag);
    const same = await node.fetch(RULESET, { 'Turnout-Overlay': 'old', 'If-None-Match': own });
    expect(same.status).toBe(304);
    const without = await node.fetch(RULESET, { 'If-None-Match': own });
    expect([without.status, (await read(without)).settled]).toEqual([200, ['recent']]);
    // Ids that memory knows cost no look into the database.
    flags.asked.length = 0;
    const { id } = flags.kill('cart');
    const known = await node.fetch(RULESET, { 'Turnout-Overlay': `recent,${id}` });
    expect([known.headers.get('ETag'), flags.asked]).toEqual([flags.current.etag, []]);
  });

  test('names no id as settled that another history recorded while the database was asked', async () => {
    flags.settledAmong = async (_environmentId, ids) => {
      if (flags.current.base.epoch === 'e2') return [];
      flags.jump('e2', 1, [flag('cart')]);
      return [...ids];
    };
    const answer = await read(await node.fetch(RULESET, { 'Turnout-Overlay': 'old' }));
    expect([answer.ruleset.epoch, answer.settled]).toEqual(['e2', []]);
  });

  test('says an age that nobody knows as one beyond all limits', async () => {
    flags.age = Number.POSITIVE_INFINITY;
    expect(Number((await node.fetch(RULESET)).headers.get('Turnout-Age-Ms'))).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('What is refused is a problem', () => {
  async function refused(headers: Record<string, string>, path = RULESET, method = 'GET') {
    const response = await node.fetch(path, headers, method);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(response.headers.get('Cache-Control')).toBe('private, no-cache');
    expect(response.headers.get('Vary')).toBe('Authorization, X-API-Key, Origin');
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as { code: string; errors?: unknown },
    };
  }

  test('401 for no key, one that nobody has, and one that was revoked or has expired', async () => {
    const keys = ['expired', 'revoked'].map((refusal) => {
      const secret = node.gate.key('server');
      node.gate.principals.set(secret, refusal as 'expired' | 'revoked');
      return secret;
    });
    for (const secret of ['nonsense', mintSecret('server').secret, ...keys]) {
      const { status, headers, body } = await refused({ Authorization: `Bearer ${secret}` });
      expect([status, body.code, headers.get('WWW-Authenticate')]).toEqual([401, 'unauthorized', null]);
    }
    expect((await refused({ Authorization: '', 'X-API-Key': node.secret })).status).toBe(401);
  });

  test('403 for keys and tokens without the right, and for a server key out of a browser', async () => {
    const admin = mintSecret('admin').secret;
    node.gate.principals.set(admin, {
      kind: 'token',
      id: 't',
      name: 't',
      projectId: 1,
      environmentId: null,
      roles: ['admin'],
    });
    for (const secret of [node.gate.key('client'), node.gate.key('kill'), admin]) {
      const { status, body } = await refused({ Authorization: `Bearer ${secret}` });
      expect([status, body.code]).toEqual([403, 'forbidden']);
    }
    const leaked = await refused({ 'Sec-Fetch-Site': 'cross-site' });
    expect([leaked.status, leaked.body.code]).toEqual([403, 'leaked_key']);
    expect((await refused({ 'Sec-Fetch-Site': 'none' }, '/sdk/v1/stream')).status).toBe(403);
    expect(node.gate.noted).toEqual([
      ...Array.from({ length: 3 }, () => 'access.denied GET /sdk/v1/ruleset'),
      'access.leaked-key GET /sdk/v1/ruleset',
      'access.leaked-key GET /sdk/v1/stream',
    ]);
  });

  test('503 with Retry-After for a key that nobody can look up now, and for a ruleset that is nowhere', async () => {
    node.gate.databaseDown = true;
    const unknown = await refused({ Authorization: `Bearer ${mintSecret('server').secret}` });
    expect([unknown.status, unknown.headers.get('Retry-After')]).toEqual([503, '2']);
    flags.now = undefined;
    flags.onLoad = () => Promise.reject(new Problem('unavailable', 'nowhere', { retryAfterSeconds: 3 }));
    const nowhere = await refused({});
    expect([nowhere.status, nowhere.headers.get('Retry-After')]).toEqual([503, '3']);
  });

  test('500 that tells nothing when something breaks', async () => {
    flags.now = undefined;
    flags.onLoad = () => Promise.reject(new Error('the secret of the house'));
    const { status, body } = await refused({});
    expect([status, JSON.stringify(body).includes('secret')]).toEqual([500, false]);
    expect(node.errors).toHaveLength(1);
  });

  test('422 that names the header whose ids are none', async () => {
    for (const ids of ['a b', '"quoted"', 'a,,b', 'x'.repeat(65), Array(1_001).fill('a').join(',')]) {
      const { status, body } = await refused({ 'Turnout-Overlay': ids });
      expect([status, body.errors]).toMatchObject([422, [{ path: '/header/turnout-overlay' }]]);
    }
  });

  test('404 and 405 for addresses and methods that there are not; others are left to whoever comes next', async () => {
    expect((await refused({}, '/sdk/v1/elsewhere')).status).toBe(404);
    const wrong = await refused({}, RULESET, 'POST');
    expect([wrong.status, wrong.headers.get('Allow')]).toEqual([405, 'GET']);
    expect((await node.fetch('/elsewhere')).status).toBe(418);
    expect((await node.fetch(`/${RULESET}?any=query`)).status).toBe(200);
    expect(node.answers).toEqual(['404 /sdk/*', '405 /sdk/v1/ruleset', '200 /sdk/v1/ruleset']);
  });
});
