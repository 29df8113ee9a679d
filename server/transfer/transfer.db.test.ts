import { type Context, compile, evaluate, type JsonValue } from '@turnout/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../database/test-database.ts';
import { type Authoring, faultsOf, openAuthoring } from '../flags/authoring.fixture.ts';
import { anyDocument } from './any-flagd.fixture.ts';
import { findDifferences, Tally } from './flagd-differential.fixture.ts';
import { type Transfer, transferOf } from './transfer.fixture.ts';

const flagd = (over: { [name: string]: JsonValue } = {}) => ({
  ...{ state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off', ...over },
});
const forStaff = flagd({ targeting: { if: [{ '==': [{ var: 'plan' }, 'staff'] }, 'on'] } });
const split = flagd({
  targeting: {
    fractional: [
      ['on', 3],
      ['off', 4],
    ],
  },
});

describe.each(databaseKinds)('import and export, on %s', (kind) => {
  let shop: Authoring;
  let transfer: Transfer;
  beforeAll(async () => {
    shop = await openAuthoring(kind);
    transfer = transferOf(shop);
  }, 180_000);
  afterAll(() => shop?.database.close());
  const lastChange = async () => (await shop.call('GET', '/changes?limit=1')).body.items[0];

  it('makes new flags in all environments in one change, on in the one that was named alone', async () => {
    const before = await shop.positions();
    const { status, body } = await transfer.bring(
      { flags: { a: forStaff, 'b/c': split, d: { state: 1 } } },
      'environment=staging&rename=b/c=b-c',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      environment: 'staging',
      dryRun: false,
      flags: [
        { key: 'a', effect: 'created' },
        { key: 'b-c', was: 'b/c', effect: 'created' },
      ],
      notImported: [{ flag: 'd', reason: 'it has no variants' }],
    });
    expect(body.change.environments.map(({ key }: { key: string }) => key)).toEqual(['staging', 'production']);
    expect((await shop.positions()).map((position) => position.split('.')[1])).toEqual(
      before.map((position) => String(Number(position.split('.')[1]) + 1)),
    );
    expect(await lastChange()).toMatchObject({ action: 'flag.import', subject: 'import/flagd', actor: 'root' });
    const [staging, production] = [await shop.ruleset(0), await shop.ruleset(1)];
    expect(evaluate(compile(staging), 'a', { plan: 'staff' })).toMatchObject({
      value: true,
      reason: 'TARGETING_MATCH',
    });
    expect(production.flags.a).toMatchObject({ state: 'off', rules: [] });
    expect(staging.flags['b-c']?.rules[1]?.serve).toMatchObject({ split: { salt: 'b/c', hash: 'flagd', of: 7 } });
  });

  it('asks nothing of a second import of the same, and changes nothing', async () => {
    const before = await shop.positions();
    const again = await transfer.bring({ flags: { a: forStaff } }, 'environment=staging');
    expect(again.body).toMatchObject({ flags: [{ key: 'a', effect: 'unchanged' }] });
    expect(again.body.change).toBeUndefined();
    expect(await shop.positions()).toEqual(before);
  });

  it('gives a flag that is there a new configuration in that environment, and leaves the rest of it', async () => {
    const production = await shop.ruleset(1);
    const { body } = await transfer.bring(
      { flags: { a: flagd({ defaultVariant: 'on', metadata: { x: 1 } }) } },
      'environment=staging',
    );
    expect(body).toMatchObject({
      flags: [{ effect: 'changed' }],
      notes: [{ flag: 'a', note: expect.stringContaining('metadata stays') }],
    });
    expect(body.change.environments).toHaveLength(1);
    expect((await shop.ruleset(0)).flags.a).toMatchObject({ rules: [], fallthrough: { variant: 'on' } });
    expect((await shop.ruleset(1)).flags).toEqual(production.flags);
  });

  it('with dryRun says what would come of it, and does nothing', async () => {
    const before = await shop.positions();
    const { body } = await transfer.bring({ flags: { a: forStaff, z: split } }, 'environment=staging&dryRun=true');
    expect(body).toMatchObject({
      dryRun: true,
      flags: [
        { key: 'a', effect: 'changed' },
        { key: 'z', effect: 'created' },
      ],
    });
    expect(body.change).toBeUndefined();
    expect(await shop.positions()).toEqual(before);
  });

  it('never lifts a kill', async () => {
    await transfer.bring({ flags: { k: flagd() } }, 'environment=staging');
    await shop.setKilled(0, 'k', true);
    const { body } = await transfer.bring({ flags: { k: flagd({ defaultVariant: 'on' }) } }, 'environment=staging');
    expect(body).toMatchObject({
      flags: [{ effect: 'changed' }],
      notes: [{ flag: 'k', note: expect.stringContaining('killed') }],
    });
    const ruleset = await shop.ruleset(0);
    expect(ruleset.flags.k).toMatchObject({ killed: true, fallthrough: { variant: 'on' } });
    expect(evaluate(compile(ruleset), 'k', {})).toMatchObject({ variant: 'off', reason: 'DISABLED' });
    await shop.setKilled(0, 'k', false);
  });

  it('leaves out what does not fit the flag that is there', async () => {
    await transfer.bring({ flags: { gone: flagd(), kept: flagd() } }, 'environment=staging');
    await shop.call('POST', '/flags/gone/archive', {});
    const blue = flagd({ variants: { on: true, off: false, blue: true } });
    const text = flagd({ variants: { on: 'x', off: 'y' } });
    const { body } = await transfer.bring({ flags: { gone: flagd(), kept: blue, a: text } }, 'environment=staging');
    expect(body.flags).toEqual([]);
    expect(body.notImported.map(({ flag, reason }: { flag: string; reason: string }) => `${flag}: ${reason}`)).toEqual([
      expect.stringContaining('gone: its key belongs to an archived flag'),
      expect.stringContaining('kept: its variant “blue” is not in the flag'),
      expect.stringContaining('a: the flag that is there is one of type boolean'),
    ]);
  });

  it('needs what editing needs, in every environment that it alters', async () => {
    const editor = await shop.house.newToken(['editor'], shop.projectId);
    const viewer = await shop.house.newToken(['viewer'], shop.projectId);
    const ofStaging = await shop.house.newToken(['editor'], shop.projectId, shop.environmentIds[0]);
    const document = { flags: { byEditor: flagd() } };
    expect((await transfer.bring(document, 'environment=staging', { token: viewer })).body.code).toBe('forbidden');
    expect((await transfer.bring(document, 'environment=staging', { token: ofStaging })).body.code).toBe('forbidden');
    expect((await transfer.bring(document, 'environment=staging', { token: editor })).status).toBe(200);
    expect((await transfer.take('environment=staging', viewer)).status).toBe(200);
    expect((await transfer.take('environment=staging', ofStaging)).status).toBe(200);
    expect((await transfer.take('environment=production', ofStaging)).body.code).toBe('not_found');
  });

  it('is told by field what is wrong with the request, and of a missing environment', async () => {
    expect(faultsOf(await transfer.bring({ flags: {} }, 'environment=staging&rename=x'))[0]).toContain('/query/rename');
    expect(faultsOf(await transfer.bring({ flags: {} }, 'environment=staging&format=xml'))[0]).toContain(
      '/query/format',
    );
    expect((await transfer.bring([], 'environment=staging')).body.code).toBe('invalid');
    expect((await transfer.bring('{"flags":{"__proto__":{}}}', 'environment=staging')).body.code).toBe('invalid');
    expect((await transfer.bring('{', 'environment=staging')).body.code).toBe('bad_json');
    expect((await transfer.bring({ flags: {} }, 'environment=nowhere')).body.code).toBe('not_found');
  });

  it('takes a document of more than a megabyte, and thousands of flags at once', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 1_500 }, (_, at) => [`many-${at}`, flagd({ description: 'd'.repeat(800) })]),
    );
    const { status, body } = await transfer.bring({ flags: many }, 'environment=staging');
    expect([status, body.flags.length, body.notImported.length]).toEqual([200, 1_500, 0]);
  });

  it('says the same over the wire as flagd does', async () => {
    const [sample] = fc.sample(anyDocument, { numRuns: 1, seed: 7 });
    for (const any of [sample, ...fc.sample(anyDocument, { numRuns: 4, seed: 8 })]) {
      if (any === undefined) throw new Error('no sample');
      const keyed = Object.entries(any.document.flags).map(
        ([key, flag]) => [`w${crypto.randomUUID().slice(0, 8)}-${key}`, flag] as const,
      );
      const document = { ...any.document, flags: Object.fromEntries(keyed) };
      expect((await transfer.bring(document, 'environment=staging')).status).toBe(200);
      const compiled = compile(await shop.ruleset(0));
      const ask = (flag: string, context: Context) => evaluate(compiled, flag, context);
      expect(findDifferences({ ...any, document }, new Tally(), ask)).toEqual([]);
    }
  });
});

