import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, flag, killOf, serve, TestNode } from './ofrep.fixture.ts';
import { faultsOf, hasOfrepSchemas } from './ofrep-schema.fixture.ts';

const split = {
  by: 'targetingKey',
  salt: 's',
  of: 100_000,
  slices: [[0, 100_000, 'on']] as [number, number, string][],
};
const FLAGS = [
  flag('plain'),
  flag('text', { type: 'string', variants: { a: 'ä"\n', b: '' }, offVariant: 'b', fallthrough: { variant: 'a' } }),
  flag('whole', { type: 'number', variants: { a: 1, b: 2 }, offVariant: 'b', fallthrough: { variant: 'a' } }),
  flag('marked', {
    ...{ type: 'number', variants: { a: 1, b: 2 }, offVariant: 'b', fallthrough: { variant: 'a' } },
    metadata: { fractional: true },
  }),
  flag('fractional', { type: 'number', variants: { a: 1, b: 0.5 }, offVariant: 'b', fallthrough: { variant: 'a' } }),
  flag('thing', {
    type: 'object',
    variants: { a: { deep: [1, null] } },
    offVariant: 'a',
    fallthrough: { variant: 'a' },
  }),
  flag('off-with-variant', { state: 'off' }),
  flag('off-without', { state: 'off', offVariant: null }),
  flag('coded', { fallthrough: { coded: true } }),
  flag('killed'),
  flag('split', { fallthrough: { split } }),
  flag('split-by-org', { fallthrough: { split: { ...split, by: 'org' } } }),
  flag('noted', { metadata: { team: 'checkout', cost: 1.5, hot: true } }),
  flag('ruled', {
    rules: [{ id: 'r', if: { attribute: 'plan', op: 'equals', values: ['pro'] }, serve: { variant: 'off' } }],
  }),
  flag('broken', {
    rules: [{ id: 'r', if: { attribute: 'a', op: 'later' as 'equals', values: ['1'] }, serve: { variant: 'on' } }],
  }),
  flag('circle-a', { prerequisites: [{ flag: 'circle-b', variants: ['on'] }] }),
  flag('circle-b', { prerequisites: [{ flag: 'circle-a', variants: ['on'] }] }),
  flag('seen', { clientVisible: true }),
  flag('leaning', { clientVisible: true, prerequisites: [{ flag: 'off-with-variant', variants: ['on'] }] }),
];

let node: TestNode;
let server: Record<string, string>;
let client: Record<string, string>;
const USER = { context: { targetingKey: 'user-1' } };

beforeAll(async () => {
  node = new TestNode(serve(FLAGS, 4, [killOf('killed')]));
  await node.listen();
  server = { Authorization: `Bearer ${node.key('server')}` };
  client = { 'X-API-Key': node.key('client', { origins: ['https://shop.example'] }) };
});
afterAll(() => node.close());

async function one(key: string, body: unknown = USER, headers = server) {
  const answer = await ask(node, key, body, headers);
  return { ...answer, json: answer.json as Record<string, unknown> };
}

describe('A value', () => {
  test('comes with its key, reason and variant, for each of the four types', async () => {
    expect((await one('plain')).json).toEqual({ key: 'plain', value: true, reason: 'STATIC', variant: 'on' });
    expect((await one('text')).json).toMatchObject({ value: 'ä"\n', variant: 'a' });
    expect((await one('whole')).json).toMatchObject({ value: 1, variant: 'a' });
    expect((await one('thing')).json).toMatchObject({ value: { deep: [1, null] }, variant: 'a' });
  });

  test('of a number flag with a fractional variant, or marked as fractional by its author, is written as 1.0, of others as 1', async () => {
    expect((await one('fractional')).text).toContain('"value":1.0,');
    expect((await one('marked')).text).toContain('"value":1.0,');
    expect((await one('whole')).text).toContain('"value":1,');
  });

  test('says how it came about: by a rule, by a split, or by neither', async () => {
    expect((await one('ruled', { context: { plan: 'pro' } })).json).toMatchObject({
      value: false,
      reason: 'TARGETING_MATCH',
    });
    expect((await one('ruled')).json).toMatchObject({ value: true, reason: 'DEFAULT' });
    expect((await one('split')).json).toMatchObject({ value: true, reason: 'SPLIT' });
  });

  test('carries the age of the data in a header', async () => {
    expect((await one('plain')).headers.get('Turnout-Age-Ms')).toBe('12');
  });

  test('has only the metadata that its author wrote', async () => {
    expect((await one('noted')).json.metadata).toEqual({ team: 'checkout', cost: 1.5, hot: true });
    expect((await one('plain')).json).not.toHaveProperty('metadata');
  });
});

