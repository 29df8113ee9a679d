import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const CHANGE = { id: 9, seq: 7, environments: [{ key: 'production', position: 'abc.3' }] };
const ANSWER = { before: { serves: 'on' }, after: { serves: 'off' }, changed: true, change: CHANGE };
const LAGGARD = { instance: '0123456789abcdef', host: 'client-117', environment: 'production', silentMs: 3_200 };

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** Runs a command against a server that answers every call with `body`. */
async function run(words: string, body: unknown) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const out: string[] = [];
  const err: string[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const code = await runCommand([...words.split(' '), '-p', 'shop', '-e', 'production'], {
    env: { TURNOUT_URL: url, TURNOUT_KEY: 'k' },
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
    readInput: async () => '',
    stopped: new AbortController().signal,
  });
  return { code, out: out.join('\n'), err: err.join('\n'), asked };
}

const receipts = (more: object) => ({
  ...ANSWER,
  receipts: { live: 41, reached: 41, p50: 2, p99: 9, max: 143, laggards: [], unknown: [], complete: true, ...more },
});

describe('--wait', () => {
  it.each([
    ['off cart --wait', 'off?wait=5s'],
    ['off cart --wait 20s', 'off?wait=20s'],
    ['off --wait cart', 'off?wait=5s'],
    ['off cart --wait=250ms', 'off?wait=250ms'],
    ['kill cart --wait 1s --reason burns', 'kill?wait=1s'],
    ['off cart', 'off'],
  ])('%s asks for it', async (words, asked) => {
    const said = await run(words, ANSWER);
    expect(said.code).toBe(0);
    expect(said.asked).toEqual([`POST /api/v1/projects/shop/environments/production/flags/cart/${asked}`]);
  });

  it.each(['--wait=soon', '--wait 31s', '--wait=5'])('refuses %s', async (wait) => {
    expect(await run(`off cart ${wait}`, ANSWER)).toMatchObject({ code: 2, asked: [] });
  });

  it('tells how many apps have it, and after how long', async () => {
    const said = await run('off cart --wait', receipts({}));
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out.split('\n').at(-1)).toBe('41/41 apps after 143 ms');
  });

  it('names those that have not, says why, and ends with 3', async () => {
    const laggards = [
      { ...LAGGARD, why: 'silent' },
      { ...LAGGARD, host: '', why: 'disconnected', silentMs: 150_000 },
      { ...LAGGARD, why: 'node lost', silentMs: 90 },
      { ...LAGGARD, why: 'polling' },
      { ...LAGGARD, why: 'unsupported' },
    ];
    const said = await run('off cart --wait', receipts({ reached: 36, laggards }));
    expect(said.code).toBe(3);
    expect(said.out.split('\n').slice(2)).toEqual([
      '36/41 apps, the last of them after 143 ms',
      '  not yet: client-117 01234567 (stream open, no receipt for 3 s)',
      '  not yet: unnamed 01234567 (disconnected, last heard of 3 min ago)',
      '  not yet: client-117 01234567 (its node is gone, last heard of 90 ms ago)',
      '  not yet: client-117 01234567 (no stream, fetches now and then, last 3 s ago)',
      '  not yet: client-117 01234567 (does not understand the flag)',
    ]);
  });

  it('names ten of many', async () => {
    const laggards = Array.from({ length: 30 }, () => ({ ...LAGGARD, why: 'silent' }));
    const said = await run('kill cart --wait', receipts({ reached: 1, laggards }));
    expect(said.out.split('\n')).toHaveLength(14);
    expect(said.out).toContain('and 30 more: turnout instances');
  });

  it('ends with 3 where not everybody could be asked, also for programs', async () => {
    const unknown = { unknown: ['n2'], complete: false };
    const said = await run('off cart --wait', receipts(unknown));
    expect(said).toMatchObject({ code: 3, err: expect.stringContaining('could not be asked: n2') });
    expect(await run('off cart --wait --json', receipts(unknown))).toMatchObject({ code: 3 });
    const alone = await run('off cart --wait', receipts({ complete: false }));
    expect(alone).toMatchObject({ code: 3, err: expect.stringContaining('this covers one node') });
  });

  it('is content where no app was running', async () => {
    const said = await run('off cart --wait', receipts({ live: 0, reached: 0, max: null }));
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining('no app was running') });
  });
});

describe('turnout instances', () => {
  const app = { ...LAGGARD, sdk: 'node/1', state: 'live', position: 'abc.3' };
  const page = { items: [app, { ...app, state: 'laggard', why: 'silent' }], next: null, unknown: [], complete: true };

  it('lists the apps and what is amiss', async () => {
    const said = await run('instances', { ...page, counts: { live: 1, laggard: 1, lost: 0 } });
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out.split('\n')).toEqual([
      'production: 1 live, 1 lagging, 0 lost within the hour',
      '  client-117  01234567  node/1  abc.3  live',
      '  client-117  01234567  node/1  abc.3  laggard: stream open, no receipt for 3 s',
    ]);
  });

  it('says so where other nodes could not be asked', async () => {
    const body = { ...page, counts: { live: 1, laggard: 1, lost: 0 }, unknown: ['n2'], complete: false };
    expect((await run('instances', body)).err).toContain('n2');
    expect((await run('instances --json', body)).out.split('\n')).toHaveLength(2);
  });
});
