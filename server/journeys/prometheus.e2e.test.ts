import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { QueryAnswer } from '../metrics/query-answer.ts';
import { alertmanagerPath, startAlertmanager } from './alertmanager.fixture.ts';
import type { DebianProgram } from './debian-program.fixture.ts';
import { type Exporter, startExporter } from './exporter.fixture.ts';
import { prometheusPath, startPrometheus } from './prometheus.fixture.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';

const soon = { timeout: 20_000, interval: 50 };

describe.skipIf(prometheusPath === undefined || alertmanagerPath === undefined)('a real Prometheus', () => {
  let server: ServerProcess;
  let exporter: Exporter;
  let prometheus: DebianProgram;
  let alertmanager: DebianProgram;
  let hook: Server;
  const heard: { authorization: string | undefined; body: string }[] = [];

  beforeAll(async () => {
    exporter = await startExporter({
      ...{ 'latency_seconds{app="shop"}': 0.25, errors: 0, requests: 0 },
      ...{ 'busy{host="a"}': 1, 'busy{host="b"}': 2 },
    });
    hook = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      heard.push({ authorization: request.headers.authorization, body });
      response.end();
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    alertmanager = await startAlertmanager(alertmanagerPath ?? '', { url, token: 'a-token-of-the-hook' });
    prometheus = await startPrometheus(prometheusPath ?? '', {
      targets: [exporter.target],
      alert: { name: 'Slow', expr: 'latency_seconds > 2', labels: { severity: 'critical' } },
      alertmanager: `127.0.0.1:${alertmanager.port}`,
    });
    server = await startServer({ OUTBOUND_ALLOW: `127.0.0.1:${prometheus.port}` });
    await server.api('POST', '/projects', { key: 'shop' });
    for (const [key, source] of Object.entries({ prometheus: prometheus.url, alertmanager: alertmanager.url })) {
      const put = await server.api('PUT', `/projects/shop/sources/${key}`, { kind: 'prometheus', url: source }, ANY);
      expect(put.status).toBe(200);
    }
  }, 120_000);
  afterAll(async () => {
    hook?.close();
    await Promise.all([server?.remove(), prometheus?.stop(), alertmanager?.stop(), exporter?.close()]);
  });

  const ANY = { headers: { 'if-match': '*' } };
  const ask = async (query: string, source = 'prometheus'): Promise<QueryAnswer> =>
    (await server.api('GET', `/projects/shop/sources/${source}/try?query=${encodeURIComponent(query)}`)).body.answer;
  const seen = (query: string, answer: unknown) =>
    vi.waitFor(async () => expect(await ask(query)).toEqual(answer), soon);

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

  it('tells a real Alertmanager, which tells a webhook with its token, one alert at a time', async () => {
    exporter.values.set('latency_seconds{app="shop"}', 3);
    await vi.waitFor(() => expect(heard).toHaveLength(1), soon);
    const [{ authorization, body } = { authorization: '', body: '{}' }] = heard;
    expect(authorization).toBe('Bearer a-token-of-the-hook');
    const labels = { alertname: 'Slow', severity: 'critical', app: 'shop' };
    expect(JSON.parse(body)).toMatchObject({ version: '4', alerts: [{ status: 'firing', labels }] });
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
