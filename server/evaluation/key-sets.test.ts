import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openOutbound } from '../platform/outbound.ts';
import { KeyProvider, makeSigningKey, type SigningKey } from './key-provider.fixture.ts';
import { KeySets } from './key-sets.ts';

const MINUTE = 60_000;

describe('sets of public keys', () => {
  const provider = new KeyProvider();
  const clock = { ms: 0, monotonic: () => clock.ms };
  let [first, second]: SigningKey[] = [];
  let sets: KeySets;
  let faults: string[];
  beforeAll(async () => {
    await provider.listen();
    [first, second] = await Promise.all([makeSigningKey('ES256', 'first'), makeSigningKey('ES256', 'second')]);
  });
  beforeEach(() => {
    Object.assign(provider, { keys: [first], instead: undefined });
    provider.asked.length = 0;
    clock.ms = 1_000;
    faults = [];
    sets = openSets();
  });
  afterAll(() => provider.close());

  const allowed = () => [{ host: '127.0.0.1', port: provider.port }];
  const openSets = (plain = allowed(), outbound = openOutbound({ allowed: allowed() })) =>
    new KeySets({ outbound, allowed: plain, clock, onFault: (message) => faults.push(message) });
  const take = () => sets.take(provider.url);
  const kidsOf = async () => (await take()).jwks().keys.map(({ kid }) => kid);
  const goAway = () => {
    provider.instead = { status: 503, body: 'away' };
  };

  it('are fetched once for all who wait for them, and then known without waiting', async () => {
    expect(sets.now(provider.url)).toBeUndefined();
    const found = await Promise.all([take(), take(), take()]);
    expect(new Set(found).size).toBe(1);
    expect(sets.now(provider.url)).toBe(found[0]);
    expect(provider.asked).toHaveLength(1);
  });

  it('keep nothing of what a provider answers but what a signature is checked with', async () => {
    const { jwk } = first as SigningKey;
    const keys = [
      { ...jwk, x5c: ['A'.repeat(500_000)], note: 'x' },
      { ...jwk, kid: 'k'.repeat(100_000) },
    ];
    provider.instead = { status: 200, body: JSON.stringify({ keys }) };
    expect((await take()).jwks().keys).toEqual([jwk]);
  });

  it('in use are fetched again before anybody waits, and the same keys stay the same set', async () => {
    const set = await take();
    clock.ms += 6 * MINUTE;
    expect(sets.now(provider.url)).toBe(set);
    await expect.poll(() => provider.asked.length).toBe(2);
    expect(await take()).toBe(set);
  });

  it('are never older than ten minutes where the provider answers', async () => {
    await take();
    provider.keys = [second as SigningKey];
    clock.ms += 11 * MINUTE;
    expect(sets.now(provider.url)).toBeUndefined();
    expect(await kidsOf()).toEqual(['second']);
  });

  it('are asked for once a minute, however many tokens name a key that is not there', async () => {
    const set = await take();
    provider.keys = [first as SigningKey, second as SigningKey];
    for (let i = 0; i < 20; i++) expect(await sets.takeNewer(provider.url, set)).toBeUndefined();
    expect(provider.asked).toHaveLength(1);
    clock.ms += MINUTE;
    const newer = await Promise.all(Array.from({ length: 20 }, () => sets.takeNewer(provider.url, set)));
    expect(newer[0]?.jwks().keys.map(({ kid }) => kid)).toEqual(['first', 'second']);
    expect(provider.asked).toHaveLength(2);
  });

  it('of a provider that is away are good for a day, and nobody waits for it more than once a minute', async () => {
    const set = await take();
    goAway();
    clock.ms += 11 * MINUTE;
    expect(await take()).toBe(set);
    for (let i = 0; i < 20; i++) expect(sets.now(provider.url)).toBe(set);
    expect(provider.asked).toHaveLength(2);
    clock.ms += 23 * 60 * MINUTE;
    expect(await take()).toBe(set);
    clock.ms += 60 * MINUTE;
    await expect(take()).rejects.toMatchObject({ status: 503 });
    provider.instead = undefined;
    clock.ms += MINUTE;
    expect(await kidsOf()).toEqual(['first']);
    expect(faults).toHaveLength(1);
  });

  it('of a provider that was never there are an answer of 503, which says when to ask again', async () => {
    goAway();
    const refusal = { status: 503, code: 'unavailable', extra: { retryAfterSeconds: 5 } };
    for (let i = 0; i < 3; i++) await expect(take()).rejects.toMatchObject(refusal);
    expect(provider.asked).toHaveLength(1);
    provider.instead = undefined;
    clock.ms += 5_000;
    expect(await kidsOf()).toEqual(['first']);
    expect(faults).toEqual([expect.stringContaining('answers 503')]);
  });

  const good = () => JSON.stringify({ keys: [first?.jwk] });
  const answers: [string, () => { status: number; body: string }][] = [
    ['a redirect', () => ({ status: 302, body: good() })],
    ['no JSON', () => ({ status: 200, body: '<html>' })],
    ['JSON without keys', () => ({ status: 200, body: '{"keys": {}}' })],
    ['nothing at all', () => ({ status: 200, body: 'null' })],
    ['no key', () => ({ status: 200, body: '{"keys": []}' })],
    ['a secret', () => ({ status: 200, body: '{"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}]}' })],
    ['a private key', () => ({ status: 200, body: JSON.stringify({ keys: [{ ...first?.jwk, d: 'AA' }] }) })],
    ['what is too deep', () => ({ status: 200, body: `{"keys": ${'['.repeat(99)}${']'.repeat(99)}}` })],
  ];
  it.each(answers)('are not taken from an answer with %s', async (_, instead) => {
    provider.instead = instead();
    await expect(take()).rejects.toMatchObject({ status: 503 });
    expect(faults).toHaveLength(1);
  });

  it('are fetched from where OUTBOUND_ALLOW says alone, and without TLS from nowhere else', async () => {
    sets = openSets([]);
    await expect(take()).rejects.toMatchObject({ status: 503 });
    sets = openSets(allowed(), openOutbound({ allowed: [] }));
    await expect(take()).rejects.toMatchObject({ status: 503 });
    expect(provider.asked).toHaveLength(0);
    expect(faults).toEqual([expect.stringContaining('without TLS'), expect.stringContaining('not public')]);
  });
});
