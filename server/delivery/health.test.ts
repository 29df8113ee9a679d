import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DegradedPart, Health } from './health.ts';

let server: Server;
let health: Health;
let serving: boolean;
let degraded: DegradedPart[];
const answers: string[] = [];

beforeEach(async () => {
  [serving, degraded, answers.length] = [true, [], 0];
  health = new Health({
    canServe: () => serving,
    degraded: () => degraded,
    onAnswer: (route, status) => answers.push(`${status} ${route}`),
  });
  server = createServer((request, response) => {
    if (!health.handle(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function ask(path: string, method = 'GET') {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { Connection: 'close' } });
  const text = await response.text();
  return [response.status, text === '' || response.status === 418 ? undefined : JSON.parse(text)];
}

test('A node is ready while it can serve, and says which parts are not as they should be', async () => {
  expect(await ask('/readyz')).toEqual([200, { status: 'ready', degraded: [] }]);
  degraded = [{ part: 'database', why: 'no answer for 12 s' }];
  expect(await ask('/readyz?verbose')).toEqual([200, { status: 'ready', degraded }]);
});

test('It is not ready without any ruleset, nor while it drains, and alive all the same', async () => {
  serving = false;
  expect(await ask('/readyz')).toEqual([503, { status: 'no ruleset', degraded: [] }]);
  serving = true;
  health.drain();
  expect(await ask('/readyz')).toEqual([503, { status: 'draining', degraded: [] }]);
  expect(await ask('/livez')).toEqual([200, { status: 'alive' }]);
  expect(answers).toEqual(['503 /readyz', '503 /readyz', '200 /livez']);
});

test('Only reading is offered, and other addresses are left to whoever comes next', async () => {
  expect(await ask('/livez', 'POST')).toEqual([405, { status: 'method not allowed' }]);
  expect(await ask('/readyz', 'HEAD')).toEqual([200, undefined]);
  expect(await ask('/livezz')).toEqual([418, undefined]);
});
