import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { QueryAnswer } from '../metrics/query-answer.ts';
import { alertmanagerPath, startAlertmanager } from './alertmanager.fixture.ts';
import { type DebianProgram, freePort } from './debian-program.fixture.ts';
import { type Exporter, startExporter } from './exporter.fixture.ts';
import { prometheusPath, startPrometheus } from './prometheus.fixture.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';

const soon = { timeout: 20_000, interval: 50 };

describe.skipIf(prometheusPath === undefined || alertmanagerPath === undefined)('a real Prometheus', () => {
  let server: ServerProcess;
  let exporter: Exporter;
  let prometheus: DebianProgram;
  let alertmanager: DebianProgram;
  let hook: { id: string; path: string };

  const root = async (method: string, path: string, body?: unknown) => {
    const ifMatch = method === 'PUT' ? { headers: { 'if-match': '*' } } : {};
    const answer = await server.api(method, path, body, ifMatch);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  beforeAll(async () => {
    exporter = await startExporter({
      ...{ 'latency_seconds{app="shop"}': 0.25, errors: 0, requests: 0 },
      ...{ 'busy{host="a"}': 1, 'busy{host="b"}': 2 },
    });
    // Each must know the next one before it starts, and the last of them is asked by the first.
    const [alerts, port] = [await freePort(), await freePort()];
    prometheus = await startPrometheus(prometheusPath ?? '', {
      targets: [exporter.target],
      alert: {
        name: 'Slow',
        expr: 'latency_seconds > 2',
        labels: { severity: 'critical', turnout_flag: 'checkout', turnout_environment: 'production' },
      },
      alertmanager: `127.0.0.1:${alerts}`,
    });
    server = await startServer({ PORT: String(port), OUTBOUND_ALLOW: `127.0.0.1:${prometheus.port}` });
    await prepareShop();
    const made = await root('POST', '/projects/shop/hooks', {
      ...{ name: 'Alerts', source: 'alertmanager', environments: ['production'] },
      ...{ flags: ['checkout'], actions: ['kill'] },
    });
    hook = made.hook;
    const to = { url: `${server.url}${hook.path}`, token: made.secret };
    alertmanager = await startAlertmanager(alertmanagerPath ?? '', to, alerts);
    await root('PUT', '/projects/shop/sources/alertmanager', { kind: 'prometheus', url: alertmanager.url });
  }, 120_000);
  afterAll(async () => {
    await Promise.all([server?.remove(), prometheus?.stop(), alertmanager?.stop(), exporter?.close()]);
  });

  const FLAG = '/projects/shop/environments/production/flags/checkout';
  async function prepareShop() {
    await root('POST', '/projects', { key: 'shop' });
    await root('POST', '/projects/shop/environments', { key: 'production' });
    await root('POST', '/projects/shop/flags', { key: 'checkout', type: 'boolean', signalKill: true });
    await root('POST', `${FLAG}/on`, {});
    await root('PUT', '/projects/shop/sources/prometheus', { kind: 'prometheus', url: prometheus.url });
  }

  const ask = async (query: string, source = 'prometheus'): Promise<QueryAnswer> =>
    (await root('GET', `/projects/shop/sources/${source}/try?query=${encodeURIComponent(query)}`)).answer;
  const seen = (query: string, answer: unknown) =>
    vi.waitFor(async () => expect(await ask(query)).toEqual(answer), soon);
  const signals = async (): Promise<{ status: string; outcome: string; labels: object }[]> =>
    (await root('GET', `/projects/shop/hooks/${hook.id}/signals`)).items;

  it('answers a value, no data, what is no number, and several series, and each is told as what it is', async () => {
    await seen('latency_seconds', { kind: 'value', value: 0.25 });
    expect(await ask('max(busy) * 2')).toEqual({ kind: 'value', value: 4 });
    expect(await ask('scalar(requests)')).toEqual({ kind: 'value', value: 0 });
    expect(await ask('nobody_has_this')).toEqual({ kind: 'no-data' });
    expect(await ask('latency_seconds > 1')).toEqual({ kind: 'no-data' });
    expect(await ask('errors / requests')).toEqual({ kind: 'not-a-number' });
    expect(await ask('1 / requests')).toEqual({ kind: 'not-a-number' });
    expect(await ask('busy')).toEqual({ kind: 'several-series', count: 2 });
    expect(await ask('busy[1m]')).toMatchObject({ kind: 'error', message: expect.stringContaining('over time') });
    expect(await ask('sum(busy')).toMatchObject({ kind: 'error', message: expect.stringContaining('understand') });
  });

  it('is asked only where the operator allowed it, though another source of the project is there too', async () => {
    const answer = await ask('up', 'alertmanager');
    expect(answer).toMatchObject({ kind: 'error', message: expect.stringContaining('OUTBOUND_ALLOW=') });
  });

  it('tells a real Alertmanager, which tells a hook: the flag is killed, and stays so when the alert is over', async () => {
    exporter.values.set('latency_seconds{app="shop"}', 3);
    await vi.waitFor(async () => expect(await root('GET', FLAG)).toMatchObject({ killed: true }), soon);
    const labels = { alertname: 'Slow', severity: 'critical', app: 'shop', turnout_flag: 'checkout' };
    const firing = { status: 'firing', outcome: 'killed', labels };
    await vi.waitFor(async () => expect(await signals()).toMatchObject([firing]), soon);
    exporter.values.set('latency_seconds{app="shop"}', 0.25);
    await vi.waitFor(async () => expect(await signals()).toMatchObject([{ status: 'resolved' }, firing]), soon);
    expect(await root('GET', FLAG)).toMatchObject({ killed: true });
    // Within two seconds of a kill there is an incident that names it.
    const done = async () => (await root('GET', '/projects/shop/changes?limit=2')).items;
    const actor = `hook:${hook.id}`;
    await vi.waitFor(async () => {
      expect(await done()).toMatchObject([{ action: 'incident.open' }, { action: 'flag.kill', actor }]);
    }, soon);
  });

  it('that scrapes nobody any more has no data; stopped it is an error; back again it answers', async () => {
    exporter.values.delete('errors');
    await seen('errors', { kind: 'no-data' });
    await prometheus.crash();
    expect(await ask('max(busy)')).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await prometheus.start();
    await seen('max(busy)', { kind: 'value', value: 2 });
  });
});
