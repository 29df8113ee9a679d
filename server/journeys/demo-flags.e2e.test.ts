import { Turnout } from '@turnout/sdk-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres } from '../database/test-database.ts';
import { turnout } from './command-line.fixture.ts';
import { demoExpectations, demoFlags, flagsBeside, hasDemoFlags } from './demo-flags.fixture.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const ROOT_TOKEN = 'a-root-token-for-the-shop-that-really-runs';
const NOBODY = { product_id: 'none of them' };

describe.skipIf(!hasDemoFlags).each(hasPostgres ? ['postgres', 'embedded'] : ['embedded'])(
  'the flags of a shop that really runs, on %s',
  (kind) => {
    let database: FreshDatabase | undefined;
    let server: ServerProcess;
    let app: Turnout;
    let serverKey: string;

    beforeAll(async () => {
      if (kind === 'postgres') database = await freshDatabase();
      server = await startServer({
        ...(database ? { DATABASE_URL: database.url } : {}),
        TURNOUT_ROOT_TOKEN: ROOT_TOKEN,
      });
      ({ serverKey } = await prepareProject(server, 'shop', []));
      for (const flag of [...demoFlags('production'), ...flagsBeside('production')]) {
        const made = await server.api('POST', '/projects/shop/flags', flag);
        expect([made.status, made.body.flag?.key]).toEqual([201, flag.key]);
      }
      app = new Turnout({ url: server.url, key: serverKey, logger: false });
      expect(await app.ready()).toMatchObject({ source: 'stream' });
    }, 180_000);
    afterAll(async () => {
      await app?.close();
      await server?.remove();
      await database?.drop();
    });

    async function ofrep(flag: string, context: object) {
      const response = await fetch(`${server.url}/ofrep/v1/evaluate/flags/${flag}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ context }),
      });
      return { status: response.status, body: await response.json() };
    }

    it('are fifteen, and each evaluates as it says over OFREP and in process', async () => {
      expect(demoFlags('production')).toHaveLength(15);
      for (const { flag, context, value, variant, reason } of demoExpectations()) {
        expect(await ofrep(flag, context)).toMatchObject({ status: 200, body: { key: flag, value, variant, reason } });
        expect(app.evaluate(flag, null, context)).toMatchObject({ key: flag, value, variant, reason });
      }
    });

    it('stand beside a string, an object and a split, which needs to know who asks', async () => {
      expect((await ofrep('bannerText', {})).body).toMatchObject({ value: 'Everything must go', variant: 'sale' });
      expect(app.string('bannerText', 'x', {})).toBe('Everything must go');
      const large = { pageSize: 50, facets: ['price', 'brand'] };
      expect((await ofrep('searchSettings', {})).body).toMatchObject({ value: large, variant: 'large' });
      expect(app.object('searchSettings', {}, {})).toEqual(large);
      expect(await ofrep('newCheckout', {})).toMatchObject({
        status: 400,
        body: { errorCode: 'TARGETING_KEY_MISSING' },
      });
      expect(app.evaluate('newCheckout', false, {})).toMatchObject({
        value: false,
        errorCode: 'TARGETING_KEY_MISSING',
      });
      let on = 0;
      for (let i = 0; i < 200; i++) {
        const context = { targetingKey: `user-${i}` };
        const here = app.evaluate('newCheckout', false, context);
        expect(here.reason).toBe('SPLIT');
        if (i < 20)
          expect((await ofrep('newCheckout', context)).body).toMatchObject({ value: here.value, reason: 'SPLIT' });
        if (here.value) on++;
      }
      expect(on / 200).toBeGreaterThan(0.15);
      expect(on / 200).toBeLessThan(0.45);
    });

    it('a flip of paymentFailure from the command line reaches the running app', async () => {
      expect(app.number('paymentFailure', -1, NOBODY)).toBe(0);
      const env = { TURNOUT_URL: server.url, TURNOUT_KEY: ROOT_TOKEN };
      const flip = await turnout(['serve', 'paymentFailure', '50%', '-p', 'shop', '-e', 'production'], env);
      expect(flip).toMatchObject({ code: 0 });
      await expect.poll(() => app.number('paymentFailure', -1, NOBODY), { timeout: 5_000 }).toBe(0.5);
      expect((await ofrep('paymentFailure', {})).body).toMatchObject({ value: 0.5, variant: '50%' });
      const off = await turnout(['off', 'paymentFailure', '-p', 'shop', '-e', 'production'], env);
      expect(off).toMatchObject({ code: 0 });
      await expect.poll(() => app.number('paymentFailure', -1, NOBODY), { timeout: 5_000 }).toBe(0);
    }, 120_000);
  },
);
