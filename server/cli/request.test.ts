import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const REQUEST = {
  ...{ id: '4f1d', kind: 'change', title: 'New cart', reason: 'It went well', state: 'open' },
  ...{ environments: ['production'], directions: { production: 'growing' }, createdBy: 'person:p1' },
  createdByName: 'Ed',
  approvals: [{ person: { name: 'Rita' }, counts: false, why: 'they are no release-manager there now' }],
  waits: 'It needs 1 more approval by release-manager in production.',
};
const FREEZE = {
  ...{ id: '9b1c', name: 'Weekend', environments: ['production'], from: '2026-01-01T00:00:00.000Z', to: null },
  ...{ rule: '0 17 * * 5', zone: 'Europe/Zurich', lasts: '63h', state: 'holds', until: '2026-01-05T07:00:00.000Z' },
  ...{ tags: ['checkout'], inFlight: 'finish-stage', overrideBy: 'admin' },
};

describe('the command line', () => {
  let server: Server;
  let url = '';
  let heard: { call: string; body: unknown }[] = [];
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      heard.push({ call: `${request.method} ${request.url}`, body: text === '' ? null : JSON.parse(text) });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answerTo(`${request.method} ${request.url}`)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    heard = [];
  });
  afterAll(() => server.close());

  function answerTo(call: string): object {
    if (call.includes('/freezes')) return call.startsWith('GET') ? { items: [FREEZE], next: null } : { freeze: FREEZE };
    if (call.startsWith('GET') && call.includes('limit')) return { items: [REQUEST], next: null };
    const frozen = { production: { name: 'Weekend', until: '2026-01-05T07:00:00.000Z' } };
    const moved = 'The rollout of cart would go by the policy fast v1 now, and went by careful v3.';
    const rollout = {
      flag: 'cart',
      from: 'off',
      to: 'on',
      policy: { key: 'careful', version: 3 },
      path: ['production'],
    };
    const whole = {
      items: [{ method: 'POST', path: '/flags', base: 3 }],
      diff: { production: { flags: [], segments: [], rollouts: [rollout] } },
      now: { same: false, moved, problem: null, frozen },
    };
    if (call.startsWith('GET')) return { ...REQUEST, ...whole };
    const at = { id: 9, seq: 7, at: '2026-01-01T00:00:00.000Z', environments: [] };
    return { request: { ...REQUEST, state: 'applied', waits: null }, change: at };
  }
  async function run(words: string[]) {
    const out: string[] = [];
    const code = await runCommand([...words, '-p', 'shop', '--url', url], {
      env: { TURNOUT_KEY: 'a-key' },
      print: (line) => out.push(line),
      warn: (line) => out.push(line),
      readInput: async () => '',
      stopped: new AbortController().signal,
    });
    return { code, out: out.join('\n') };
  }

  it('lists what waits and what it waits for, and shows one with whose approval does not count', async () => {
    expect(await run(['request', 'list'])).toEqual({
      code: 0,
      out: '4f1d  New cart in production, by Ed. It needs 1 more approval by release-manager in production.',
    });
    const { out } = await run(['request', 'show', '4f1d']);
    expect(out).toContain('POST /flags (written for version 3)');
    expect(out).toContain('approved by Rita, which does not count: they are no release-manager there now');
    expect(out).toContain('rolls out cart, off → on, by careful v3 through production');
    expect(out).toContain('would go by the policy fast v1 now, and went by careful v3. Rebase it.');
    expect(out).toContain('production is frozen until 2026-01-05T07:00:00.000Z: Weekend');
  });

  it('applies and withdraws by id, and never approves', async () => {
    const applied = await run(['request', 'apply', '4f1d', '--reason', 'go']);
    expect([applied.code, heard[0]]).toEqual([
      0,
      { call: 'POST /api/v1/projects/shop/requests/4f1d/apply', body: { reason: 'go' } },
    ]);
    expect(applied.out).toContain('applied.');
    expect((await run(['request', 'approve', '4f1d'])).code).toBe(2);
    expect((await run(['request', 'apply'])).code).toBe(2);
    expect(heard).toHaveLength(1);
  });

  it('makes, lists and ends freezes', async () => {
    const weekend = [
      'Weekend',
      '-e',
      'production',
      '--rule',
      '0 17 * * 5',
      '--zone',
      'Europe/Zurich',
      '--lasts',
      '63h',
      ...['--tag', 'checkout', '--in-flight', 'finish-stage', '--override-by', 'admin'],
    ];
    const { out } = await run(['freeze', 'add', ...weekend]);
    expect(heard[0]?.body).toEqual({
      ...{ name: 'Weekend', environments: ['production'], rule: '0 17 * * 5', zone: 'Europe/Zurich', lasts: '63h' },
      ...{ tags: ['checkout'], inFlight: 'finish-stage', overrideBy: 'admin' },
    });
    expect(out).toBe(
      '9b1c  Weekend in production for flags with checkout, 0 17 * * 5 (Europe/Zurich) for 63h. It holds until ' +
        '2026-01-05 07:00 UTC. Stages are finished. The role admin passes with a reason.',
    );
    expect((await run(['freeze', 'list'])).out).toBe(out);
    await run(['freeze', 'end', 'Weekend', '--reason', 'closed']);
    expect(heard.at(-1)).toEqual({ call: 'DELETE /api/v1/projects/shop/freezes/9b1c', body: { reason: 'closed' } });
    expect((await run(['freeze', 'thaw', '9b1c'])).code).toBe(2);
  });

  it('goes on in spite of freezes where it is told to', async () => {
    const said = [
      '--override-freeze',
      '9b1c',
      '--override-freeze',
      '8a',
      '--wait',
      '1s',
      '--reason',
      'The tax changes',
    ];
    await run(['on', 'new-cart', '-e', 'production', ...said]);
    const path = '/api/v1/projects/shop/environments/production/flags/new-cart/on';
    expect(heard.at(-1)).toEqual({
      call: `POST ${path}?wait=1s&overrideFreeze=9b1c&overrideFreeze=8a`,
      body: { reason: 'The tax changes' },
    });
  });
});
