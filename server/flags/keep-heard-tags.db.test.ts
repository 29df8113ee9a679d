import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environments, hooks, rollouts } from '../database/tables.ts';
import { type Authoring, openAuthoring } from './authoring.fixture.ts';
import { insertListener } from './listening.fixture.ts';

describe('the tags of a flag whose live rollout hears of alerts', () => {
  let shop: Authoring;
  let names = 0;
  beforeAll(async () => {
    shop = await openAuthoring('postgres');
    const hook = { projectId: shop.projectId, name: 'Alerts', source: 'alertmanager', auth: 'bearer' } as const;
    const listed = { environments: ['staging', 'production'], tags: ['checkout'], flags: [], actions: [] };
    await shop.database.db
      .insert(hooks)
      .values({ ...hook, ...listed, id: 'alerts', maxFlipsPerHour: 3, createdBy: 'root' });
  }, 180_000);
  afterAll(() => shop?.database.close());

  async function tagged(...tags: string[]): Promise<string> {
    const key = `flag-${++names}`;
    expect((await shop.call('POST', '/flags', { key, type: 'boolean', tags })).status).toBe(201);
    return key;
  }
  const retag = (key: string, tags: string[]) => shop.call('PATCH', `/flags/${key}`, { tags });

  it('stay as long as it is live, where a hook lists the flag by them alone', async () => {
    const key = await tagged('checkout', 'web');
    await insertListener(shop.database, shop.projectId, key);
    const refused = await retag(key, ['web']);
    expect([refused.status, refused.body.code]).toEqual([409, 'wrong_state']);
    expect(refused.body.detail).toContain(`The rollout r-${key} of ${key} is live`);
    expect(refused.body.detail).toContain('“Alerts”');
    expect((await shop.call('GET', `/flags/${key}`)).body.tags).toEqual(['checkout', 'web']);
    expect((await retag(key, ['checkout', 'more'])).status).toBe(200);
    await shop.database.db
      .update(rollouts)
      .set({ state: 'rolledBack' })
      .where(eq(rollouts.id, `r-${key}`));
    expect((await retag(key, [])).status).toBe(200);
  });

  it('that were given while it is live are not taken back by an undo either', async () => {
    const key = await tagged();
    const given = await retag(key, ['checkout']);
    await insertListener(shop.database, shop.projectId, key);
    const undone = await shop.call('POST', `/changes/${given.body.change.id}/undo`, { reason: 'Not so' });
    expect([undone.status, undone.body.code]).toEqual([409, 'wrong_state']);
  });

  it('may go where the hook lists the flag itself', async () => {
    const { db } = shop.database;
    const key = await tagged('checkout');
    await insertListener(shop.database, shop.projectId, key);
    await db.update(hooks).set({ flags: [key] });
    expect((await retag(key, [])).status).toBe(200);
    await db.update(hooks).set({ flags: [] });
  });

  it.each([
    ['has a guard that only watches', { mode: 'shadow' as const }],
    ['listens where no hook lists anything', { environment: 'canary' }],
    ['goes by no signals', { kind: 'sample-ratio' as const }],
  ])('may go where the rollout %s', async (_what, guard) => {
    const key = await tagged('checkout');
    await insertListener(shop.database, shop.projectId, key, guard);
    expect((await retag(key, [])).status).toBe(200);
  });

  it('count for a guard that names no environment where the path is protected', async () => {
    const { db } = shop.database;
    const [free, held] = [await tagged('checkout'), await tagged('checkout')];
    const guard: object = { environment: undefined };
    for (const key of [free, held]) await insertListener(shop.database, shop.projectId, key, guard);
    expect((await retag(free, [])).status).toBe(200);
    await db.update(environments).set({ protected: true }).where(eq(environments.key, 'staging'));
    expect((await retag(held, [])).status).toBe(409);
  });
});
