import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Algorithm, placeOfContextSecret, type SignedContexts } from '../access/context-rule.ts';
import type { KeyPrincipal } from '../access/principal.ts';
import { openOutbound } from '../platform/outbound.ts';
import { Problem } from '../platform/problem.ts';
import { Secrets } from '../platform/secrets.ts';
import { ContextRefusal } from './context-refusal.ts';
import { ContextTokens } from './context-tokens.ts';
import { AUDIENCE, ISSUER, KeyProvider, makeSigningKey, type SigningKey, signToken } from './key-provider.fixture.ts';
import { KeySets } from './key-sets.ts';

const PAIRS: Algorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const SHARED = 'a secret of this test that has 32 bytes';

describe('context tokens', () => {
  const provider = new KeyProvider();
  const secrets = Secrets.open({ dataDir: '/nowhere', fromEnv: randomBytes(32).toString('base64') });
  const clock = { wallMs: 0, now: () => new Date(clock.wallMs), monotonic: () => clock.wallMs };
  const pairs = new Map<string, SigningKey>();
  let tokens: ContextTokens;
  let faults: string[];
  beforeAll(async () => {
    await provider.listen();
    for (const alg of PAIRS) pairs.set(alg, await makeSigningKey(alg));
  });
  beforeEach(() => {
    Object.assign(provider, { keys: [...pairs.values()], instead: undefined });
    provider.asked.length = 0;
    clock.wallMs = Date.parse('2026-03-01T12:00:00Z');
    faults = [];
    tokens = openTokens();
  });
  afterAll(() => provider.close());

  const openTokens = () => {
    const allowed = [{ host: '127.0.0.1', port: provider.port }];
    const onFault = (message: string) => faults.push(message);
    const keySets = new KeySets({ outbound: openOutbound({ allowed }), allowed, clock, onFault });
    return new ContextTokens({ keySets, secrets, clock, onFault });
  };
  const keyWith = (change: Partial<SignedContexts> = {}): KeyPrincipal => ({
    ...{ kind: 'key', keyKind: 'client', id: 'k1', name: 'page', projectId: 1, environmentId: 7, origins: [] },
    ...{ flags: null, tags: null },
    context: {
      ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: PAIRS, jwksUrl: provider.url, sealed: null },
      ...{ bodyAttributes: [], ...change },
    },
  });
  const sharing = (secret = SHARED) =>
    keyWith({ algorithms: ['HS256'], jwksUrl: null, sealed: secrets.seal(placeOfContextSecret('k1'), secret) });
  const pair = (alg: string) => pairs.get(alg) as SigningKey;
  const shared = (secret = SHARED) => ({ alg: 'HS256', privateKey: Buffer.from(secret) });
  const sign = (change: Parameters<typeof signToken>[2] = {}, key = pair('ES256')) =>
    signToken(key, clock.wallMs, change);
  const ask = async (token: string | undefined, key = keyWith(), given = {}) => tokens.contextOf(key, token, given);
  const refused = async (token: string | undefined, key = keyWith()) => {
    const found = await ask(token, key).catch((error: unknown) => error);
    if (!(found instanceof Problem)) throw new Error(`It was not refused: ${JSON.stringify(found)}`);
    return { status: found.status, message: found.message, fault: found instanceof ContextRefusal && found.fault };
  };

  it.each(PAIRS)('of %s are good for whom they name', async (alg) => {
    expect(await ask(await sign({}, pair(alg)))).toEqual({ targetingKey: 'ada', plan: 'gold' });
    expect(provider.asked).toEqual(['/keys']);
  });

  it('of a shared secret are good too, and are what only who has it can make', async () => {
    expect(await ask(await signToken(shared(), clock.wallMs), sharing())).toEqual({
      targetingKey: 'ada',
      plan: 'gold',
    });
    const forged = await signToken(shared('another secret that has 32 bytes too'), clock.wallMs);
    expect(await refused(forged, sharing())).toMatchObject({
      status: 401,
      fault: 'invalid',
      message: expect.stringMatching(/signature/),
    });
  });

  it('mean nothing to an open key, whatever they are', async () => {
    const { context: _, ...open } = keyWith();
    const given = { targetingKey: 'anybody', plan: 'none' };
    for (const token of [undefined, '', 'nonsense', await sign()])
      expect(tokens.contextOf(open, token, given)).toBe(given);
    expect(provider.asked).toEqual([]);
  });

  it('win over what a request says itself, of which only what is listed counts', async () => {
    const key = keyWith({ bodyAttributes: ['screen', 'plan', 'targetingKey'] });
    const given = { targetingKey: 'bob', plan: 'platinum', screen: 'small', admin: true };
    expect(await ask(await sign(), key, given)).toEqual({ targetingKey: 'ada', plan: 'gold', screen: 'small' });
    expect(await ask(await sign(), keyWith(), given)).toEqual({ targetingKey: 'ada', plan: 'gold' });
  });

  it('may carry names that objects know by themselves, and do no harm with them', async () => {
    const claims = JSON.parse(
      '{"__proto__": {"admin": true}, "constructor": "x", "targetingKey": "bob", "toString": 1}',
    );
    const context = await ask(await sign({ claims }), keyWith({ bodyAttributes: ['hasOwnProperty', '__proto__'] }), {});
    expect(Object.getPrototypeOf(context)).toBe(Object.prototype);
    expect('admin' in context).toBe(false);
    expect(context).toMatchObject({ targetingKey: 'ada', constructor: 'x' });
  });

  it('that do not say which of several keys they are signed with are checked with each', async () => {
    const other = await makeSigningKey('ES256', 'other');
    provider.keys = [pair('ES256'), other];
    const header = { kid: undefined };
    for (const key of provider.keys)
      expect(await ask(await sign({ header }, key))).toMatchObject({ targetingKey: 'ada' });
    const wrong = await sign({ header, claims: { aud: 'till' } }, other);
    expect(await refused(wrong)).toMatchObject({ fault: 'invalid', message: expect.stringMatching(/aud/) });
    const forged = await sign({ header, key: (await makeSigningKey('ES256')).privateKey });
    expect(await refused(forged)).toMatchObject({ fault: 'invalid', message: expect.stringMatching(/signature/) });
  });

  const now = () => Math.floor(clock.wallMs / 1_000);
  const wrongClaims: [string, () => Record<string, unknown>, string, RegExp][] = [
    ['another issuer', () => ({ iss: 'https://evil.example' }), 'invalid', /iss/],
    ['issuers in a list', () => ({ iss: [ISSUER] }), 'invalid', /iss/],
    ['no issuer', () => ({ iss: undefined }), 'invalid', /no iss/],
    ['another audience', () => ({ aud: 'admin' }), 'invalid', /aud/],
    ['no audience', () => ({ aud: undefined }), 'invalid', /no aud/],
    ['no end', () => ({ exp: undefined }), 'invalid', /no exp/],
    ['an end in words', () => ({ exp: 'tomorrow' }), 'invalid', /exp/],
    ['an end that is over', () => ({ exp: now() - 31 }), 'expired', /^The context token has expired/],
    ['a beginning to come', () => ({ nbf: now() + 31 }), 'invalid', /nbf/],
    ['no subject', () => ({ sub: undefined }), 'invalid', /no sub/],
    ['an empty subject', () => ({ sub: '' }), 'invalid', /sub/],
    ['a subject that is a number', () => ({ sub: 7 }), 'invalid', /sub/],
    ['a subject that is too long', () => ({ sub: 'a'.repeat(513) }), 'invalid', /sub/],
    ['more than fits', () => ({ note: 'a'.repeat(8_192) }), 'invalid', /too long/],
    ['what is too deep', () => ({ deep: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) }), 'invalid', /deep/],
  ];
  it.each(wrongClaims)('with %s are refused', async (_, claims, fault, message) => {
    expect(await refused(await sign({ claims: claims() }))).toMatchObject({
      ...{ status: 401, fault, message: expect.stringMatching(message) },
    });
  });

  it('may be good for several audiences, and clocks may differ by half a minute', async () => {
    const claims = { aud: ['other', AUDIENCE], exp: now() - 29, nbf: now() + 29 };
    expect(await ask(await sign({ claims }))).toMatchObject({ targetingKey: 'ada' });
  });

  it('without a token, and with what is none, are refused, and say which', async () => {
    expect(await refused(undefined)).toMatchObject({
      status: 401,
      fault: 'missing',
      message: expect.stringMatching(/none came/),
    });
    expect(await refused('')).toMatchObject({ fault: 'missing' });
    const token = await sign();
    const [head = '', body = ''] = token.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const bad of ['x', 'a.b.c', `${head}.${body}`, `${head}.${body}.`, `${none}.${body}.`, `${token}, ${token}`]) {
      expect(await refused(bad), bad).toMatchObject({ status: 401, fault: 'invalid' });
    }
  });

  it('whose signature somebody else made, or whose content was changed, are refused', async () => {
    const own = await makeSigningKey('ES256');
    expect(await refused(await sign({ key: own.privateKey }))).toMatchObject({
      fault: 'invalid',
      message: expect.stringMatching(/signature/),
    });
    const [head, body = '', signature] = (await sign()).split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'bob' })).toString('base64url');
    expect(await refused(`${head}.${changed}.${signature}`)).toMatchObject({
      fault: 'invalid',
      message: expect.stringMatching(/signature/),
    });
  });

  it('are written in one way only, so that one good token is not ten thousand others too', async () => {
    const token = await sign();
    const [head, body, signature = ''] = token.split('.');
    const odd = [
      [`${signature.slice(0, 9)} ${signature.slice(9)}`, `${signature}\t`, `${signature}==`],
      // Its last sign stands for fewer bits than it has.
      [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((last) => `${signature.slice(0, -1)}${last}`),
    ].flat();
    const others = odd.filter((one) => one !== signature);
    for (const one of others) expect(await refused(`${head}.${body}.${one}`)).toMatchObject({ fault: 'invalid' });
    expect(await ask(token)).toMatchObject({ targetingKey: 'ada' });
  });

  it('of an algorithm that the key does not allow are refused, a public key taken for a secret above all', async () => {
    const only = keyWith({ algorithms: ['ES256'] });
    expect(await refused(await sign({}, pair('RS256')), only)).toMatchObject({
      fault: 'invalid',
      message: expect.stringMatching(/alg/),
    });
    const confused = shared(JSON.stringify(pair('RS256').jwk));
    for (const key of [keyWith(), keyWith({ algorithms: [...PAIRS, 'HS256'] })]) {
      const token = await signToken({ ...confused, kid: 'RS256' }, clock.wallMs);
      expect(await refused(token, key)).toMatchObject({ fault: 'invalid', message: expect.stringMatching(/alg/) });
    }
    expect(await refused(await sign(), sharing())).toMatchObject({
      fault: 'invalid',
      message: expect.stringMatching(/alg/),
    });
  });

  it('bring no keys of their own: addresses and keys in a header are never looked at', async () => {
    const own = await makeSigningKey('ES256', 'own');
    const elsewhere = `http://127.0.0.1:${provider.port}/own`;
    const headers: Record<string, unknown>[] = [
      ...[{ jku: elsewhere }, { x5u: elsewhere }, { jwk: own.jwk }, { x5c: ['MIIB'] }],
      ...[
        { jku: elsewhere, kid: 'ES256' },
        { jwk: own.jwk, kid: 'ES256' },
      ],
    ];
    for (const header of headers) {
      const token = await sign({ key: own.privateKey, header: { kid: 'own', ...header } });
      expect(await refused(token), JSON.stringify(header)).toMatchObject({ status: 401, fault: 'invalid' });
      expect(await ask(await sign({ header }))).toMatchObject({ targetingKey: 'ada' });
    }
    expect(new Set(provider.asked)).toEqual(new Set(['/keys']));
  });

  it('with an extension that must be understood and is not are refused', async () => {
    const header = { crit: ['exp-policy'], 'exp-policy': 1 };
    const token = await sign({ header, understood: { 'exp-policy': true } });
    expect(await refused(token)).toMatchObject({ status: 401, fault: 'invalid' });
  });

  it('that were found good are known at once, until they end or the rule of their key changes', async () => {
    const token = await sign();
    await ask(token);
    expect(tokens.contextOf(keyWith(), token, {})).toEqual({ targetingKey: 'ada', plan: 'gold' });
    expect(await refused(token, keyWith({ audience: 'other' }))).toMatchObject({ fault: 'invalid' });
    expect(await refused(token, keyWith({ algorithms: ['RS256'] }))).toMatchObject({ fault: 'invalid' });
    clock.wallMs += 91_000;
    expect(await refused(token)).toMatchObject({ status: 401, fault: 'expired' });
    expect(await refused(token)).toMatchObject({ status: 401, fault: 'expired' });
  });

  it('of a key that the provider took back are refused, also those that were found good before', async () => {
    const claims = { exp: now() + 86_400 };
    const [lost, kept] = [await sign({ claims }), await sign({ claims }, pair('RS256'))];
    for (const token of [lost, kept]) expect(await ask(token)).toMatchObject({ targetingKey: 'ada' });
    provider.keys = [pair('RS256')];
    clock.wallMs += 601_000;
    expect(await refused(lost)).toMatchObject({ status: 401, fault: 'invalid' });
    expect(await ask(kept)).toMatchObject({ targetingKey: 'ada' });
    expect(provider.asked).toHaveLength(2);
  });

  it('are checked by nobody where a secret does not open, and that is said to whoever runs the server', async () => {
    const sealed = secrets.seal(placeOfContextSecret('another'), SHARED);
    const token = await signToken(shared(), clock.wallMs);
    const key = keyWith({ algorithms: ['HS256'], jwksUrl: null, sealed });
    for (let i = 0; i < 3; i++) expect(await refused(token, key)).toMatchObject({ status: 503 });
    expect(faults).toEqual([expect.stringContaining('k1 does not open')]);
  });
});