describe('The reason DISABLED', () => {
  test('stands only beside no value, for the Go client takes the default of the caller on it and would undo a kill', async () => {
    for (const key of ['off-with-variant', 'killed']) {
      expect((await one(key)).json).toEqual({ key, value: false, reason: 'DEFAULT', variant: 'off' });
    }
    expect((await one('off-without')).json).toEqual({ key: 'off-without', reason: 'DISABLED' });
  });

  test('is not that of a coded default, which is a 200 without value and variant', async () => {
    const { status, json } = await one('coded');
    expect([status, json]).toEqual([200, { key: 'coded', reason: 'DEFAULT' }]);
  });
});

describe('A context', () => {
  test('may be missing, empty, null, or come without a body', async () => {
    for (const body of [undefined, '', ' \n', {}, { context: {} }, { context: null }, null]) {
      expect((await one('plain', body)).json).toMatchObject({ value: true });
    }
  });

  test('needs a targetingKey only where a split asks for it', async () => {
    const { status, json } = await one('split', { context: {} });
    expect([status, json.errorCode]).toEqual([400, 'TARGETING_KEY_MISSING']);
    expect((await one('split-by-org')).json).toMatchObject({ key: 'split-by-org', errorCode: 'INVALID_CONTEXT' });
    expect((await one('split-by-org')).json.errorDetails).toContain('context.org');
  });

  test('of another shape is refused with the name of the field', async () => {
    expect((await one('plain', { context: [] })).json).toMatchObject({ errorCode: 'INVALID_CONTEXT', key: 'plain' });
    expect((await one('plain', { context: { targetingKey: 7 } })).json.errorDetails).toContain('context.targetingKey');
    expect((await one('split', { context: { targetingKey: null } })).json).toMatchObject({
      errorCode: 'TARGETING_KEY_MISSING',
    });
    expect((await one('plain', [])).json).toMatchObject({ errorCode: 'PARSE_ERROR' });
  });
});

describe('A key', () => {
  test('arrives percent-encoded or raw, and behind a second slash', async () => {
    for (const path of [
      '/ofrep/v1/evaluate/flags/off%2Dwith%2Dvariant',
      '//ofrep/v1/evaluate/flags/off-with-variant',
    ]) {
      const response = await fetch(`http://127.0.0.1:${node.port}${path}`, { method: 'POST', headers: server });
      expect(await response.json()).toMatchObject({ key: 'off-with-variant', value: false });
    }
  });

  test('that names no flag is FLAG_NOT_FOUND, also one that every object has', async () => {
    for (const key of ['constructor', '__proto__', 'toString', 'no-such', '%E0%A4%A', 'a%2Fb', '..%2f']) {
      const { status, json } = await one(key);
      expect([key, status, json.errorCode]).toEqual([key, 404, 'FLAG_NOT_FOUND']);
    }
  });

  test('of a flag that clients may not see is answered to a client key exactly as one that does not exist', async () => {
    const hidden = await one('plain', USER, client);
    const missing = await one('no-such', USER, client);
    expect(hidden.status).toBe(404);
    expect(hidden.text.replace('plain', 'no-such')).toBe(missing.text);
    expect((await one('seen', USER, client)).json).toMatchObject({ value: true });
  });
});

describe('A flag that cannot be evaluated', () => {
  test('answers with its code and says why, naming no other flag', async () => {
    expect((await one('broken')).json).toMatchObject({ key: 'broken', errorCode: 'PARSE_ERROR' });
    const circle = await one('circle-a');
    expect(circle.json).toMatchObject({ errorCode: 'GENERAL' });
    expect(circle.text).not.toContain('circle-b');
  });

  test('does not tell a client key of the hidden flag that turned it off', async () => {
    const { json, text } = await one('leaning', USER, client);
    expect(json).toEqual({ key: 'leaning', value: false, reason: 'DEFAULT', variant: 'off' });
    expect(text).not.toContain('off-with-variant');
  });
});

test.runIf(hasOfrepSchemas)('Every single answer has the shape that OFREP 0.3.0 gives it', async () => {
  for (const { key } of FLAGS) {
    for (const body of [USER, {}]) {
      const { status, json } = await one(key, body);
      expect([key, faultsOf(status === 200 ? 'serverEvaluationSuccess' : 'evaluationFailure', json)]).toEqual([
        key,
        [],
      ]);
    }
  }
  expect(faultsOf('flagNotFound', (await one('no-such')).json)).toEqual([]);
});
