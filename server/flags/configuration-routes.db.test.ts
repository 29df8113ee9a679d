import { compile, evaluate, type Ruleset } from '@turnout/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../database/test-database.ts';
import { type Authoring, inCountry, openAuthoring } from './authoring.fixture.ts';

const STAGING = '/environments/staging/flags';

/** Which of a thousand users get a variant. */
function usersOf(ruleset: Ruleset, flag: string, variant: string): Set<string> {
  const compiled = compile(ruleset);
  const users = Array.from({ length: 1_000 }, (_, i) => `user-${i}`);
  return new Set(users.filter((targetingKey) => evaluate(compiled, flag, { targetingKey }).variant === variant));
}

describe.each(databaseKinds)('a flag in an environment on %s', (kind) => {
  let shop: Authoring;
  beforeAll(async () => {
    shop = await openAuthoring(kind);
    for (const key of ['cart', 'search', 'ads']) await shop.call('POST', '/flags', { key, type: 'boolean' });
  }, 180_000);
  afterAll(() => shop?.database.close());

  const split = (on: number) => ({ fallthrough: { split: { weights: { on, off: 100_000 - on } } } });

  it('can be written back as it was read, whatever it is', async () => {
    await shop.call('POST', '/environments/staging/segments', { key: 'staff', included: ['ada'] });
    const patched = await shop.call('PATCH', `${STAGING}/cart`, {
      state: 'on',
      prerequisites: [{ flag: 'ads', variants: ['off'] }],
      rules: [
        { id: 'staff-first', if: { segment: 'staff' }, serve: { variant: 'on' } },
        { if: inCountry('CH'), serve: { split: { by: 'company', weights: { on: 1, off: 2 }, of: 3 } } },
        { if: { not: inCountry('DE') }, serve: { coded: true } },
      ],
      ...split(30_000),
      shedAt: 2,
      maxStalenessMs: 60_000,
      whenStale: 'off',
    });
    expect(patched.status).toBe(200);
    const read = await shop.call('GET', `${STAGING}/cart`);
    expect(read.body).toEqual(patched.body.flag);
    expect(read.body.rules[0].id).toBe('staff-first');
    expect(read.body.rules[1].id).toMatch(/^r-/);
    expect(read.body.rules[1].serve.split).toMatchObject({ by: 'company', of: 3, weights: { on: 1, off: 2 } });
    const same = await shop.call('PUT', `${STAGING}/cart`, read.body, { headers: { 'if-match': read.etag ?? '' } });
    expect([same.status, same.body.change, same.body.flag]).toEqual([200, undefined, read.body]);
    const whole = (await shop.ruleset()).flags.cart;
    expect(whole).toMatchObject({ shedAt: 2, maxStalenessMs: 60_000, whenStale: 'off' });
  });

  it('loses by PUT what is left out, and by PATCH what is null', async () => {
    const nulled = await shop.call('PATCH', `${STAGING}/cart`, {
      shedAt: null,
      maxStalenessMs: null,
      offVariant: null,
    });
    expect(nulled.body.flag).toMatchObject({ shedAt: null, maxStalenessMs: null, offVariant: null, whenStale: 'off' });
    expect((await shop.ruleset()).flags.cart).not.toHaveProperty('shedAt');
    const put = await shop.call(
      'PUT',
      `${STAGING}/cart`,
      { state: 'on', offVariant: 'off', fallthrough: { variant: 'on' } },
      { headers: { 'if-match': '*' } },
    );
    expect(put.body.flag).toMatchObject({
      rules: [],
      prerequisites: [],
      whenStale: null,
      fallthrough: { variant: 'on' },
    });
  });

  it('moves the fewest users when weights change, and gives everybody back what they had', async () => {
    await shop.call('PATCH', `${STAGING}/search`, { state: 'on', fallthrough: { variant: 'off' } });
    const ten = await shop.call('PATCH', `${STAGING}/search`, split(10_000));
    expect(ten.body.moved).toEqual({ fallthrough: 0.1 });
    expect(ten.body.flag.serves).toBe('split on 10 %, off 90 %');
    const few = usersOf(await shop.ruleset(), 'search', 'on');
    const thirty = await shop.call('PATCH', `${STAGING}/search`, split(30_000));
    expect(thirty.body.moved).toEqual({ fallthrough: 0.2 });
    const more = usersOf(await shop.ruleset(), 'search', 'on');
    expect([...few].filter((user) => !more.has(user))).toEqual([]);
    expect(more.size).toBeGreaterThan(few.size + 100);
    await shop.call('PATCH', `${STAGING}/search`, split(10_000));
    expect(usersOf(await shop.ruleset(), 'search', 'on')).toEqual(few);
  });

  it('keeps the salt of a place for good, and draws anew only by an explicit reseed', async () => {
    const saltOf = async () => (await shop.call('GET', `${STAGING}/search`)).body.fallthrough.split.salt;
    const salt = await saltOf();
    await shop.call('POST', `${STAGING}/search/serve`, { variant: 'on' });
    await shop.call('PATCH', `${STAGING}/search`, split(50_000));
    expect(await saltOf()).toBe(salt);
    const half = usersOf(await shop.ruleset(), 'search', 'on');
    const reseeded = await shop.call('PATCH', `${STAGING}/search`, { fallthrough: { split: { reseed: true } } });
    expect(reseeded.body.moved).toEqual({ fallthrough: 0.5 });
    expect(await saltOf()).not.toBe(salt);
    const redrawn = usersOf(await shop.ruleset(), 'search', 'on');
    expect([...half].filter((user) => !redrawn.has(user)).length).toBeGreaterThan(150);
    const put = { ...(await shop.call('GET', `${STAGING}/search`)).body };
    put.fallthrough.split.salt = 'made-up';
    await shop.call('PUT', `${STAGING}/search`, put, { headers: { 'if-match': '*' } });
    expect(await saltOf()).not.toBe('made-up');
  });

  it('patches a split without losing what is left out of it, and replaces one kind of serve by another', async () => {
    await shop.call('PATCH', `${STAGING}/ads`, {
      fallthrough: { split: { by: 'company', weights: { on: 1, off: 1 }, of: 2 } },
    });
    const weights = await shop.call('PATCH', `${STAGING}/ads`, { fallthrough: { split: { weights: { on: 2 } } } });
    expect(weights.body.flag.fallthrough.split).toMatchObject({ by: 'company', of: 2, weights: { on: 2 } });
    const by = await shop.call('PATCH', `${STAGING}/ads`, { fallthrough: { split: { by: null } } });
    expect(by.body.flag.fallthrough.split).toMatchObject({ by: 'targetingKey', of: 2 });
    const one = await shop.call('PATCH', `${STAGING}/ads`, { fallthrough: { variant: 'off' } });
    expect(one.body.flag.fallthrough).toEqual({ variant: 'off' });
    const coded = await shop.call('PATCH', `${STAGING}/ads`, { fallthrough: { coded: true } });
    expect(coded.body.flag.fallthrough).toEqual({ coded: true });
  });

  it('keeps the users of a rule that keeps its id, wherever it stands', async () => {
    const rule = { id: 'swiss', if: inCountry('CH'), serve: { split: { weights: { on: 40_000, off: 60_000 } } } };
    await shop.call('PATCH', `${STAGING}/ads`, { rules: [rule] });
    const before = (await shop.ruleset()).flags.ads?.rules[0]?.serve;
    const other = { if: inCountry('FR'), serve: { variant: 'off' } };
    const moved = await shop.call('PATCH', `${STAGING}/ads`, { rules: [other, rule] });
    expect(moved.body).not.toHaveProperty('moved');
    expect((await shop.ruleset()).flags.ads?.rules[1]).toMatchObject({ id: 'swiss', serve: before });
    await shop.call('PATCH', `${STAGING}/ads`, { rules: [] });
    await shop.call('PATCH', `${STAGING}/ads`, { rules: [rule] });
    expect((await shop.ruleset()).flags.ads?.rules[0]?.serve).toEqual(before);
  });

  it('says what users get before and after a verb, and when nothing changed', async () => {
    await shop.call(
      'PUT',
      `${STAGING}/cart`,
      { state: 'off', offVariant: 'off', fallthrough: { variant: 'on' } },
      {
        headers: { 'if-match': '*' },
      },
    );
    const on = await shop.call('POST', `${STAGING}/cart/on`, { reason: 'It is ready' });
    expect(on.body).toMatchObject({
      flag: 'cart',
      environment: 'staging',
      before: { state: 'off', killed: false, serves: 'off: variant off' },
      after: { state: 'on', killed: false, serves: 'on for everyone' },
      changed: true,
    });
    expect(on.body.change.environments).toEqual([{ key: 'staging', position: (await shop.positions())[0] }]);
    const positions = await shop.positions();
    const again = await shop.call('POST', `${STAGING}/cart/on`);
    expect([again.status, again.body.changed, again.body.change]).toEqual([200, false, undefined]);
    expect(await shop.positions()).toEqual(positions);
    const served = await shop.call('POST', `${STAGING}/cart/serve`, { variant: 'off' });
    expect(served.body.after.serves).toBe('off for everyone');
    const off = await shop.call('POST', `${STAGING}/cart/off`);
    expect(off.body.after.serves).toBe('off: variant off');
    expect((await shop.ruleset(1)).flags.cart?.state).toBe('off');
  });

  it('answers a verb that was committed before from the log, though the answer was lost', async () => {
    const headers = { 'idempotency-key': 'turn-cart-on' };
    const first = await shop.call('POST', `${STAGING}/cart/on`, {}, { headers });
    await shop.database.db.execute('DELETE FROM idempotent_answers');
    await shop.call('POST', `${STAGING}/cart/off`);
    const again = await shop.call('POST', `${STAGING}/cart/on`, {}, { headers });
    expect(again.body).toEqual(first.body);
    expect((await shop.ruleset()).flags.cart?.state).toBe('off');
  });

  it('stays killed whatever is written, and cannot be turned on before it is restored', async () => {
    await shop.setKilled(0, 'cart', true);
    const isKilled = async () => (await shop.ruleset()).flags.cart?.killed === true;
    for (const [verb, body] of [
      ['on', {}],
      ['serve', { variant: 'on' }],
    ] as const) {
      const refused = await shop.call('POST', `${STAGING}/cart/${verb}`, body);
      expect([refused.status, refused.body.code]).toEqual([409, 'flag_killed']);
      expect(refused.body.detail).toContain('restore');
    }
    const patched = await shop.call('PATCH', `${STAGING}/cart`, { state: 'on', ...split(20_000) });
    expect([patched.status, patched.body.flag.killed, patched.body.flag.serves]).toEqual([
      200,
      true,
      'killed: variant off',
    ]);
    expect(await isKilled()).toBe(true);
    const body = { ...patched.body.flag, killed: false, state: 'off' };
    const put = await shop.call('PUT', `${STAGING}/cart`, body, { headers: { 'if-match': '*' } });
    expect([put.status, put.body.flag.killed]).toEqual([200, true]);
    expect((await shop.call('POST', `/changes/${put.body.change.id}/undo`)).status).toBe(200);
    expect(await isKilled()).toBe(true);
    expect((await shop.call('POST', `${STAGING}/cart/off`)).body.after).toEqual({
      state: 'off',
      killed: true,
      serves: 'killed: variant off',
    });
    await shop.call('PATCH', '/flags/cart', { variants: { on: true, extra: true } });
    expect(await isKilled()).toBe(true);
  });

  it('lets two people edit two flags at once, and tells the slower of two who edit one', async () => {
    const [a, b] = await Promise.all(['search', 'ads'].map((flag) => shop.call('GET', `${STAGING}/${flag}`)));
    const write = (flag: string, etag: string | null | undefined, state: string) =>
      shop.call('PATCH', `${STAGING}/${flag}`, { state, offVariant: null }, { headers: { 'if-match': etag ?? '' } });
    const both = await Promise.all([write('search', a?.etag, 'off'), write('ads', b?.etag, 'on')]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const late = await write('search', a?.etag, 'on');
    expect([late.status, late.body.code]).toEqual([412, 'stale_version']);
    expect(late.body.current).toEqual((await shop.call('GET', `${STAGING}/search`)).body);
    const verb = await shop.call('POST', `${STAGING}/search/on`, {}, { headers: { 'if-match': a?.etag ?? '' } });
    expect(verb.status).toBe(412);
    expect((await shop.call('PUT', `${STAGING}/search`, late.body.current)).status).toBe(428);
  });

  it('lets a killer turn off and not on, and asks for a reason and root where the environment is protected', async () => {
    await shop.call('POST', '/environments/production/flags/ads/on');
    await shop.database.db.execute("UPDATE environments SET protected = true WHERE key = 'production'");
    const production = '/environments/production/flags';
    const token = await shop.house.newToken(['killer'], shop.projectId);
    expect((await shop.call('POST', `${STAGING}/cart/off`, {}, { token })).status).toBe(200);
    expect((await shop.call('POST', `${STAGING}/search/on`, {}, { token })).status).toBe(403);
    expect((await shop.call('POST', `${production}/ads/off`, {}, { token })).body.errors[0].path).toBe('/reason');
    const off = await shop.call('POST', `${production}/ads/off`, { reason: 'Errors' }, { token });
    expect(off.body).toMatchObject({ changed: true, after: { state: 'off' } });
    const editor = await shop.house.newToken(['editor'], shop.projectId);
    const grow = await shop.call('POST', `${production}/ads/on`, { reason: 'Fixed' }, { token: editor });
    expect([grow.status, grow.body.code]).toEqual([409, 'approval_required']);
    expect((await shop.call('POST', `${production}/ads/on`, { reason: 'Fixed' })).status).toBe(200);
  });
});
