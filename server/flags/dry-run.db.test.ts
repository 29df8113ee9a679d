import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ring } from '../changes/doorbell.ts';
import { environments } from '../database/tables.ts';
import { databaseKinds } from '../database/test-database.ts';
import { type Authoring, faultsOf, inCountry, openAuthoring } from './authoring.fixture.ts';

describe.each(databaseKinds)('a dry run on %s', (kind) => {
  let shop: Authoring;
  const rings: Ring[] = [];
  beforeAll(async () => {
    shop = await openAuthoring(kind);
    shop.door.doorbell.onRing((ring) => rings.push(ring));
    await shop.call('POST', '/environments/staging/segments', { key: 'staff', included: ['ada'] });
    const rules = [{ id: 'staff-first', if: { segment: 'staff' }, serve: { variant: 'on' } }];
    await shop.call('POST', '/flags', { key: 'base', type: 'boolean', environments: { staging: { rules } } });
    const prerequisites = [{ flag: 'base', variants: ['on'] }];
    await shop.call('POST', '/flags', { key: 'above', type: 'boolean', environments: { staging: { prerequisites } } });
  }, 180_000);
  afterAll(() => shop?.database.close());

  /** Everything that a change leaves behind. */
  async function standing(): Promise<unknown> {
    const flags = await shop.call('GET', '/flags');
    const changes = await shop.call('GET', '/changes?limit=1');
    const segments = await shop.call('GET', '/environments/staging/segments');
    const kept = await shop.database.db.execute(sql`SELECT count(*)::int AS count FROM idempotent_answers`);
    return JSON.parse(JSON.stringify([await shop.positions(), flags, changes, segments, kept, rings.length]));
  }
  const ABOVE = { kind: 'flag', key: 'above', direct: true, through: [{ by: 'prerequisite', of: 'base' }] };
  const split = { fallthrough: { split: { weights: { on: 30_000, off: 70_000 } } } };
  const whole = { state: 'on', offVariant: 'off', rules: [], ...split };

  it.each<[string, string, unknown, object]>([
    ['PATCH', '/environments/staging/flags/base', { state: 'on', ...split }, { moved: { fallthrough: 0.7 } }],
    ['PUT', '/environments/staging/flags/base', whole, { flag: { state: 'on', serves: 'split on 30 %, off 70 %' } }],
    ['POST', '/environments/staging/flags/base/on', {}, { changed: true, after: { state: 'on' } }],
    ['POST', '/environments/staging/flags/base/serve', { variant: 'off' }, { changed: true, before: { state: 'off' } }],
    [
      'PATCH',
      '/flags/base',
      { variants: { maybe: false } },
      { flag: { variants: { on: true, off: false, maybe: false } } },
    ],
    [
      'PUT',
      '/flags/base',
      { type: 'boolean', variants: { on: true, off: false, third: true } },
      { flag: { variants: { third: true } } },
    ],
  ])(
    'of %s %s answers what would be, whom it reaches and which way it goes, and does nothing',
    async (method, path, body, answer) => {
      const before = await standing();
      const tried = await shop.call(method, `${path}?dryRun=true`, body, {
        headers: { 'if-match': '*', 'idempotency-key': 'tried' },
      });
      expect([tried.status, tried.etag, tried.body.change]).toEqual([200, null, undefined]);
      expect(tried.body).toMatchObject(answer);
      expect(tried.body.dryRun).toMatchObject({
        ...{ changes: true, refusal: null },
        directions: { staging: 'growing' },
        dependents: { staging: [ABOVE] },
      });
      expect(await standing()).toEqual(before);
      // What was tried stands in the way of nothing.
      const done = await shop.call(method, path, body, { headers: { 'if-match': '*', 'idempotency-key': 'tried' } });
      expect([done.status, done.replayed]).toEqual([200, false]);
      expect(done.body.change).toBeDefined();
      expect(done.body).not.toHaveProperty('dryRun');
      await shop.call('POST', `/changes/${done.body.change.id}/undo`);
    },
  );

  it.each<[string, string, unknown, object]>([
    ['PATCH', '', { if: inCountry('CH') }, { segment: { if: inCountry('CH'), version: 2 } }],
    ['PUT', '', { included: ['grace'] }, { segment: { included: ['grace'] } }],
    ['POST', '/members', { included: { add: ['grace'] } }, { segment: { members: { included: 2, excluded: 0 } } }],
  ])('of a segment by %s %s tells whom it reaches over others, too', async (method, path, body, answer) => {
    const before = await standing();
    const at = `/environments/staging/segments/staff${path}?dryRun=true`;
    const tried = await shop.call(method, at, body, { headers: { 'if-match': '*' } });
    expect([tried.status, tried.etag, tried.body.change]).toEqual([200, null, undefined]);
    expect(tried.body).toMatchObject(answer);
    expect(tried.body.dryRun).toEqual({
      ...{ changes: true, refusal: null },
      directions: { staging: 'growing' },
      dependents: {
        staging: [
          { kind: 'flag', key: 'base', direct: true, through: [{ by: 'rule', rule: 'staff-first', of: 'staff' }] },
          { ...ABOVE, direct: false },
        ],
      },
    });
    expect(await standing()).toEqual(before);
  });

  it('tells of a change that nobody would see, and of none at all', async () => {
    const described = await shop.call('PATCH', '/flags/base?dryRun=true', { description: 'What it is for' });
    expect(described.body).toMatchObject({ flag: { description: 'What it is for' } });
    expect(described.body.dryRun).toEqual({ changes: true, directions: {}, dependents: {}, refusal: null });
    const off = await shop.call('POST', '/environments/staging/flags/base/off?dryRun=true', {});
    expect(off.body).toMatchObject({ changed: false, dryRun: { changes: false, directions: {} } });
  });

  it('finds the faults that the change itself would have', async () => {
    const at = '/environments/staging/flags/base?dryRun=true';
    const unknown = await shop.call('PATCH', at, { fallthrough: { variant: 'nowhere' } });
    expect([unknown.status, faultsOf(unknown)]).toEqual([422, ['/fallthrough/variant unknown_variant']]);
    const stale = await shop.call('PATCH', at, { state: 'on' }, { headers: { 'if-match': '"v999"' } });
    expect(stale.status).toBe(412);
    const inUse = await shop.call('PATCH', '/flags/base?dryRun=true', { variants: { on: null } });
    expect(inUse.status).toBe(409);
    expect((await shop.call('PATCH', '/environments/staging/flags/base?dryRun=maybe', {})).status).toBe(422);
  });

  it('names what stands in the way of the change, beside what would come of it', async () => {
    const { db } = shop.database;
    await db.update(environments).set({ protected: true }).where(sql`key = 'production'`);
    const editor = await shop.house.newToken(['editor'], shop.projectId);
    const on = '/environments/production/flags/base/on';
    const without = await shop.call('POST', `${on}?dryRun=true`, {}, { token: editor });
    expect(without.body.dryRun).toMatchObject({
      directions: { production: 'growing' },
      refusal: { code: 'invalid', status: 422, errors: [{ path: '/reason' }] },
    });
    const withReason = await shop.call('POST', `${on}?dryRun=true`, { reason: 'time has come' }, { token: editor });
    expect(withReason.body).toMatchObject({
      after: { state: 'on' },
      dryRun: { refusal: { code: 'approval_required' } },
    });
    const viewer = await shop.house.newToken(['viewer'], shop.projectId);
    expect((await shop.call('POST', `${on}?dryRun=true`, {}, { token: viewer })).status).toBe(403);
    expect((await shop.ruleset(1)).flags.base?.state).toBe('off');
    await db.update(environments).set({ protected: false }).where(sql`key = 'production'`);
  });
});
