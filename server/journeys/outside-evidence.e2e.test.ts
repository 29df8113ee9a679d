import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { alertmanagerPath, startAlertmanager } from './alertmanager.fixture.ts';
import { type DebianProgram, freePort } from './debian-program.fixture.ts';
import { type Exporter, startExporter } from './exporter.fixture.ts';
import { prometheusPath, startPrometheus } from './prometheus.fixture.ts';
import { FLAG, prepareRollouts, type RolloutPlace } from './rollout-place.fixture.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';
import { openShop, type RunningShop } from './shop.fixture.ts';

/** How many orders of the new variant failed in the last seconds, as a share. */
const FAILING = 'sum(rate(failed_total{variant="on"}[6s])) / sum(rate(orders_total{variant="on"}[6s]))';

/** A canary that nothing but the guard watches. */
const policyWith = (key: string, guard: object) => ({
  key,
  path: [
    {
      environment: 'production',
      stages: [
        { exposure: 50, bake: '1h' },
        { exposure: 100, bake: '1h' },
      ],
    },
  ],
  guards: [{ ...guard, onFail: 'rollBack' }],
  evidence: { maxAge: '5m', onNoData: 'hold', onError: 'hold' },
});

describe.skipIf(prometheusPath === undefined || alertmanagerPath === undefined)('what others watch', () => {
  let server: ServerProcess;
  let place: RolloutPlace;
  let exporter: Exporter;
  let prometheus: DebianProgram;
  let alertmanager: DebianProgram;
  let shop: RunningShop | undefined;
  let showing: NodeJS.Timeout | undefined;

  beforeAll(async () => {
    exporter = await startExporter({});
    const [alerts, port] = [await freePort(), await freePort()];
    prometheus = await startPrometheus(prometheusPath ?? '', {
      targets: [exporter.target],
      alert: { name: 'OrdersFail', expr: `${FAILING} > 0.02`, labels: { severity: 'critical', service: 'checkout' } },
      alertmanager: `127.0.0.1:${alerts}`,
    });
    server = await startServer({ PORT: String(port), OUTBOUND_ALLOW: `127.0.0.1:${prometheus.port}` });
    place = await prepareRollouts(server, 'shop');
    await place.call('PUT', '/sources/prometheus', { kind: 'prometheus', url: prometheus.url });
    const hook = { name: 'Alerts', source: 'alertmanager', environments: ['production'], flags: [FLAG], actions: [] };
    const made = await place.call('POST', '/hooks', hook);
    const to = { url: `${server.url}${made.hook.path}`, token: made.secret };
    alertmanager = await startAlertmanager(alertmanagerPath ?? '', to, alerts);
  }, 180_000);
  afterEach(async () => {
    clearInterval(showing);
    // With its goodbye: who only vanishes is waited for, for a minute.
    await shop?.close().finally(shop.end);
    exporter.values.clear();
  });
  afterAll(async () => {
    await Promise.all([server?.remove(), prometheus?.stop(), alertmanager?.stop(), exporter?.close()]);
  });

  /** A shop that shows its orders as any app does; the new variant fails three times as often. */
  async function openShownShop(): Promise<RunningShop> {
    const opened = await openShop({
      ...{ url: server.url, key: place.serverKey, host: 'shop-1', flag: FLAG, seed: 7 },
      ...{ visitorsPerSecond: 1_000, failRate: { on: 0.03, off: 0.01 }, staffEvery: 100 },
    });
    showing = setInterval(async () => {
      const { orders, failed } = await opened.counts();
      for (const variant of ['on', 'off'] as const) {
        exporter.values.set(`orders_total{variant="${variant}"}`, orders[variant]);
        exporter.values.set(`failed_total{variant="${variant}"}`, failed[variant]);
      }
    }, 500);
    return opened;
  }

  async function untilBack(id: string): Promise<string> {
    const until = Date.now() + 90_000;
    for (;;) {
      const { state, path } = await place.rollout(id);
      if (state === 'rolledBack' && path[0].run.reach?.state === 'reached') break;
      if (Date.now() > until) throw new Error(`still ${state}: ${path[0].run?.decision?.reason}`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const { items } = await place.call('GET', `/rollouts/${id}/decisions`);
    return items.find(({ action }: { action: string }) => action === 'rollBack').because.join('\n');
  }

  const served = async () => (await place.call('GET', `/environments/production/flags/${FLAG}`)).fallthrough;

  it('an alert of Alertmanager rolls a canary back, and its end turns nothing on', async () => {
    const guard = { id: 'alert', signal: { severity: 'critical', service: 'checkout' } };
    await place.call('PUT', '/policies/alerted', { document: policyWith('alerted', guard), reason: 'beforehand' });
    shop = await openShownShop();
    const id = await place.start('alerted');
    expect(await untilBack(id)).toContain('alert');
    clearInterval(showing);
    exporter.values.clear();
    await expect
      .poll(async () => (await place.call('GET', `/hooks/${await hookId()}/signals`)).items[0]?.status, {
        ...{ timeout: 60_000, interval: 300 },
      })
      .toBe('resolved');
    expect(await place.rollout(id)).toMatchObject({ state: 'rolledBack' });
    expect(await served()).toEqual({ variant: 'off' });
  }, 200_000);

  it('a query of Prometheus beyond its bound for a while rolls a canary back', async () => {
    const guard = { id: 'orders', kind: 'threshold', source: 'prometheus', query: FAILING, above: 0.02, for: '2s' };
    await place.call('PUT', '/policies/watched', { document: policyWith('watched', guard), reason: 'beforehand' });
    shop = await openShownShop();
    expect(await untilBack(await place.start('watched'))).toContain('orders');
    expect(await served()).toEqual({ variant: 'off' });
  }, 150_000);

  const hookId = async () => (await place.call('GET', '/hooks')).items[0].id;
});
