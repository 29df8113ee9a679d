import { compile, evaluate } from '@turnout/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../database/test-database.ts';
import { demoExpectations, demoFlags, flagsBeside, hasDemoFlags } from '../journeys/demo-flags.fixture.ts';
import { type Authoring, openAuthoring } from './authoring.fixture.ts';

describe.skipIf(!hasDemoFlags).each(databaseKinds)('the flags of a shop that really runs, on %s', (kind) => {
  let shop: Authoring;
  beforeAll(async () => {
    shop = await openAuthoring(kind);
  }, 180_000);
  afterAll(() => shop?.database.close());

  it('can be authored, and what is stored evaluates as they say', async () => {
    for (const flag of [...demoFlags('staging'), ...flagsBeside('staging')]) {
      expect((await shop.call('POST', '/flags', flag)).status).toBe(201);
    }
    const compiled = compile(await shop.ruleset());
    expect(compiled.flags.size).toBe(18);
    for (const { flag, context, value, variant, reason } of demoExpectations()) {
      expect(evaluate(compiled, flag, context)).toMatchObject({ key: flag, value, variant, reason });
    }
    expect(evaluate(compiled, 'searchSettings', {}).value).toEqual({ pageSize: 50, facets: ['price', 'brand'] });
    expect(evaluate(compiled, 'newCheckout', {}).errorCode).toBe('TARGETING_KEY_MISSING');
  });
});
