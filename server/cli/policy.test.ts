import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const SAVED = { savedAt: '2026-01-31T12:00:00.000Z', savedBy: 'person:4f2a', savedByName: 'Ada', reason: 'calm' };
const DOCUMENT = {
  key: 'web',
  path: [
    {
      environment: 'staging',
      stages: [
        { name: 'canary', exposure: 5, bake: '30m' },
        { exposure: 100, bake: '0s' },
      ],
    },
  ],
  guards: [{ id: 'split', kind: 'sample-ratio', onFail: 'hold', mode: 'enforce' }],
  gates: [{ id: 'ci', check: 'acceptance', always: false }],
};
const SOUND = { ok: true, faults: [], remarks: [], foresight: [], document: DOCUMENT, yaml: '', loosens: [] };
const FAULT = {
  path: '/guards/0/metric',
  code: 'unknown_metric',
  expected: 'one of this project',
  line: 12,
  column: 5,
};

describe('turnout policy', () => {
  let folder: string;
  let file: string;
  let server: Server | undefined;
  let heard: { name: string; headers: Record<string, unknown>; body: unknown }[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-policy-'));
    file = join(folder, 'web.yaml');
    writeFileSync(file, 'key: web\n');
    heard = [];
  });
  afterEach(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a command against a server that answers each call with the next of these. */
  async function run(words: string[], ...answers: { status?: number; body: unknown }[]) {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      heard.push({
        name: `${request.method} ${request.url}`,
        headers: request.headers,
        body: text && JSON.parse(text),
      });
      const { status = 200, body } = answers.shift() ?? { status: 500, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCommand(['policy', ...words, '-p', 'shop'], {
      env: { TURNOUT_URL: url, TURNOUT_KEY: 'secret' },
      print: (line) => out.push(line),
      warn: (line) => err.push(line),
      readInput: async () => 'key: typed\n',
      stopped: new AbortController().signal,
    });
    return { code, out, err };
  }

  it('checks a file, and says what its guards will see', async () => {
    const foresight = [{ environment: 'staging', guard: 'errors', says: 'errors sees 3x of 1 %.' }];
    const { code, out } = await run(['check', file], { body: { ...SOUND, foresight } });
    expect([code, out]).toEqual([0, ['staging: errors sees 3x of 1 %.', `${file}: nothing is wrong with it.`]]);
    expect(heard).toMatchObject([{ name: 'POST /api/v1/projects/shop/policies/check', body: { yaml: 'key: web\n' } }]);
  });

  it('names each fault with its line and ends with 1', async () => {
    const remarks = [{ path: '/path/0', code: 'leap_at_the_end', says: 'It ends at 5 %.' }];
    const { code, out, err } = await run(['check', file], { body: { ...SOUND, ok: false, faults: [FAULT], remarks } });
    expect([code, out]).toEqual([1, [`${file}: 1 fault.`]]);
    expect(err).toEqual([
      `${file}:12:5: /guards/0/metric: expected one of this project`,
      `${file}: /path/0: It ends at 5 %.`,
    ]);
  });

  it('saves a file under the key that stands in it', async () => {
    const saved = { policy: { key: 'web', version: 4 }, change: { id: 9, seq: 3, environments: [] } };
    const { code, out } = await run(['save', file, '--reason', 'calm'], { body: SOUND }, { body: saved });
    expect([code, out]).toEqual([0, ['web: saved as version 4, change 9.']]);
    expect(heard[1]).toMatchObject({
      name: 'PUT /api/v1/projects/shop/policies/web',
      headers: { 'if-match': '*' },
      body: { yaml: 'key: web\n', reason: 'calm' },
    });
  });

  it('says that there is nothing to save, and what was refused with its line', async () => {
    const same = await run(['save', '-'], { body: SOUND }, { body: { policy: { key: 'web', version: 4 } } });
    expect([same.code, same.out]).toEqual([0, ['web: nothing to save. Version 4 says the same.']]);
    expect(heard[1]?.body).toEqual({ yaml: 'key: typed\n' });
    server?.close();
    const refused = { status: 422, body: { code: 'invalid', detail: 'no', errors: [FAULT] } };
    const { code, err } = await run(['save', file, '--accept-too-few-units'], { body: SOUND }, refused);
    expect([code, err]).toEqual([1, [`${file}:12:5: /guards/0/metric: expected one of this project`]]);
    expect(heard.at(-1)?.body).toMatchObject({ acceptTooFewUnits: true });
    server?.close();
    const unread = await run(['save', file], { body: { ...SOUND, ok: false, document: null, faults: [FAULT] } });
    expect([unread.code, unread.err.length]).toEqual([1, 1]);
    server?.close();
    const found = { ...SOUND, ok: false, document: null, faults: [FAULT] };
    const json = await run(['save', file, '--json'], { body: found });
    expect([json.code, json.err, json.out.map((line) => JSON.parse(line))]).toEqual([1, [], [found]]);
  });

  it('shows a policy in words, or its text alone', async () => {
    const body = {
      key: 'web',
      version: 2,
      newest: 3,
      archived: false,
      document: DOCUMENT,
      yaml: 'key: web # calm\n',
      ...SAVED,
    };
    const shown = await run(['show', 'web', '--version', '2'], {
      body: { ...body, attachments: [{ by: 'tag', value: 'ui' }] },
    });
    expect(heard[0]?.name).toBe('GET /api/v1/projects/shop/policies/web/versions/2');
    expect(shown.out).toEqual([
      'web: version 2, the newest is 3',
      'saved 2026-01-31T12:00:00.000Z by Ada: calm',
      'staging: canary 5 % for 30m → 100 % for 0s',
      'guard split: sample-ratio, enforce, hold',
      'gate ci',
      'attached to tag ui',
    ]);
    server?.close();
    const { out } = await run(['show', 'web', '--yaml'], { body: { ...body, attachments: [], versions: [] } });
    expect(out).toEqual(['key: web # calm']);
  });

  it('lists policies with the way that each goes', async () => {
    const item = { key: 'web', version: 2, archived: true, path: [{ environment: 'staging', stages: 2 }] };
    const { out } = await run(['list', '--all'], { body: { items: [item], next: null } });
    expect(out).toEqual(['web  version 2, archived  staging (2)']);
    expect(heard[0]?.name).toBe('GET /api/v1/projects/shop/policies?archived=any&limit=200');
    server?.close();
    const two = { body: { items: [item, { ...item, key: 'api' }], next: null } };
    const lines = (await run(['list', '--json'], two)).out.map((line) => JSON.parse(line).key);
    expect(lines).toEqual(['web', 'api']);
  });

  it('says what it knows where something else was typed', async () => {
    expect((await run(['drop', 'web'])).err[0]).toContain(
      'turnout policy knows check, save, show, list, floor, and not drop.',
    );
    server?.close();
    expect((await run(['show'])).err[0]).toContain('Which key?');
    server?.close();
    expect((await run(['check', join(folder, 'none.yaml')])).code).toBe(2);
  });

  const FLOOR = { floor: { bake: '10m', guards: [], gates: [], approvals: [] }, yaml: 'bake: 10m\n', version: 3 };
  const below = [{ policy: 'old', faults: [{ ...FAULT, path: '/path/0/stages/0/bake' }] }];

  it('shows what every policy must ask for, and which ask for less', async () => {
    const shown = await run(['floor'], { body: { ...FLOOR, below } });
    expect([shown.code, shown.out]).toEqual([
      0,
      [
        'The floor of every policy in protected environments, version 3:',
        'bake: 10m',
        'old was saved before and asks for less: /path/0/stages/0/bake',
      ],
    ]);
    server?.close();
    expect((await run(['floor', 'show', '--yaml'], { body: { ...FLOOR, below } })).out).toEqual(['bake: 10m']);
    server?.close();
    const none = await run(['floor'], { body: { ...FLOOR, yaml: '', version: 0, below: [] } });
    expect(none.out).toEqual(['There is no floor. Set one: turnout policy floor set <file>']);
    for (const words of [
      ['floor', 'set'],
      ['floor', 'web'],
      ['floor', 'show', 'x'],
      ['check', file, 'x'],
    ]) {
      server?.close();
      expect((await run(words)).code).toBe(2);
    }
  });

  it('sets it over the version that was there, with each fault at its line', async () => {
    const saved = { ...FLOOR, version: 4, below: [], change: { id: 9, seq: 3, environments: [] } };
    const { code, out } = await run(['floor', 'set', '-', '--reason', 'calm'], { body: FLOOR }, { body: saved });
    expect([code, out]).toEqual([0, ['The floor is saved as version 4, change 9.']]);
    expect(heard[1]).toMatchObject({
      name: 'PUT /api/v1/projects/shop/policy-floor',
      headers: { 'if-match': '"v3"' },
      body: { yaml: 'key: typed\n', reason: 'calm' },
    });
    server?.close();
    const refused = { status: 422, body: { code: 'invalid', detail: 'no', errors: [FAULT] } };
    const bad = await run(['floor', 'set', file], { body: { ...FLOOR, version: 0 } }, refused);
    expect([bad.code, bad.err]).toEqual([1, [`${file}:12:5: /guards/0/metric: expected one of this project`]]);
    expect(heard.at(-1)?.headers).toMatchObject({ 'if-match': '*' });
  });

  it('says how a second admin is asked for less, and asks', async () => {
    const detail = 'Asking less of every policy takes a second admin.';
    const alone = { status: 403, body: { code: 'approval_required', detail } };
    const refused = await run(['floor', 'set', file], { body: FLOOR }, alone);
    expect([refused.code, refused.err]).toEqual([
      1,
      [`turnout: ${detail}`, `Ask for it: turnout policy floor set ${file} --ask --reason "why"`],
    ]);
    server?.close();
    const request = { id: 'r1', waits: 'It waits for an admin.' };
    const words = ['floor', 'set', file, '--ask'];
    const asked = await run([...words, '--reason', 'calm'], { body: FLOOR }, { body: { request } });
    expect(asked.out).toEqual([
      'Asked for: request r1. It waits for an admin.',
      'When it is approved: turnout request apply r1',
    ]);
    expect(heard.at(-1)).toMatchObject({
      name: 'POST /api/v1/projects/shop/requests',
      body: {
        reason: 'calm',
        items: [{ method: 'PUT', path: '/policy-floor', base: 3, body: { yaml: 'key: web\n' } }],
      },
    });
    server?.close();
    expect((await run(words, { body: FLOOR })).code).toBe(2);
  });
});
