import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const SAME = {
  ...{ to: { tag: 'autumn', position: 'a.7', knownGood: false }, applied: 'nothing', flags: [], segments: [] },
  ...{ endsRollouts: [], same: 1, refusal: null, request: null },
};
const KEPT = { ...SAME, flags: [{ key: 'cart', effect: 'kept', because: 'It was turned off since.' }], same: 18 };

let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(request.url?.includes('/flags/') ? SAME : KEPT));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

it.each([
  [[], 'production back to autumn:', ['  cart stays: It was turned off since.', '  18 more flags are as they were']],
  [['cart'], 'cart in production back to autumn:', ['  1 flag is as it was']],
])('a dry run of %j says what would go back, what would not, and that nothing did', async (words, head, lines) => {
  const out: string[] = [];
  const where = ['--to', 'autumn', '--dry-run', '-p', 'shop', '-e', 'production', '--url', url];
  const code = await runCommand(['rollback', ...words, ...where], {
    env: { TURNOUT_KEY: 'a-key' },
    print: (line) => out.push(line),
    warn: (line) => out.push(line),
    readInput: async () => '',
    stopped: new AbortController().signal,
  });
  expect([code, ...out]).toEqual([0, head, ...lines, 'Nothing was changed: this is what would come of it.']);
});
