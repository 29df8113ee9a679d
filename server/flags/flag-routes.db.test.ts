import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../database/test-database.ts';
import { type Authoring, faultsOf, inCountry, openAuthoring } from './authoring.fixture.ts';

describe.each(databaseKinds)('flags of a project on %s', (kind) => {
  let shop: Authoring;
  beforeAll(async () => {
    shop = await openAuthoring(kind);
  }, 180_000);
  afterAll(() => shop?.database.close());

  it('makes a boolean flag that is off everywhere, and says so', async () => {
    const made = await shop.call('POST', '/flags', { key: 'new-cart', type: 'boolean', tags: ['checkout'] });
    expect(made.status).toBe(201);
    expect(made.etag).toBe('"v1"');
    expect(made.body.flag).toMatchObject({ key: 'new-cart', variants: { on: true, off: false }, kind: 'release' });
    const drawn = { shares: { on: 1 }, rules: 0, rollout: 1, offVariant: 'off' };
    expect(made.body.flag.environments).toEqual({
      staging: { state: 'off', killed: false, serves: 'off: variant off', ...drawn, version: 1 },
      production: { state: 'off', killed: false, serves: 'off: variant off', ...drawn, version: 1 },
    });
    expect(made.body.change.environments.map((one: { key: string }) => one.key)).toEqual(['staging', 'production']);
    expect((await shop.ruleset(1)).flags['new-cart']).toEqual({
      key: 'new-cart',
      type: 'boolean',
      variants: { on: true, off: false },
      state: 'off',
      offVariant: 'off',
      prerequisites: [],
      rules: [],
      fallthrough: { variant: 'on' },
      clientVisible: false,
    });
  });

  it('makes a flag with what its author wants in each environment', async () => {
    const made = await shop.call('POST', '/flags', {
      key: 'theme',
      type: 'string',
      variants: { light: 'white', dark: 'black' },
      clientVisible: true,
      metadata: { team: 'web', rank: 3 },
      environments: {
        staging: {
          state: 'on',
          offVariant: 'light',
          rules: [{ id: 'swiss', if: inCountry('CH'), serve: { variant: 'dark' } }],
          fallthrough: { split: { weights: { dark: 20_000, light: 80_000 } } },
        },
      },
    });
    expect(made.status).toBe(201);
    expect(made.body.flag.environments.staging.serves).toBe('1 rule, else split light 80 %, dark 20 %');
    expect(made.body.flag.environments.production.serves).toBe('off: the coded default');
    const listed = (await shop.call('GET', '/flags?q=theme')).body.items[0].environments;
    expect(listed.staging).toMatchObject({ shares: { light: 0.8, dark: 0.2 }, rules: 1, rollout: 0.2 });
    expect(listed.production).toMatchObject({ shares: { light: 1 }, rules: 0, rollout: null });
    const served = (await shop.ruleset()).flags.theme;
    expect(served).toMatchObject({ clientVisible: true, metadata: { team: 'web', rank: 3 }, offVariant: 'light' });
    expect(served?.fallthrough).toMatchObject({ split: { by: 'targetingKey', of: 100_000 } });
  });

  it('refuses a key that is taken, by an archived flag too', async () => {
    await shop.call('POST', '/flags', { key: 'once', type: 'boolean' });
    const again = await shop.call('POST', '/flags', { key: 'once', type: 'boolean' });
    expect([again.status, again.body.code, faultsOf(again)]).toEqual([409, 'duplicate', ['/key duplicate']]);
    await shop.call('POST', '/flags/once/archive');
    const archived = await shop.call('POST', '/flags', { key: 'once', type: 'boolean' });
    expect(archived.status).toBe(409);
    expect(archived.body.detail).toContain('archived');
  });

  it('reads a flag and lists flags with filters, page by page', async () => {
    for (const [key, over] of Object.entries({
      'list-a': { tags: ['growth', 'web'], kind: 'experiment', description: 'Bigger buttons' },
      'list-b': { tags: ['growth'], kind: 'ops' },
      'list-c': { tags: ['web'], kind: 'ops', type: 'number', variants: { low: 1, high: 2 } },
    })) {
      expect((await shop.call('POST', '/flags', { key, type: 'boolean', ...over })).status).toBe(201);
    }
    const keys = async (query: string) =>
      (await shop.call('GET', `/flags?${query}`)).body.items.map((flag: { key: string }) => flag.key);
    expect(await keys('tag=growth')).toEqual(['list-a', 'list-b']);
    expect(await keys('kind=ops&q=LIST-')).toEqual(['list-b', 'list-c']);
    expect(await keys('q=bigger%20b')).toEqual(['list-a']);
    expect(await keys('type=number&q=list')).toEqual(['list-c']);
    expect(await keys('archived=true')).toEqual(['once']);
    expect(await keys('archived=any&q=onc')).toEqual(['once']);
    const first = await shop.call('GET', '/flags?q=list-&limit=2');
    expect(first.body.items.map((flag: { key: string }) => flag.key)).toEqual(['list-a', 'list-b']);
    const rest = await shop.call('GET', `/flags?q=list-&limit=2&cursor=${first.body.next}`);
    expect([rest.body.items.map((flag: { key: string }) => flag.key), rest.body.next]).toEqual([['list-c'], null]);
    const there = await shop.call('GET', '/environments/staging/flags?tag=web');
    expect(there.body.items.map((flag: { key: string }) => flag.key)).toEqual(['list-a', 'list-c']);
    expect((await shop.call('GET', '/flags/list-a')).body.tags).toEqual(['growth', 'web']);
    expect((await shop.call('GET', '/flags/constructor')).status).toBe(404);
  });

  it('changes a description without touching any environment, and a value in all of them', async () => {
    await shop.call('POST', '/flags', { key: 'limits', type: 'number', variants: { low: 10, high: 100 } });
    const before = await shop.positions();
    const named = await shop.call('PATCH', '/flags/limits', { description: 'How many at once', owner: 'ops' });
    expect(named.body.change.environments).toEqual([]);
    expect(await shop.positions()).toEqual(before);
    const valued = await shop.call('PATCH', '/flags/limits', {
      variants: { high: 200, top: 500 },
      metadata: { unit: 'x' },
    });
    expect(valued.body.flag).toMatchObject({
      variants: { low: 10, high: 200, top: 500 },
      description: 'How many at once',
      version: 3,
    });
    expect(valued.body.change.environments).toHaveLength(2);
    expect((await shop.ruleset(1)).flags.limits?.variants.high).toBe(200);
    const nothing = await shop.call('PATCH', '/flags/limits', { variants: { high: 200 } });
    expect([nothing.status, nothing.body.change, nothing.etag]).toEqual([200, undefined, '"v3"']);
  });

  it('takes back by PUT what was read, unchanged, and replaces what is left out', async () => {
    const read = await shop.call('GET', '/flags/limits');
    const same = await shop.call('PUT', '/flags/limits', read.body, { headers: { 'if-match': read.etag ?? '' } });
    expect([same.status, same.body.change]).toEqual([200, undefined]);
    const replaced = await shop.call(
      'PUT',
      '/flags/limits',
      { type: 'number', variants: { low: 1, high: 2, top: 3 } },
      { headers: { 'if-match': '*' } },
    );
    expect(replaced.body.flag).toMatchObject({ description: '', owner: '', metadata: null, variants: { low: 1 } });
    expect((await shop.ruleset()).flags.limits).not.toHaveProperty('metadata');
  });

  it('asks for If-Match on PUT, and answers 412 with the newer flag', async () => {
    const body = { type: 'number', variants: { low: 1 } };
    expect((await shop.call('PUT', '/flags/limits', body)).status).toBe(428);
    const stale = await shop.call('PATCH', '/flags/limits', { owner: 'x' }, { headers: { 'if-match': '"v1"' } });
    expect([stale.status, stale.body.code, stale.body.current.key]).toEqual([412, 'stale_version', 'limits']);
    expect(stale.body.current.version).toBeGreaterThan(1);
  });

  it('keeps a variant that something names, and says who does', async () => {
    await shop.call('POST', '/flags', {
      key: 'needed',
      type: 'boolean',
      environments: { production: { state: 'on' } },
    });
    await shop.call('POST', '/flags', {
      key: 'needs',
      type: 'boolean',
      environments: { production: { prerequisites: [{ flag: 'needed', variants: ['on'] }] } },
    });
    const gone = await shop.call('PATCH', '/flags/needed', { variants: { on: null } });
    expect([gone.status, gone.body.code]).toEqual([409, 'flag_in_use']);
    expect(gone.body.errors).toHaveLength(1);
    expect(gone.body.errors[0]).toMatchObject({ path: '/variants/on', code: 'in_use' });
    const renamed = await shop.call('PATCH', '/flags/needed', { variants: { fine: true } });
    expect(renamed.status).toBe(200);
    const free = await shop.call('PATCH', '/flags/needed', { variants: { fine: null } });
    expect([free.status, free.body.flag.variants]).toEqual([200, { on: true, off: false }]);
  });

  it('archives a flag that nobody names, and brings it back as it was, killed if it was killed', async () => {
    const named = await shop.call('POST', '/flags/needed/archive');
    expect([named.status, named.body.code]).toEqual([409, 'flag_in_use']);
    expect(named.body.detail).toContain('needs in production');
    await shop.setKilled(0, 'needs', true);
    const before = [await shop.ruleset(0), await shop.ruleset(1)];
    const archived = await shop.call('POST', '/flags/needs/archive', { reason: 'Nobody uses it' });
    expect(archived.body.flag.archived).toBe(true);
    expect(archived.body.change.environments).toHaveLength(2);
    expect((await shop.ruleset()).flags.needs).toBeUndefined();
    const twice = await shop.call('POST', '/flags/needs/archive');
    expect([twice.status, twice.body.change]).toEqual([200, undefined]);
    for (const [method, path, body] of [
      ['PATCH', '/flags/needs', { owner: 'x' }],
      ['PATCH', '/environments/staging/flags/needs', { state: 'on' }],
      ['POST', '/environments/staging/flags/needs/on', {}],
      ['POST', '/environments/staging/flags/needs/off', {}],
    ] as const) {
      const refused = await shop.call(method, path, body);
      expect([path, refused.status, refused.body.code]).toEqual([path, 409, 'flag_archived']);
    }
    expect((await shop.call('POST', '/flags/needs/unarchive')).status).toBe(200);
    const after = [await shop.ruleset(0), await shop.ruleset(1)];
    expect(after.map(({ flags }) => flags)).toEqual(before.map(({ flags }) => flags));
    expect(after[0]?.flags.needs?.killed).toBe(true);
  });

  it('cannot bring back a flag whose prerequisite went meanwhile, and says what is missing', async () => {
    await shop.call('POST', '/flags/needs/archive');
    expect((await shop.call('POST', '/flags/needed/archive')).status).toBe(200);
    const back = await shop.call('POST', '/flags/needs/unarchive');
    expect([back.status, back.body.code]).toEqual([409, 'wrong_state']);
    expect(faultsOf(back)).toEqual(['/environments/production/prerequisites/0/flag unknown_flag']);
  });

  it('shows a token of one environment that environment alone, and lets it change nothing of the project', async () => {
    const token = await shop.house.newToken(['editor'], shop.projectId, shop.environmentIds[0]);
    const read = await shop.call('GET', '/flags/new-cart', undefined, { token });
    expect(Object.keys(read.body.environments)).toEqual(['staging']);
    const listed = await shop.call('GET', '/flags?q=new-cart', undefined, { token });
    expect(Object.keys(listed.body.items[0].environments)).toEqual(['staging']);
    for (const [method, path, body] of [
      ['POST', '/flags', { key: 'x', type: 'boolean' }],
      ['PATCH', '/flags/new-cart', { owner: 'x' }],
      ['POST', '/flags/new-cart/archive', {}],
      ['GET', '/environments/production/flags/new-cart', undefined],
      ['POST', '/environments/production/flags/new-cart/on', {}],
    ] as const) {
      expect((await shop.call(method, path, body, { token })).status).toBeGreaterThanOrEqual(403);
    }
    expect((await shop.call('POST', '/environments/staging/flags/new-cart/on', {}, { token })).status).toBe(200);
  });

  it('answers a repeated POST with what it answered first, and makes nothing twice', async () => {
    const body = { key: 'only-once', type: 'boolean' };
    const headers = { 'idempotency-key': 'make-only-once' };
    const first = await shop.call('POST', '/flags', body, { headers });
    const before = await shop.positions();
    const again = await shop.call('POST', '/flags', body, { headers });
    expect([again.status, again.body, again.replayed]).toEqual([201, first.body, true]);
    expect(await shop.positions()).toEqual(before);
    const other = await shop.call('POST', '/flags', { ...body, type: 'string' }, { headers });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
  });
});
