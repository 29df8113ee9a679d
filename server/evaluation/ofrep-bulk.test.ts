import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, flag, killOf, serve, TestNode } from './ofrep.fixture.ts';
import { faultsOf, hasOfrepSchemas } from './ofrep-schema.fixture.ts';

interface Bulk {
  flags: { key: string; value?: unknown; reason?: string; errorCode?: string }[];
  eventStreams: { type: string; endpoint: { requestUri: string }; inactivityDelaySec: number }[];
  metadata: { state: string; position: string; ageMs: number; stale?: boolean };
}

const split = {
  by: 'targetingKey',
  salt: 's',
  of: 100_000,
  slices: [[0, 100_000, 'on']] as [number, number, string][],
};
const FLAGS = [
  flag('b-split', { fallthrough: { split } }),
  flag('a-plain', { clientVisible: true }),
  flag('c-coded', { fallthrough: { coded: true } }),
  flag('d-off', { state: 'off', offVariant: null }),
  flag('e-bad', {
    rules: [{ id: 'r', if: { attribute: 'a', op: 'later' as 'equals', values: ['1'] }, serve: { variant: 'on' } }],
  }),
];
const USER = { context: { targetingKey: 'user-1' } };

let node: TestNode;
let server: Record<string, string>;
beforeEach(() => startNode({}));
afterEach(() => node.close());

async function startNode(change: ConstructorParameters<typeof TestNode>[1]): Promise<void> {
  node = new TestNode(serve(FLAGS), change);
  await node.listen();
  server = { 'X-API-Key': node.key('server') };
}

/** Puts another node in its place, on which no wait ends before a slow machine has done its part. */
async function startPatientNode(): Promise<void> {
  await node.close();
  await startNode({ waitMs: 30_000 });
}

async function all(body: unknown = USER, headers: Record<string, string> = {}, query = '') {
  const answer = await ask(node, undefined, body, { ...server, ...headers }, query);
  return { ...answer, json: answer.json as Bulk, etag: answer.headers.get('ETag') ?? '' };
}

describe('A bulk answer', () => {
  test('has every flag, and a bad one is an item in the list, never a failed request', async () => {
    const { status, json } = await all({});
    expect(status).toBe(200);
    expect(json.flags.map((one) => [one.key, one.value, one.reason ?? one.errorCode])).toEqual([
      ['a-plain', true, 'STATIC'],
      ['b-split', undefined, 'TARGETING_KEY_MISSING'],
      ['c-coded', undefined, 'DEFAULT'],
      ['d-off', undefined, 'DISABLED'],
      ['e-bad', undefined, 'PARSE_ERROR'],
    ]);
    expect(JSON.stringify(json)).not.toContain('null');
  });

  test('names its position and age, and the address of its event stream', async () => {
    const { json } = await all();
    expect(json.metadata).toEqual({ state: 'e1.1~0', position: 'e1.1', ageMs: 12 });
    expect(json.eventStreams).toEqual([
      {
        type: 'sse',
        endpoint: { requestUri: expect.stringMatching(/^\/ofrep\/v1\/stream\?token=[A-Za-z0-9_~.-]+$/) },
        inactivityDelaySec: 120,
      },
    ]);
  });

  test('gives a client key only what clients may see, and no error names another flag', async () => {
    server = { Authorization: `bearer ${node.key('client')}` };
    const { text, json } = await all({});
    expect(json.flags.map((one) => one.key)).toEqual(['a-plain']);
    for (const hidden of ['b-split', 'c-coded', 'd-off', 'e-bad']) expect(text).not.toContain(hidden);
  });

  test('may not be kept by anybody but the one who asked', async () => {
    const { headers } = await all();
    expect(headers.get('Vary')).toBe('Authorization, X-API-Key, Origin');
    expect(headers.get('Cache-Control')).toBe('private, no-cache');
  });

  test.runIf(hasOfrepSchemas)('has the shape that OFREP 0.3.0 gives it', async () => {
    expect(faultsOf('bulkEvaluationSuccess', (await all({})).json)).toEqual([]);
    expect(faultsOf('bulkEvaluationSuccess', (await all()).json)).toEqual([]);
    const refused = await all('[');
    expect([refused.status, faultsOf('bulkEvaluationFailure', refused.json)]).toEqual([400, []]);
  });
});

