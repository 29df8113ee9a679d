import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './cli/run-command.ts';
import { readConfig } from './config.ts';
import { greet } from './demo.ts';
import { DEMO_FLAGS } from './demo-flags.ts';
import { createLogger } from './platform/logger.ts';
import { type RunningHouse, startHouse } from './start-house.ts';

let dataDir = '';
let house: RunningHouse;
let log = '';

/** Opens the house as `npm start` would, with nothing configured but where. */
async function open(env: Record<string, string> = {}): Promise<void> {
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0', TURNOUT_DEMO: 'quiet', ...env }, []);
  const target = {
    write: (text: string) => {
      log += text;
    },
  };
  house = await startHouse(config, createLogger('debug', target));
  await house.opened;
  await house.demo?.whole;
}

/** Runs a command on the machine of the demo, with no key given. */
async function turnout(words: string, more: string[] = []) {
  const out: string[] = [];
  const code = await runCommand([...words.split(' '), ...more], {
    env: { DATA_DIR: dataDir, TURNOUT_URL: house.url },
    print: (line) => out.push(line),
    warn: (line) => out.push(line),
    readInput: async () => '',
    stopped: AbortSignal.timeout(200),
  });
  return { code, out: out.join('\n') };
}

const keyOf = (kind: string) => readFileSync(join(dataDir, 'demo-keys', kind), 'utf8').trim();
const KINDS = ['server', 'client', 'kill', 'admin'];

beforeAll(async () => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'turnout-house-')), 'data');
  await open();
});
afterAll(async () => {
  await house?.close();
  rmSync(join(dataDir, '..'), { recursive: true });
});

