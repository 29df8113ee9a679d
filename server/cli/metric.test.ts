import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { metricPut } from '../metrics/metric-contract.ts';
import { runCommand } from './run-command.ts';

describe('turnout metric', () => {
  let server: Server;
  let url = '';
  let heard: { method: string | undefined; path: string | undefined; body: unknown }[] = [];
  const known = { key: 'errors', kind: 'rate', event: 'e', direction: 'up', unit: '', source: 'server', version: 1 };
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const { method, url: path } = request;
      const body = text === '' ? undefined : (JSON.parse(text) as object);
      heard.push({ method, path, body });
      response.setHeader('content-type', 'application/json');
      const metric = method === 'PUT' ? { ...known, key: path?.split('/').at(-1), ...metricPut.parse(body) } : known;
      response.end(JSON.stringify(method === 'GET' ? { items: [known] } : { metric }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    heard = [];
  });
  afterAll(() => server.close());

  async function run(...words: string[]) {
    const lines: string[] = [];
    const code = await runCommand(['metric', ...words, '-p', 'shop', '--url', url], {
      env: { TURNOUT_KEY: 'a-key' },
      print: (line) => lines.push(line),
      warn: (line) => lines.push(line),
      readInput: async () => '',
      stopped: new AbortController().signal,
    });
    return { code, lines };
  }

  it('defines a metric, shows all and deletes one', async () => {
    const set = await run('set', 'latency', 'mean', 'checkout.ms', '--unit', 'ms', '--cap', '5000');
    expect(set).toEqual({ code: 0, lines: ['latency: mean of checkout.ms in ms, cut at 5000; up is worse'] });
    const ratio = await run('set', 'share', 'ratio', 'paid', '--per', 'cart', '--worse', 'down');
    expect(ratio.lines).toEqual(['share: ratio of paid to cart; down is worse']);
    expect((await run('list')).lines).toEqual(['errors: rate of e; up is worse']);
    expect((await run('list', '--json')).lines.map((line) => JSON.parse(line).key)).toEqual(['errors']);
    expect((await run('delete', 'errors', '--reason', 'unused')).lines).toEqual(['errors is deleted.']);
    expect(heard.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /api/v1/projects/shop/metrics/latency',
      'PUT /api/v1/projects/shop/metrics/share',
      'GET /api/v1/projects/shop/metrics',
      'GET /api/v1/projects/shop/metrics',
      'DELETE /api/v1/projects/shop/metrics/errors',
    ]);
    expect(heard[4]?.body).toEqual({ reason: 'unused' });
  });

  it.each([[['set', 'latency']], [['list', 'errors']], [['forget']], [['set', 'a', 'mean', 'b', '--cap', 'much']]])(
    'says what would be right, and asks nobody: %j',
    async (words) => {
      expect((await run(...words)).code).toBe(2);
      expect(heard).toEqual([]);
    },
  );
});
