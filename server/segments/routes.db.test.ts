import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../database/test-database.ts';
import { type Authoring, faultsOf, inCountry, openAuthoring } from '../flags/authoring.fixture.ts';

const SEGMENTS = '/environments/staging/segments';

describe.each(databaseKinds)('segments of an environment on %s', (kind) => {
  let shop: Authoring;
  beforeAll(async () => {
    shop = await openAuthoring(kind);
    await shop.call('POST', '/flags', { key: 'cart', type: 'boolean' });
  }, 180_000);
  afterAll(() => shop?.database.close());

  it('makes a segment there and nowhere else', async () => {
    const made = await shop.call('POST', SEGMENTS, {
      key: 'staff',
      name: 'Staff',
      included: ['grace', 'ada', 'ada'],
      if: inCountry('CH'),
    });
    expect([made.status, made.etag]).toEqual([201, '"v1"']);
    expect(made.body.segment).toMatchObject({ key: 'staff', environment: 'staging', included: ['ada', 'grace'] });
    expect((await shop.ruleset()).segments).toEqual({
      staff: { key: 'staff', by: 'targetingKey', included: ['ada', 'grace'], excluded: [], if: inCountry('CH') },
    });
    expect((await shop.ruleset(1)).segments).toEqual({});
    expect((await shop.call('GET', '/environments/production/segments/staff')).status).toBe(404);
    const again = await shop.call('POST', SEGMENTS, { key: 'staff' });
    expect([again.status, again.body.code, faultsOf(again)]).toEqual([409, 'duplicate', ['/key duplicate']]);
  });

  it('can be written back as it was read, loses by PUT what is left out, and by PATCH what is null', async () => {
    const read = await shop.call('GET', `${SEGMENTS}/staff`);
    expect(read.body.usedBy).toEqual({ flags: [], segments: [] });
    const same = await shop.call('PUT', `${SEGMENTS}/staff`, read.body, { headers: { 'if-match': read.etag ?? '' } });
    expect([same.status, same.body.change]).toEqual([200, undefined]);
    const patched = await shop.call('PATCH', `${SEGMENTS}/staff`, { if: null, description: 'Who works here' });
    expect(patched.body.segment).toMatchObject({ if: null, name: 'Staff', description: 'Who works here', version: 2 });
    const put = await shop.call('PUT', `${SEGMENTS}/staff`, { included: ['ada'] }, { headers: { 'if-match': '"v2"' } });
    expect(put.body.segment).toMatchObject({ name: '', description: '', included: ['ada'], by: 'targetingKey' });
    expect((await shop.call('PUT', `${SEGMENTS}/staff`, {})).status).toBe(428);
    const stale = await shop.call('PATCH', `${SEGMENTS}/staff`, { by: 'email' }, { headers: { 'if-match': '"v1"' } });
    expect([stale.status, stale.body.current.version]).toEqual([412, 3]);
  });

  it('adds and removes members, whoever else does, with one small entry in the log', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => `user-${i}`);
    await shop.call('POST', SEGMENTS, { key: 'many', included: many });
    const both = await Promise.all([
      shop.call('POST', `${SEGMENTS}/many/members`, { included: { add: ['new-a'], remove: ['user-7'] } }),
      shop.call('POST', `${SEGMENTS}/many/members`, { included: { add: ['new-b'] }, excluded: { add: ['user-9'] } }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const now = (await shop.ruleset()).segments.many;
    expect(now?.included).toHaveLength(3_001);
    expect(now?.included).toEqual(expect.arrayContaining(['new-a', 'new-b']));
    expect(now?.included).not.toContain('user-7');
    expect(now?.excluded).toEqual(['user-9']);
    const entry = await shop.call('GET', `/changes/${both[0]?.body.change.id}`);
    expect(JSON.stringify(entry.body).length).toBeLessThan(2_000);
    const nothing = await shop.call('POST', `${SEGMENTS}/many/members`, { included: { add: ['new-a'] } });
    expect([nothing.status, nothing.body.change, nothing.body.segment.members.included]).toEqual([
      200,
      undefined,
      3_001,
    ]);
  });

  it('lists segments with the number of their members, page by page', async () => {
    const listed = await shop.call('GET', `${SEGMENTS}?limit=1`);
    expect(listed.body.items).toMatchObject([{ key: 'many', members: { included: 3_001, excluded: 1 } }]);
    expect(listed.body.items[0]).not.toHaveProperty('included');
    const next = await shop.call('GET', `${SEGMENTS}?limit=5&cursor=${listed.body.next}`);
    expect(next.body.items.map((one: { key: string }) => one.key)).toEqual(['staff']);
    expect((await shop.call('GET', `${SEGMENTS}?q=STAF`)).body.items).toHaveLength(1);
  });

  it('says who names a segment, and cannot be deleted while somebody does', async () => {
    await shop.call('POST', SEGMENTS, { key: 'crew', if: { any: [{ segment: 'staff' }, { segment: 'many' }] } });
    await shop.call('PATCH', '/environments/staging/flags/cart', {
      rules: [{ id: 'r', if: { not: { segment: 'staff' } }, serve: { variant: 'on' } }],
    });
    expect((await shop.call('GET', `${SEGMENTS}/staff`)).body.usedBy).toEqual({ flags: ['cart'], segments: ['crew'] });
    const { items } = (await shop.call('GET', SEGMENTS)).body;
    expect(items.map((one: { key: string; usedBy: unknown }) => [one.key, one.usedBy])).toEqual([
      ['crew', { flags: [], segments: [] }],
      ['many', { flags: [], segments: ['crew'] }],
      ['staff', { flags: ['cart'], segments: ['crew'] }],
    ]);
    const positions = await shop.positions();
    const refused = await shop.call('DELETE', `${SEGMENTS}/staff`);
    expect([refused.status, refused.body.code]).toEqual([409, 'segment_in_use']);
    expect(refused.body.detail).toContain('flag cart, segment crew');
    expect(await shop.positions()).toEqual(positions);
    const deleted = await shop.call('DELETE', `${SEGMENTS}/crew`, { reason: 'Not used' });
    expect([deleted.status, deleted.body.segment]).toEqual([200, 'crew']);
    expect((await shop.ruleset()).segments).not.toHaveProperty('crew');
    expect((await shop.call('DELETE', `${SEGMENTS}/crew`)).status).toBe(404);
  });

  it.each([
    ['a circle', { key: 'a', if: { segment: 'a' } }, ['/if/segment cycle']],
    ['a name that nothing has', { key: 'a', if: { not: { segment: 'nobody' } } }, ['/if/not/segment unknown_segment']],
    ['an unknown operator', { key: 'a', if: { attribute: 'x', op: 'like', values: [1] } }, ['/if/op unknown_operator']],
    [
      'a pattern that RE2 refuses',
      { key: 'a', if: { attribute: 'x', op: 'matches', values: ['(?=a)'] } },
      ['/if/values/0 malformed_value'],
    ],
    [
      'a number that JSON cannot write',
      '{"key":"a","if":{"attribute":"x","op":"lt","values":[1e999]}}',
      ['/if/values/0 malformed_value'],
    ],
    ['a bad key', { key: '--yes' }, ['/key custom']],
    ['an unknown field', { key: 'a', includes: [] }, ['/includes unrecognized_keys']],
    ['members that are no strings', { key: 'a', included: [1] }, ['/included/0 invalid_type']],
    [
      'too many entries',
      { key: 'a', excluded: Array.from({ length: 10_001 }, (_, i) => `${i}`) },
      ['/excluded too_many'],
    ],
    [
      'too many bytes',
      { key: 'a', included: Array.from({ length: 6_000 }, (_, i) => `${i}`.padEnd(100, 'x')) },
      ['/ too_large'],
    ],
  ])('refuses %s and changes nothing', async (_title, body, faults) => {
    const positions = await shop.positions();
    const refused = await shop.call('POST', SEGMENTS, body);
    expect([refused.status, faultsOf(refused).slice(0, 1)]).toEqual([422, faults]);
    expect(refused.body.errors[0].expected).not.toBe('');
    expect(await shop.positions()).toEqual(positions);
  });

  it('refuses a circle of several and names it', async () => {
    await shop.call('POST', SEGMENTS, { key: 'one' });
    await shop.call('POST', SEGMENTS, { key: 'two', if: { segment: 'one' } });
    const circle = await shop.call('PATCH', `${SEGMENTS}/one`, { if: { all: [{ segment: 'two' }] } });
    expect(faultsOf(circle)).toEqual(['/if/all/0/segment cycle']);
    expect(circle.body.errors[0].expected).toContain('one → two → one');
  });

  it('refuses what would come to more tests than one evaluation may make', async () => {
    const twice = (key: string) => ({ any: [{ segment: key }, { segment: key }] });
    await shop.call('POST', SEGMENTS, { key: 'd0' });
    let last = 0;
    for (let status = 201; status === 201; last++) {
      status = (await shop.call('POST', SEGMENTS, { key: `d${last + 1}`, if: twice(`d${last}`) })).status;
    }
    expect(last).toBe(15);
    const refused = await shop.call('POST', SEGMENTS, { key: 'd15', if: twice('d14') });
    expect([refused.status, ...faultsOf(refused)]).toEqual([422, '/if tangled']);
    expect(refused.body.errors[0].expected).toContain('segment d15');
  });

  it('puts back what was made, edited and deleted, and only where nobody changed it since', async () => {
    const undo = async (change: { id: number }) => shop.call('POST', `/changes/${change.id}/undo`);
    const made = await shop.call('POST', SEGMENTS, { key: 'undone', included: ['ada', 'bob'], if: inCountry('CH') });
    const added = await shop.call('POST', `${SEGMENTS}/undone/members`, {
      included: { add: ['cid'], remove: ['ada'] },
    });
    await shop.call('POST', `${SEGMENTS}/undone/members`, { included: { add: ['dora'] } });
    expect((await undo(added.body.change)).status).toBe(200);
    expect((await shop.ruleset()).segments.undone?.included).toEqual(['ada', 'bob', 'dora']);
    expect((await undo(added.body.change)).body.code).toBe('changed_since');
    expect((await undo(made.body.change)).body.code).toBe('changed_since');
    const before = (await shop.ruleset()).segments.undone;
    const deleted = await shop.call('DELETE', `${SEGMENTS}/undone`);
    const back = await undo(deleted.body.change);
    expect(back.status).toBe(200);
    expect((await shop.ruleset()).segments.undone).toEqual(before);
    expect((await undo(back.body.change)).status).toBe(200);
    expect((await shop.ruleset()).segments).not.toHaveProperty('undone');
  });

  it('says whom a change of a segment or of a flag reaches, over how many others, and how', async () => {
    await shop.call('POST', SEGMENTS, { key: 'inner' });
    await shop.call('POST', SEGMENTS, { key: 'outer', if: { any: [{ segment: 'inner' }] } });
    const rules = [{ id: 'outer-first', if: { segment: 'outer' }, serve: { variant: 'on' } }];
    await shop.call('POST', '/flags', { key: 'reached', type: 'boolean', environments: { staging: { rules } } });
    const prerequisites = [{ flag: 'reached', variants: ['on'] }];
    await shop.call('POST', '/flags', { key: 'over', type: 'boolean', environments: { staging: { prerequisites } } });
    await shop.call('POST', '/flags', { key: 'gone', type: 'boolean', environments: { staging: { prerequisites } } });
    await shop.call('POST', '/flags/gone/archive');

    const ofSegment = await shop.call('GET', `${SEGMENTS}/inner/dependents`);
    const over = { kind: 'flag', key: 'over', through: [{ by: 'prerequisite', of: 'reached' }] };
    expect(ofSegment.body).toEqual({
      segment: 'inner',
      environment: 'staging',
      dependents: [
        { kind: 'segment', key: 'outer', direct: true, through: [{ by: 'condition', of: 'inner' }] },
        { ...over, direct: false },
        { kind: 'flag', key: 'reached', direct: false, through: [{ by: 'rule', rule: 'outer-first', of: 'outer' }] },
      ],
    });
    const ofFlag = await shop.call('GET', '/flags/reached/dependents');
    expect(ofFlag.body).toEqual({
      flag: 'reached',
      environments: { staging: { dependents: [{ ...over, direct: true }] }, production: { dependents: [] } },
    });
    const viewer = await shop.house.newToken(['viewer'], shop.projectId, shop.environmentIds[1]);
    const seen = await shop.call('GET', '/flags/reached/dependents', undefined, { token: viewer });
    expect(seen.body.environments).toEqual({ production: { dependents: [] } });
    expect((await shop.call('GET', '/flags/nobody/dependents')).status).toBe(404);
    expect((await shop.call('GET', `${SEGMENTS}/nobody/dependents`)).status).toBe(404);
  });
});