describe('The bulk ETag', () => {
  test('brings a 304 without a body while nothing has changed', async () => {
    const { etag } = await all();
    const again = await all(USER, { 'If-None-Match': etag });
    expect([again.status, again.text, again.etag]).toEqual([304, '', etag]);
    expect((await all(USER, { 'If-None-Match': `W/${etag}, "other"` })).status).toBe(304);
  });

  test('covers the context: a client that changes an attribute still sends the old tag', async () => {
    const { etag } = await all();
    const other = { context: { targetingKey: 'user-1', plan: 'pro' } };
    expect((await all(other, { 'If-None-Match': etag })).status).toBe(200);
  });

  test('covers the position and the kills that lie over it', async () => {
    const { etag } = await all();
    node.publish(serve(FLAGS, 1, [killOf('a-plain')]));
    const killed = await all(USER, { 'If-None-Match': etag });
    expect([killed.status, killed.json.flags[0]]).toMatchObject([200, { value: false, reason: 'DEFAULT' }]);
    node.publish(serve(FLAGS, 2));
    expect((await all(USER, { 'If-None-Match': killed.etag })).status).toBe(200);
  });

  test('covers the credential', async () => {
    const { etag } = await all();
    server = { 'X-API-Key': node.key('client') };
    expect((await all(USER, { 'If-None-Match': etag })).status).toBe(200);
  });

  test('covers the slot of the token, so that the next answer after ten minutes brings a fresh address', async () => {
    const { etag, json } = await all();
    node.wallMs += 10 * 60_000;
    const later = await all(USER, { 'If-None-Match': etag });
    expect(later.status).toBe(200);
    expect(later.json.eventStreams[0]?.endpoint.requestUri).not.toBe(json.eventStreams[0]?.endpoint.requestUri);
  });

  test('does not move with the age alone', async () => {
    const { etag } = await all();
    node.ageMs = 999;
    expect((await all(USER, { 'If-None-Match': etag })).status).toBe(304);
  });
});

describe('Data older than a flag allows', () => {
  test('is marked stale in the metadata of the bulk answer, with a new tag', async () => {
    node.publish(serve([flag('fresh', { maxStalenessMs: 5_000 }), flag('any')]));
    const { etag } = await all();
    node.ageMs = 5_001;
    const { status, json } = await all(USER, { 'If-None-Match': etag });
    expect([status, json.metadata.stale, json.flags.map((one) => one.value)]).toEqual([200, true, [true, true]]);
  });

  test('turns off exactly the flags whose author wants that, each at its own age', async () => {
    const off = (key: string, maxStalenessMs: number) => flag(key, { maxStalenessMs, whenStale: 'off' });
    node.publish(serve([off('a', 1_000), off('b', 60_000), flag('c')]));
    const values = async () => (await all()).json.flags.map((one) => one.value);
    expect(await values()).toEqual([true, true, true]);
    node.ageMs = 30_000;
    const { etag } = await all();
    expect(await values()).toEqual([false, true, true]);
    expect((await ask(node, 'a', USER, server)).json).toMatchObject({ value: false, reason: 'DEFAULT' });
    node.ageMs = 70_000;
    expect((await all(USER, { 'If-None-Match': etag })).status).toBe(200);
    expect(await values()).toEqual([false, false, true]);
  });
});

describe('A refetch that names a newer state than this node serves', () => {
  const newer = '?flagConfigEtag=e1.2~0';

  test('waits for it when the node has heard of it', async () => {
    await startPatientNode();
    node.heard = 'e1.2';
    setTimeout(() => node.publish(serve(FLAGS, 2)), 30);
    const { status, json } = await all(USER, {}, newer);
    expect([status, json.metadata.position]).toEqual([200, 'e1.2']);
  });

  test('gets 503 and Retry-After after a quarter of a second, never the older flags', async () => {
    node.heard = 'e1.2';
    const begun = performance.now();
    const { status, headers } = await all(USER, {}, newer);
    expect([status, headers.get('Retry-After')]).toEqual([503, '1']);
    expect(performance.now() - begun).toBeGreaterThan(200);
  });

  test('does not wait for a revision that nobody told this node of', async () => {
    expect((await all(USER, {}, '?flagConfigEtag=e1.999999~0')).status).toBe(503);
  });

  test('waits beside at most a hundred others', async () => {
    await startPatientNode();
    node.heard = 'e1.2';
    const waiting = Array.from({ length: 101 }, () => all(USER, {}, newer));
    const first = await Promise.race(waiting);
    expect(first.status).toBe(503);
    node.publish(serve(FLAGS, 2));
    const statuses = (await Promise.all(waiting)).map((one) => one.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
  });

  test('is answered at once for a state that is served, older, of another history, or no state', async () => {
    for (const etag of ['e1.1~0', 'e1.0~0', 'e0.5~0', 'nonsense', '']) {
      expect((await all(USER, {}, `?flagConfigEtag=${etag}&flagConfigLastModified=1`)).status).toBe(200);
    }
  });
});
