import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newIncident, newNote } from '../incidents/contract.ts';
import { withReason } from '../platform/problem-contract.ts';
import { newHook } from '../signals/contract.ts';
import { runCommand } from './run-command.ts';

const AT = '2026-01-31T12:00:00.000Z';
const SAID = '2026-01-31 12:00 UTC';
const incident = {
  ...{ id: 'k2j8d0s9a1x4', title: 'Payments fail', severity: 'major', state: 'open', openedAt: AT, closedAt: null },
  places: [{ environment: 'production', flag: null }],
};
const hook = {
  ...{ id: 'h2j8d0s9a1x4', name: 'Alerts', source: 'alertmanager', path: '/hooks/v1/alertmanager/h2j8d0s9a1x4' },
  ...{ actions: ['kill'], environments: ['production'], maxFlipsPerHour: 3, lastSignalAt: null },
  ...{ flags: ['cart'], tags: [] },
};

/** What the server of these tests answers; what it is sent is held against the contracts. */
function answer(method: string | undefined, path: string, body: unknown): unknown {
  if (method === 'GET') return { items: path.includes('/hooks') ? [hook] : [incident], next: null };
  if (path.endsWith('/hooks')) return { hook: { ...hook, ...newHook.parse(body) }, secret: 'turnout_hook_secret' };
  if (path.endsWith('/incidents')) {
    const { places, ...made } = newIncident.parse(body);
    return {
      incident: { ...incident, ...made, places: places.map(({ flag = null, ...place }) => ({ ...place, flag })) },
    };
  }
  if (path.endsWith('/notes')) newNote.parse(body);
  else withReason.parse(body);
  return { incident: path.endsWith('/close') ? { ...incident, state: 'closed', closedAt: AT } : incident };
}

describe('turnout incident and turnout hook', () => {
  let server: Server;
  let url = '';
  let heard: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'turnout-hook-'));
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const { method, url: path = '' } = request;
      heard.push(`${method} ${path.replace('/api/v1/projects/shop', '')} ${text}`.trim());
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(method, path, text === '' ? undefined : JSON.parse(text))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    heard = [];
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(...words: string[]) {
    const lines: string[] = [];
    const code = await runCommand([...words, '-p', 'shop', '--url', url], {
      env: { TURNOUT_KEY: 'a-key' },
      print: (line) => lines.push(line),
      warn: (line) => lines.push(line),
      readInput: async () => '',
      stopped: new AbortController().signal,
    });
    return { code, lines };
  }

  it('opens an incident of a whole environment or of flags, writes in it, closes it and lists what is open', async () => {
    const whole = await run('incident', 'open', 'Payments fail', '-e', 'production', '--severity', 'critical');
    const line = `k2j8d0s9a1x4  open since ${SAID}, critical: Payments fail (all of production)`;
    expect(whole).toEqual({ code: 0, lines: [line] });
    const flags = await run(
      'incident',
      'open',
      'Odd',
      '-e',
      'production',
      '--flag',
      'a',
      '--flag',
      'b',
      '-r',
      'called',
    );
    expect(flags.lines).toEqual([`k2j8d0s9a1x4  open since ${SAID}, major: Odd (a in production, b in production)`]);
    await run('incident', 'note', 'k2j8d0s9a1x4', 'We wait');
    const closed = await run('incident', 'close', 'k2j8d0s9a1x4');
    expect(closed.lines).toEqual([`k2j8d0s9a1x4  closed ${SAID}, major: Payments fail (all of production)`]);
    expect((await run('incident', 'list')).lines).toHaveLength(1);
    expect(heard).toEqual([
      'POST /incidents {"title":"Payments fail","places":[{"environment":"production"}],"severity":"critical"}',
      'POST /incidents {"title":"Odd","places":[{"environment":"production","flag":"a"},{"environment":"production","flag":"b"}],"reason":"called"}',
      'POST /incidents/k2j8d0s9a1x4/notes {"text":"We wait"}',
      'POST /incidents/k2j8d0s9a1x4/close {}',
      'GET /incidents?state=open&limit=200',
    ]);
  });

  it('makes a hook and shows its secret once, or keeps it in a file that nobody else can read', async () => {
    const words = [
      'hook',
      'create',
      'alertmanager',
      'Alerts',
      '-e',
      'production',
      '--tag',
      'checkout',
      '--act',
      'kill',
    ];
    expect((await run(...words, '--most', '1')).lines).toEqual([
      'h2j8d0s9a1x4  Alerts (alertmanager): trips guards, kill, 1 flips an hour: of all tagged checkout, in production; ' +
        'last signal none within a day',
      'its signals are posted to  /hooks/v1/alertmanager/h2j8d0s9a1x4',
      'its secret, shown once     turnout_hook_secret',
    ]);
    const file = join(folder, 'hook.token');
    const kept = await run(...words, '--out', file);
    expect(kept.lines.join('\n')).not.toContain('turnout_hook_secret');
    expect([readFileSync(file, 'utf8').trim(), statSync(file).mode & 0o777]).toEqual(['turnout_hook_secret', 0o600]);
    heard = [];
    expect([(await run(...words, '--out', file)).code, heard]).toEqual([2, []]);
    expect((await run('hook', 'list')).lines).toHaveLength(1);
    const idle = await run('hook', 'create', 'alertmanager', 'Alerts', '-e', 'production');
    expect(idle.lines[0]).toContain('does nothing: of no flag, in production');
    expect(idle.lines[1]).toContain('--flag or --tag');
  });

  it.each([
    [['incident', 'open']],
    [['incident', 'list', 'x']],
    [['incident', 'note', 'k2j8d0s9a1x4']],
    [['incident', 'reopen', 'k2j8d0s9a1x4']],
    [['hook', 'create', 'alertmanager']],
    [['hook', 'create', 'generic', 'x', '--most', 'many']],
    [['hook', 'delete', 'x']],
  ])('says what would be right, and asks nobody: %j', async (words) => {
    expect((await run(...words)).code).toBe(2);
    expect(heard).toEqual([]);
  });
});