describe.each(databaseKinds)('moving house, on %s', (kind) => {
  it('in our own format gives everybody the same in an empty project', async () => {
    const [from, to] = [await openAuthoring(kind, ['production']), await openAuthoring(kind, ['production'])];
    try {
      const segment = { key: 'staff', included: ['u-1'], if: { attribute: 'plan', op: 'equals', values: ['staff'] } };
      expect((await from.call('POST', '/environments/production/segments', segment)).status).toBe(201);
      const weights = { on: 30_000, off: 70_000 };
      for (const flag of [
        { key: 'base', type: 'boolean', environments: { production: { state: 'on' } }, tags: ['x'], owner: 'me' },
        {
          ...{ key: 'new', type: 'boolean', clientVisible: true, metadata: { team: 'a' } },
          environments: {
            production: {
              state: 'on',
              prerequisites: [{ flag: 'base', variants: ['on'] }],
              rules: [{ if: { segment: 'staff' }, serve: { variant: 'on' } }],
              fallthrough: { split: { weights } },
            },
          },
        },
      ]) {
        expect((await from.call('POST', '/flags', flag)).status).toBe(201);
      }
      await transferOf(from).bring({ flags: { split } }, 'environment=production');
      const { body } = await transferOf(from).take('environment=production&format=turnout');
      expect(body).toMatchObject({ format: 'turnout', notExported: [], notes: [] });
      const taken = await transferOf(to).bring(body.document, 'environment=production&format=turnout');
      expect(taken.body).toMatchObject({ notImported: [], segments: [{ key: 'staff', effect: 'created' }] });
      const [was, is] = [await from.ruleset(), await to.ruleset()];
      expect([is.flags, is.segments]).toEqual([was.flags, was.segments]);
      const edited = await to.call('PATCH', '/environments/production/flags/new', {
        fallthrough: { split: { weights: { on: 40_000, off: 60_000 } } },
      });
      expect(was.flags.new?.fallthrough).toMatchObject({ split: { salt: edited.body.flag.fallthrough.split.salt } });
      const broken = { ...body.document, segments: {}, flags: { ...body.document.flags, base: { type: 'boolean' } } };
      const refused = await transferOf(to).bring(
        {
          ...broken,
          flags: {
            other: {
              ...body.document.flags.new,
              rules: [{ id: 'r', if: { segment: 'gone' }, serve: { variant: 'on' } }],
            },
            bad: broken.flags.base,
          },
        },
        'environment=production&format=turnout',
      );
      expect(refused.body.notImported).toEqual([
        { flag: 'bad', reason: expect.stringContaining('/variants') },
        { flag: 'other', reason: expect.stringContaining('/rules/0/if/segment') },
      ]);
    } finally {
      await from.database.close();
      await to.database.close();
    }
  }, 120_000);
});
