import type { MeasuredRun, Report, RunReport } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagOf, HouseServer, SERVER_KEY } from './house-server.fixture.ts';
import { Turnout } from './index.ts';
import type { TurnoutOptions } from './options.ts';

const RUN: MeasuredRun = {
  ...{ id: 'r1', entry: 1, stage: 0, target: 'fallthrough', by: 'targetingKey', salt: 's', from: 'off', to: 'on' },
  ...{ treatment: [0, 50_000], control: [50_000, 100_000], sample: { salt: 'm', below: 100_000 }, events: ['bought'] },
};
const halves = (run: Partial<MeasuredRun> = {}) => ({
  fallthrough: {
    split: {
      by: 'targetingKey',
      salt: 's',
      of: 100_000,
      slices: [[0, 50_000, 'on'] as const, [50_000, 100_000, 'off']],
    },
  },
  run: { ...RUN, ...run },
});

describe('units of a measured run', () => {
  let server: HouseServer;
  const apps: Turnout[] = [];
  beforeEach(async () => {
    server = await new HouseServer(
      flagOf('cart', halves() as never),
      flagOf('plain'),
      flagOf('needs', { prerequisites: [{ flag: 'cart', variants: ['on', 'off'] }] }),
    ).start();
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close({ timeoutMs: 0 });
    await server.stop();
  });

  async function start(options: Partial<TurnoutOptions> = {}): Promise<Turnout> {
    const app = new Turnout({ url: server.url, key: SERVER_KEY, logger: false, ...options });
    apps.push(app);
    await app.ready();
    return app;
  }

  const runs = (): RunReport[] => (server.reports as Report[]).flatMap((report) => report.runs ?? []);
  const unitsOf = (units: string | undefined) => (units?.length ?? 0) / 16;
  const exposed = () => runs().reduce((sum, { treatment, control }) => sum + unitsOf(treatment) + unitsOf(control), 0);

  it.each([
    ['as it is', {}],
    ['through hooks, which may say for whom', { hooks: [{ before: () => ({ plan: 'pro' }) }] }],
  ])('are reported once each for who asks for the flag, %s', async (_name, options) => {
    const app = await start(options);
    for (let i = 0; i < 40; i++) {
      const context = { targetingKey: `user-${i % 20}` };
      app.boolean('cart', false, context);
      app.with(context).evaluate('cart', false);
    }
    await app.flush();
    expect(exposed()).toBe(20);
    expect(runs()[0]).toMatchObject({ run: 'r1', entry: 1, dropped: 0 });
  });

  it('are not reported for who only needs the flag, watches it or gets all of them', async () => {
    const app = await start();
    const context = { targetingKey: 'user-1' };
    app.boolean('needs', false, context);
    app.boolean('plain', false, context);
    app.watch('cart', false, context, () => undefined);
    app.all(context);
    await app.flush();
    expect(runs()).toEqual([]);
  });

  it('are reported with the events that the run looks at, for whom these happened', async () => {
    const app = await start({ context: { targetingKey: 'user-1' } });
    app.boolean('cart', false);
    app.track('bought', { value: 5 });
    app.track('bought', { context: { targetingKey: 'user-2' } });
    app.track('seen');
    app.track('bought', { context: { targetingKey: '' } });
    await app.flush();
    const [run] = runs();
    expect(run?.events?.map(({ event, units }) => [event, unitsOf(units)])).toEqual([['bought', 2]]);
    expect(JSON.stringify(server.reports)).not.toContain('user-');
  });

  it('begin anew with the next entry, and end with the run', async () => {
    const app = await start();
    const ask = () => app.boolean('cart', false, { targetingKey: 'user-1' });
    ask();
    server.put(flagOf('cart', halves({ entry: 2 }) as never));
    await expect.poll(() => app.status().position).toBe(server.position);
    ask();
    server.put(flagOf('cart'));
    await expect.poll(() => app.status().position).toBe(server.position);
    ask();
    await app.flush();
    expect(runs().map(({ entry }) => entry)).toEqual([1, 2]);
    expect(exposed()).toBe(2);
  });
});
