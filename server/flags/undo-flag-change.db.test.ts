import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../database/test-database.ts';
import { type Answer, type Authoring, inCountry, openAuthoring } from './authoring.fixture.ts';

const STAGING = '/environments/staging/flags';

describe.each(databaseKinds)('undoing changes of flags on %s', (kind) => {
  let shop: Authoring;
  let key = '';
  let runs = 0;
  beforeAll(async () => {
    shop = await openAuthoring(kind);
  }, 180_000);
  beforeEach(async () => {
    key = `flag-${++runs}`;
    await shop.call('POST', '/flags', { key, type: 'string', variants: { a: 'A', b: 'B', off: '' } });
  });
  afterAll(() => shop?.database.close());

  const undo = (answer: Answer) => shop.call('POST', `/changes/${answer.body.change.id}/undo`, { reason: 'Not so' });
  const flags = async () => (await Promise.all([shop.ruleset(0), shop.ruleset(1)])).map((one) => one.flags[key]);

  it.each<[string, string, string, object]>([
    ['a turn', 'POST', '/on', {}],
    ['a flip', 'POST', '/serve', { variant: 'b' }],
    [
      'a patch',
      'PATCH',
      '',
      { rules: [{ if: inCountry('CH'), serve: { split: { weights: { a: 100_000 } } } }], shedAt: 1 },
    ],
  ])('puts back what %s found, to the bit, and can itself be undone', async (_title, method, verb, body) => {
    await shop.call('PATCH', `${STAGING}/${key}`, { fallthrough: { split: { weights: { a: 30_000, b: 70_000 } } } });
    const before = await flags();
    const change = await shop.call(method, `${STAGING}/${key}${verb}`, body);
    const after = await flags();
    expect(after).not.toEqual(before);
    const undone = await undo(change);
    expect(undone.status).toBe(200);
    expect(await flags()).toEqual(before);
    expect((await undo(undone)).status).toBe(200);
    expect(await flags()).toEqual(after);
  });

  it('takes back one field and leaves what others did to the flag since', async () => {
    const on = await shop.call('POST', `${STAGING}/${key}/on`);
    await shop.call('PATCH', `${STAGING}/${key}`, { offVariant: 'b', shedAt: 3 });
    expect((await undo(on)).status).toBe(200);
    expect((await flags())[0]).toMatchObject({ state: 'off', offVariant: 'b', shedAt: 3 });
  });

  it('tells a token of one environment nothing of another that the change altered too', async () => {
    const made = await shop.call('PATCH', `/flags/${key}`, { variants: { c: 'C' } });
    await shop.call('PATCH', `/flags/${key}`, { variants: { c: 'D' } });
    await shop.call('PATCH', `/environments/production/flags/${key}`, {
      rules: [{ if: inCountry('secret'), serve: { variant: 'a' } }],
    });
    const [created] = (await shop.call('GET', `/changes?action=flag.create&subject=flag/${key}`)).body.items;
    const token = await shop.house.newToken(['editor'], shop.projectId, shop.environmentIds[0]);
    for (const id of [created.id, made.body.change.id]) {
      const refused = await shop.call('POST', `/changes/${id}/undo`, {}, { token });
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
      expect(JSON.stringify(refused.body)).not.toMatch(/secret|production/);
    }
  });

  it('refuses where the same field has changed since, and says which', async () => {
    const first = await shop.call('POST', `${STAGING}/${key}/serve`, { variant: 'b' });
    await shop.call('POST', `${STAGING}/${key}/serve`, { variant: 'off' });
    const positions = await shop.positions();
    const refused = await undo(first);
    expect([refused.status, refused.body.code]).toEqual([409, 'changed_since']);
    expect(refused.body.detail).toContain('/environments/staging/fallthrough');
    expect(await shop.positions()).toEqual(positions);
  });

  it('gives everybody back what they had before a reseed', async () => {
    await shop.call('PATCH', `${STAGING}/${key}`, { fallthrough: { split: { weights: { a: 50_000, b: 50_000 } } } });
    const before = await flags();
    const reseeded = await shop.call('PATCH', `${STAGING}/${key}`, { fallthrough: { split: { reseed: true } } });
    expect(await flags()).not.toEqual(before);
    await undo(reseeded);
    expect(await flags()).toEqual(before);
    await shop.call('POST', `${STAGING}/${key}/serve`, { variant: 'a' });
    await shop.call('PATCH', `${STAGING}/${key}`, { fallthrough: { split: { weights: { a: 1, b: 1 }, of: 2 } } });
    const [salt] = before.map((flag) => (flag && 'split' in flag.fallthrough ? flag.fallthrough.split.salt : ''));
    expect((await flags())[0]?.fallthrough).toMatchObject({ split: { salt } });
  });

  it('puts back values in every environment at once, and a description in none', async () => {
    const before = await flags();
    const valued = await shop.call('PATCH', `/flags/${key}`, { variants: { a: 'AA', c: 'C' }, clientVisible: true });
    expect((await undo(valued)).body.change.environments).toHaveLength(2);
    expect(await flags()).toEqual(before);
    const named = await shop.call('PATCH', `/flags/${key}`, { description: 'x' });
    expect((await undo(named)).body.change.environments).toHaveLength(0);
    expect((await shop.call('GET', `/flags/${key}`)).body.description).toBe('');
  });

  it('refuses to take back a variant that is served by now', async () => {
    const added = await shop.call('PATCH', `/flags/${key}`, { variants: { c: 'C' } });
    await shop.call('POST', `${STAGING}/${key}/serve`, { variant: 'c' });
    const refused = await undo(added);
    expect([refused.status, refused.body.code]).toEqual([409, 'flag_in_use']);
  });

  it('archives a flag that was made, and unarchives one that was archived, killed as it was', async () => {
    const made = await shop.call('POST', '/flags', { key: `made-${key}`, type: 'boolean' });
    expect((await undo(made)).status).toBe(200);
    expect((await shop.call('GET', `/flags/made-${key}`)).body.archived).toBe(true);
    await shop.setKilled(0, key, true);
    const before = await flags();
    const archived = await shop.call('POST', `/flags/${key}/archive`);
    expect((await undo(archived)).status).toBe(200);
    expect(await flags()).toEqual(before);
    expect(before[0]?.killed).toBe(true);
  });

  it('never lifts a kill', async () => {
    const off = await shop.call('POST', `${STAGING}/${key}/serve`, { variant: 'b' });
    await shop.setKilled(0, key, true);
    expect((await undo(off)).status).toBe(200);
    expect((await flags())[0]).toMatchObject({ state: 'off', killed: true });
  });

  it('is growing where it turns on, so a killer may not undo an off of somebody else', async () => {
    await shop.call('POST', `${STAGING}/${key}/on`);
    const off = await shop.call('POST', `${STAGING}/${key}/off`);
    const token = await shop.house.newToken(['killer'], shop.projectId);
    const refused = await shop.call('POST', `/changes/${off.body.change.id}/undo`, {}, { token });
    expect(refused.status).toBe(403);
    expect((await flags())[0]?.state).toBe('off');
  });

  it('is told in the log in words, and of one environment to those who see only that one', async () => {
    await shop.call('POST', '/flags', { key: 'told', type: 'boolean', environments: { staging: { state: 'on' } } });
    await shop.call('PATCH', '/environments/production/flags/told', {
      state: 'on',
      fallthrough: { split: { weights: { on: 25_000, off: 75_000 } } },
    });
    const off = await shop.call('POST', '/environments/production/flags/told/off');
    await shop.call('POST', `/changes/${off.body.change.id}/undo`);
    const summaries = async (token?: string) => {
      const how = token === undefined ? {} : { token };
      const { body } = await shop.call('GET', '/changes?subject=flag/told', undefined, how);
      return body.items.map(({ summary }: { summary: string }) => summary);
    };
    expect(await summaries()).toEqual([
      `told in production: off → split on 25 %, off 75 %; this undoes change ${off.body.change.id}`,
      'told in production: split on 25 %, off 75 % → off',
      'told in production: off → split on 25 %, off 75 %',
      'told: made; off in production; on for everyone in staging',
    ]);
    const ofStaging = await shop.house.newToken(['viewer'], shop.projectId, shop.environmentIds[0]);
    expect(await summaries(ofStaging)).toEqual(['told: made; on for everyone in staging']);
  });
});
