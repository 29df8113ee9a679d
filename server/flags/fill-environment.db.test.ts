import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMPTY_DIGEST } from '../changes/canonical.ts';
import { environments } from '../database/tables.ts';
import { databaseKinds } from '../database/test-database.ts';
import { readRuleset } from '../delivery/read-ruleset.ts';
import { type Authoring, openAuthoring } from './authoring.fixture.ts';
import { fillEnvironment } from './fill-environment.ts';

describe.each(databaseKinds)('a new environment on %s', (kind) => {
  let shop: Authoring;
  beforeAll(async () => {
    shop = await openAuthoring(kind, ['staging']);
  }, 180_000);
  afterAll(() => shop?.database.close());

  it('knows every flag, off, and archived ones once they come back', async () => {
    await shop.call('POST', '/flags', { key: 'cart', type: 'boolean', environments: { staging: { state: 'on' } } });
    await shop.call('POST', '/flags', { key: 'theme', type: 'string', variants: { light: 'white', dark: 'black' } });
    await shop.call('POST', '/flags', { key: 'old', type: 'boolean' });
    await shop.call('POST', '/flags/old/archive');
    const { db } = shop.database;
    const filled = await db.transaction(async (tx) => {
      const values = { projectId: shop.projectId, key: 'new', name: 'New', epoch: 'e', digest: EMPTY_DIGEST };
      const [row] = await tx.insert(environments).values(values).returning();
      await fillEnvironment(tx, { projectId: shop.projectId, environmentId: row?.id ?? 0 });
      return readRuleset(tx, { ...(row as typeof environments.$inferSelect), projectKey: 'shop' });
    });
    expect(Object.keys(filled.flags)).toEqual(['cart', 'theme']);
    expect(filled.flags.cart).toMatchObject({ state: 'off', offVariant: 'off', fallthrough: { variant: 'on' } });
    expect(filled.flags.theme).toMatchObject({ state: 'off', offVariant: null, fallthrough: { variant: 'light' } });
    const back = await shop.call('POST', '/flags/old/unarchive');
    expect(back.body.change.environments.map(({ key }: { key: string }) => key)).toEqual(['staging', 'new']);
    expect((await shop.ruleset(1)).flags.old).toMatchObject({ state: 'off' });
  });
});
