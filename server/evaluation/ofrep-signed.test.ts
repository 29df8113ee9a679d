import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOfContextSecret } from '../access/context-rule.ts';
import { AUDIENCE, ISSUER, signToken, type TokenChange } from './key-provider.fixture.ts';
import { ask, flag, serve, TestNode } from './ofrep.fixture.ts';

const SHARED = 'a secret of this test that has 32 bytes';
const on = (value: string) => ({ on: value, off: 'off' });
const GOLD = flag('for-gold', {
  ...{ type: 'string', variants: on('gold'), offVariant: 'off', clientVisible: true },
  rules: [{ id: 'r1', if: { attribute: 'plan', op: 'equals', values: ['gold'] }, serve: { variant: 'on' } }],
  fallthrough: { variant: 'off' },
});
const ADA = flag('for-ada', {
  ...{ type: 'string', variants: on('ada'), offVariant: 'off', clientVisible: true },
  rules: [{ id: 'r1', if: { attribute: 'targetingKey', op: 'equals', values: ['ada'] }, serve: { variant: 'on' } }],
  fallthrough: { variant: 'off' },
});

describe('OFREP with signed contexts', () => {
  const node = new TestNode(serve([GOLD, ADA]));
  const ID = 'signedsigned';
  let signed: string;
  let open: string;
  beforeAll(async () => {
    await node.listen();
    const context = {
      ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: ['HS256' as const], jwksUrl: null },
      ...{ bodyAttributes: ['screen'], sealed: node.secrets.seal(placeOfContextSecret(ID), SHARED) },
    };
    signed = node.key('client', { id: ID, origins: ['https://shop.example'], context });
    open = node.key('client');
  });
  afterAll(() => node.close());

  const sign = (change: TokenChange = {}) =>
    signToken({ alg: 'HS256', privateKey: Buffer.from(SHARED) }, node.wallMs, change);
  const posing = { context: { targetingKey: 'ada', plan: 'gold' } };
  const askAs = (
    key: string | undefined,
    token?: string,
    headers: Record<string, string> = {},
    body: object = posing,
  ) =>
    ask(node, key, body, {
      ...{ Authorization: `Bearer ${signed}`, Origin: 'https://shop.example' },
      ...(token === undefined ? {} : { 'Turnout-Context': token }),
      ...headers,
    });

  it('without a token nobody is answered, and both the words and a header say what is missing', async () => {
    for (const key of [undefined, 'for-ada']) {
      const answer = await askAs(key);
      expect(answer.status).toBe(401);
      expect(answer.json).toEqual({
        ...{ key: key ?? '', errorCode: 'GENERAL' },
        errorDetails: 'This client key asks for a context token (a signed JWT), and none came.',
      });
      expect(answer.headers.get('Turnout-Context-Error')).toBe('missing');
      expect(answer.headers.get('Access-Control-Expose-Headers')).toContain('Turnout-Context-Error');
      expect(answer.text).not.toContain('gold');
    }
  });

  it('an expired token is told apart from one that is wrong, so that a client brings a fresh one', async () => {
    const over = await askAs(undefined, await sign({ claims: { exp: 1 } }));
    expect([over.status, over.headers.get('Turnout-Context-Error')]).toEqual([401, 'expired']);
    expect(over.json).toMatchObject({ errorDetails: expect.stringMatching(/^The context token has expired/) });
    const wrong = await askAs(undefined, await sign({ key: Buffer.from('x'.repeat(32)) }));
    expect([wrong.status, wrong.headers.get('Turnout-Context-Error')]).toEqual([401, 'invalid']);
  });

  it('what a visitor says of themselves is nothing beside what the token says, in one answer as in all', async () => {
    const bob = await sign({ claims: { sub: 'bob', plan: undefined } });
    const all = await askAs(undefined, bob);
    expect(all.json).toMatchObject({ flags: [{ value: 'off' }, { value: 'off' }] });
    expect((await askAs('for-ada', bob)).json).toMatchObject({ value: 'off' });
    const ada = await askAs(undefined, await sign(), {}, {});
    expect(ada.json).toMatchObject({ flags: [{ value: 'ada' }, { value: 'gold' }] });
  });

  it('the tag covers what the token says, and not when it was made: a fresh one for the same visitor is a 304', async () => {
    const first = await askAs(undefined, await sign());
    const tag = first.headers.get('ETag') ?? '';
    const again = { 'If-None-Match': tag };
    expect(
      (await askAs(undefined, await sign({ claims: { exp: Math.floor(node.wallMs / 1_000) + 999 } }), again)).status,
    ).toBe(304);
    expect((await askAs(undefined, await sign({ claims: { sub: 'bob' } }), again)).status).toBe(200);
    expect((await askAs(undefined, await sign({ claims: { plan: 'none' } }), again)).status).toBe(200);
    expect((await askAs(undefined, undefined, again)).status).toBe(401);
  });

  it('an open key and a server key ignore the header', async () => {
    for (const secret of [open, node.key('server')]) {
      const headers = { Authorization: `Bearer ${secret}`, 'Turnout-Context': 'nonsense' };
      expect((await ask(node, 'for-ada', posing, headers)).json).toMatchObject({ value: 'ada' });
    }
  });

  it('a page may send the header', async () => {
    const preflight = await fetch(`http://127.0.0.1:${node.port}/ofrep/v1/evaluate/flags`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://shop.example', 'Access-Control-Request-Headers': 'turnout-context' },
    });
    expect(preflight.headers.get('Access-Control-Allow-Headers')?.split(', ')).toContain('turnout-context');
    expect(node.errors).toEqual([]);
  });
});