describe('a house with nothing configured', () => {
  it('has a demo whose keys only their owner reads, and a root token', () => {
    for (const kind of KINDS) {
      expect(keyOf(kind)).toMatch(new RegExp(`^turnout_${kind}_`));
      expect(statSync(join(dataDir, 'demo-keys', kind)).mode & 0o777).toBe(0o600);
    }
    expect(house.rootToken).toMatchObject({ made: true, path: join(dataDir, 'first-start') });
  });

  it('answers the command that it prints', async () => {
    const printed = greet(house.url, dataDir);
    const [, address = ''] = /curl -s (\S+)/.exec(printed) ?? [];
    const [, file = ''] = /Bearer \$\(cat (\S+)\)/.exec(printed) ?? [];
    const [, body = ''] = /-d '(.+)'/.exec(printed) ?? [];
    const answer = await fetch(address, {
      method: 'POST',
      headers: { authorization: `Bearer ${readFileSync(file, 'utf8').trim()}`, 'content-type': 'application/json' },
      body,
    });
    expect(await answer.json()).toMatchObject({ key: 'new-checkout', value: true, variant: 'on' });
  });

  it('prints flips that find it, whatever its port and its folder', async () => {
    const elsewhere = greet(house.url, dataDir);
    const [, settings = '', words = ''] = /^ {4}(\S.*)npx turnout (off .*)$/m.exec(elsewhere) ?? [];
    expect(
      Object.fromEntries(
        settings
          .trim()
          .split(' ')
          .map((one) => one.split('=')),
      ),
    ).toEqual({
      TURNOUT_URL: house.url,
      DATA_DIR: dataDir,
    });
    expect(words).toBe('off new-checkout -e production');
    expect(greet('http://127.0.0.1:8420', './data')).toContain('\n    npx turnout off ');
  });

  it('evaluates every flag of the demo, by rule and by split too', async () => {
    const all = await turnout('eval --json --context', ['{"targetingKey":"user-17","country":"CH","plan":"business"}']);
    const flags = JSON.parse(all.out).flags as { key: string; value: unknown; reason: string }[];
    expect(flags.map(({ key }) => key).sort()).toEqual(DEMO_FLAGS.map(({ key }) => key).sort());
    const value = (key: string) => flags.find((flag) => flag.key === key);
    expect(value('smart-search')).toMatchObject({ value: true, reason: 'TARGETING_MATCH' });
    expect(value('upload-limit-mb')?.value).toBe(250);
    expect(value('banner')?.value).toMatchObject({ show: true });
    expect(value('checkout-button')).toMatchObject({ reason: 'SPLIT', value: expect.any(String) });
    expect(value('maintenance-mode')?.value).toBe(false);
    expect((await turnout('eval banner -e development')).out).toContain('variant  sale');
  });

  it('is flipped, killed and restored from the command line, and keeps all of it in a log that verifies', async () => {
    expect(await turnout('off new-checkout -e production')).toMatchObject({ code: 0 });
    expect((await turnout('eval new-checkout')).out).toContain('value    false');
    expect((await turnout('on new-checkout -e production')).out).toContain('→ on for everyone');
    expect((await turnout('kill new-checkout -e production --reason burns')).code).toBe(0);
    const on = await turnout('on new-checkout -e production');
    expect(on).toMatchObject({ code: 1, out: expect.stringContaining('restore') });
    expect((await turnout('eval new-checkout')).out).toContain('value    false');
    expect((await turnout('restore new-checkout -e production')).code).toBe(0);
    expect((await turnout('eval new-checkout')).out).toContain('value    true');
    expect((await turnout('serve checkout-button pay -e production')).out).toContain('→ pay for everyone');
    const tail = await turnout('tail -n 6');
    expect(tail.out).toMatch(/flag\.kill {2}new-checkout in production: .* → killed {2}by demo admin {2}"burns"/);
    expect(tail.out.split('\n').at(-1)).toContain('flag.serve');
    expect(await turnout('verify')).toMatchObject({ code: 0, out: expect.stringContaining('demo: the chain holds') });
  });

  it('begins a new epoch for whoever holds the root token, and serves on', async () => {
    expect((await turnout('new-epoch -e production')).code).toBe(1);
    const key = ['--key', house.rootToken.path ?? ''];
    expect(await turnout('new-epoch --all', key)).toMatchObject({ code: 0 });
    await expect.poll(async () => (await turnout('eval new-checkout')).out).toContain('value    true');
  });

  it('shows its figures to admins alone', async () => {
    const read = (kind: string) =>
      fetch(`${house.url}/metrics`, { headers: { authorization: `Bearer ${keyOf(kind)}` } });
    expect((await read('server')).status).toBe(403);
    const figures = await (await read('admin')).text();
    expect(figures).toMatch(/turnout_http_requests_total\{[^}]*evaluate\/flags[^}]*\} \d+/);
    expect(figures).not.toContain('new-checkout');
  });

  it('logs patterns of routes, and no key, no flag and no query', async () => {
    await fetch(`${house.url}/api/v1/projects/demo/flags?q=somebody`, {
      headers: { authorization: `Bearer ${keyOf('admin')}` },
    });
    expect(log).toContain('/api/v1/projects/:project/flags');
    expect(log).not.toContain('somebody');
    for (const kind of KINDS) expect(log).not.toContain(keyOf(kind));
    expect(log).not.toContain(house.rootToken.token);
  });

  it('keeps what was made of its demo over a restart, and makes only a lost key anew', async () => {
    const before = Object.fromEntries(KINDS.map((kind) => [kind, keyOf(kind)]));
    await turnout('off new-checkout -e production');
    await house.close();
    rmSync(join(dataDir, 'demo-keys', 'client'));
    await open();
    expect(house.rootToken.made).toBe(false);
    expect((await turnout('eval new-checkout')).out).toContain('value    false');
    expect(keyOf('server')).toBe(before.server);
    expect(keyOf('admin')).toBe(before.admin);
    expect(keyOf('client')).not.toBe(before.client);
  }, 60_000);

  it('is verified without a server once it has ended', async () => {
    await house.close();
    const direct = await turnout('verify --direct');
    expect(direct).toMatchObject({ code: 0, out: expect.stringContaining('.installation: the chain holds') });
    const away = await turnout('verify');
    expect(away).toMatchObject({ code: 4, out: expect.stringContaining('turnout verify --direct') });
  });
});
