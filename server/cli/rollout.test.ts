import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const STAGE = { name: null, audience: null, exposure: 10, state: 'current' };
const RUN = {
  ...{ state: 'running', pausedBy: null, reach: { state: 'reached', laggards: [] as string[] } },
  decision: {
    reason: 'Holds: The bake of 30 minutes has 4 minutes to go.',
    guards: [{ id: 'errors', mode: 'enforce', verdict: 'inconclusive', because: '210 of 4,000 units.' }],
    conditions: [{ id: 'bake', met: false, because: 'The bake of 30 minutes has 4 minutes to go.' }],
  },
};
const ROLLOUT = {
  ...{
    id: 'r1',
    flag: 'cart',
    target: 'fallthrough',
    from: 'off',
    to: 'on',
    state: 'running',
    acts: true,
    says: 'Holds.',
  },
  policy: { key: 'web', version: 3 },
  path: [
    {
      environment: 'production',
      state: 'running',
      stages: [STAGE, { ...STAGE, exposure: 100, state: 'ahead' }],
      run: RUN,
    },
  ],
};
const over = (state: string, reach: typeof RUN.reach) => ({
  ...{ ...ROLLOUT, state },
  path: [{ ...ROLLOUT.path[0], state, run: { ...RUN, state, reach } }],
});

/** No answer at all, as of a node that ends. */
const GONE = 0;

describe('turnout rollout', () => {
  let server: Server;
  let url = '';
  let heard: { call: string; body: unknown }[] = [];
  let answers: (call: string) => { status?: number; body: object };
  let stop: AbortController;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const call = `${request.method} ${request.url}`;
      heard.push({ call, body: text === '' ? null : JSON.parse(text) });
      const { status = 200, body } = answers(call);
      if (status === GONE) return void request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    heard = [];
    stop = new AbortController();
    answers = () => ({ body: ROLLOUT });
  });
  afterAll(() => server.close());

  async function run(...words: string[]) {
    const out: string[] = [];
    const code = await runCommand(['rollout', ...words, '-p', 'shop', '--url', url], {
      env: { TURNOUT_KEY: 'a-key' },
      print: (line) => out.push(line),
      warn: (line) => out.push(`! ${line}`),
      readInput: async () => '',
      stopped: stop.signal,
    });
    return { code, out: out.join('\n') };
  }

  it('says where one is, what it waits for, and what its guards say', async () => {
    expect(await run('status', 'r1')).toEqual({
      code: 0,
      out: [
        'cart: off → on, by web v3 (r1): running',
        '  production running: ▶ 10 %  · 100 %',
        '    Holds: The bake of 30 minutes has 4 minutes to go.',
        '    · The bake of 30 minutes has 4 minutes to go.',
        '    guard errors: cannot say yet. 210 of 4,000 units.',
      ].join('\n'),
    });
  });

  it('lists what it waits for once, a guard among it, and how to close the incident that holds it', async () => {
    const conditions = [
      {
        id: 'incident:k2j8',
        kind: 'incident',
        met: false,
        because: 'The incident “Slow” is open, and names all of production.',
      },
      { id: 'guard:errors', kind: 'guard', met: false, because: 'Guard errors cannot say yet. 210 of 4,000 units.' },
    ];
    const held = { ...ROLLOUT.path[0], run: { ...RUN, decision: { ...RUN.decision, conditions } } };
    answers = () => ({ body: { ...ROLLOUT, path: [held] } });
    expect((await run('status', 'r1')).out.split('\n').slice(3)).toEqual([
      '    · The incident “Slow” is open, and names all of production.',
      '      Over? turnout incident close k2j8',
      '    · Guard errors cannot say yet. 210 of 4,000 units.',
    ]);
  });

  it('says of one that is over why it is, whoever asks and however long after', async () => {
    const says = 'Rolls back: guard errors failed. 90 of 900 units.';
    answers = () => ({ body: { ...over('rolledBack', { state: 'reached', laggards: [] }), says } });
    expect((await run('status', 'r1')).out.split('\n').slice(-2)).toEqual([
      '  production rolled back: ▶ 10 %  · 100 %',
      '  Rolls back: guard errors failed. 90 of 900 units.',
    ]);
  });

  it('says since when and why one is paused, once, and nothing that was decided before', async () => {
    const pausedBy = { reason: 'Lunch.', at: '2026-01-01T12:30:15.123Z', actorName: 'Ada Admin' };
    const paused = { ...ROLLOUT.path[0], run: { ...RUN, state: 'paused', pausedBy } };
    answers = () => ({ body: { rollout: { ...ROLLOUT, path: [paused] } } });
    expect((await run('pause', 'r1', '-r', 'Lunch.')).out.split('\n').slice(2)).toEqual([
      '    Paused since 2026-01-01 12:30 UTC by Ada Admin. Lunch.',
      '    It stands until somebody resumes it or rolls it back.',
    ]);
    answers = () => ({ body: { ...ROLLOUT, path: [paused] } });
    expect((await run('status', 'r1')).out.split('\n').slice(2)).toEqual([
      '    Paused since 2026-01-01 12:30 UTC by Ada Admin. Lunch.',
      '    It stands until somebody resumes it or rolls it back.',
      '    · The bake of 30 minutes has 4 minutes to go.',
      '    guard errors: cannot say yet. 210 of 4,000 units.',
    ]);
  });

  it('says that more came in than may be measured, and how the stage begins anew', async () => {
    answers = () => ({ body: { ...ROLLOUT, path: [{ ...ROLLOUT.path[0], run: { ...RUN, full: true } }] } });
    expect((await run('status', 'r1')).out.split('\n').slice(2, 5)).toEqual([
      '    More came in than may be measured: what comes now is left out, and guards have no data by it.',
      '    Where nobody knows who sent it, revoke their key; pause and resume begin the stage anew.',
      '    Holds: The bake of 30 minutes has 4 minutes to go.',
    ]);
  });

  it('finds the newest of a flag where the word is no id', async () => {
    answers = (call) => {
      if (call.endsWith('/rollouts/cart')) return { status: 404, body: { detail: 'There is no such rollout.' } };
      return { body: call.includes('?flag=cart&limit=1') ? { items: [{ id: 'r1' }], next: null } : ROLLOUT };
    };
    expect((await run('status', 'cart')).code).toBe(0);
    expect(heard.at(-1)?.call).toBe('GET /api/v1/projects/shop/rollouts/r1');
    answers = () => ({ status: 403, body: { detail: 'The right read is missing.' } });
    expect((await run('status', 'cart')).code).toBe(1);
    expect(heard.at(-1)?.call).toBe('GET /api/v1/projects/shop/rollouts/cart');
  });

  it('says how one is started where neither an id nor a flag with that name has one', async () => {
    answers = (call) => {
      if (call.endsWith('/rollouts/cart')) return { status: 404, body: { detail: 'There is no such rollout.' } };
      return { body: { items: [], next: null } };
    };
    const { code, out } = await run('status', 'cart');
    expect([code, out]).toEqual([1, expect.stringContaining('turnout rollout start cart --from')]);
  });

  it('starts with what was named, and tells what will not be seen', async () => {
    answers = () => ({ body: { rollout: ROLLOUT, warnings: ['production has less than a day of traffic.'] } });
    const words = ['start', 'cart', '--from', 'off', '--to', 'on', '--policy', 'web', '--version', '3', '-r', 'Ready.'];
    expect((await run(...words)).out).toContain('! production has less than a day of traffic.');
    expect(heard).toEqual([
      {
        call: 'POST /api/v1/projects/shop/rollouts',
        body: { flag: 'cart', from: 'off', to: 'on', policy: 'web', version: 3, reason: 'Ready.' },
      },
    ]);
    expect((await run('start', 'cart')).code).toBe(2);
  });

  it('tells what starting it does at once, and where somebody has to press for what comes after', async () => {
    const begins = 'In production 10 % get it within seconds, unless a freeze or an open incident holds it.';
    const last = async (mode: string) => {
      answers = () => ({ body: { rollout: { ...ROLLOUT, mode }, begins, warnings: [] } });
      const { out } = await run('start', 'cart', '--from', 'off', '--to', 'on');
      return out.split('\n').slice(2);
    };
    expect(await last('automatic')).toEqual([begins, 'Watch it: turnout rollout watch cart']);
    expect((await last('button')).at(-1)).toBe('Press for the next stage: turnout rollout advance cart');
  });

  it('rolls back, waits, and ends with 3 where somebody has not got it', async () => {
    const laggard = { instance: 'abcdefgh', host: 'till-7', environment: 'production', silentMs: 4_000, why: 'silent' };
    const receipts = { live: 2, reached: 1, max: 40, laggards: [laggard], unknown: [], complete: true };
    answers = (call) => {
      if (call.startsWith('GET')) return { body: ROLLOUT };
      return { body: { rollout: over('rolledBack', { state: 'late', laggards: ['till-7 (silent)'] }), receipts } };
    };
    const { code, out } = await run('rollback', 'r1', '--wait', '5s', '-r', 'Errors.');
    expect(code).toBe(3);
    expect(out).toContain('ROLLBACK NOT EFFECTIVE: till-7 (silent)');
    expect(out).toContain('not yet: till-7 abcdefgh');
    expect(heard.at(-1)).toEqual({
      ...{ call: 'POST /api/v1/projects/shop/rollouts/r1/rollback?wait=5s', body: { reason: 'Errors.' } },
    });
    const json = await run('rollback', 'r1', '--wait', '-r', 'Errors.', '--json');
    expect([json.code, JSON.parse(json.out).receipts]).toEqual([3, receipts]);
  });

  it.each(['advance', 'pause', 'retry', 'start', 'status'])(
    'does not wait after %s, and says with what',
    async (verb) => {
      expect(await run(verb, 'r1', '--wait')).toEqual({
        code: 2,
        out: expect.stringContaining(
          `goes with rollback, resume, override-ratio, which serve something else at once, and`,
        ),
      });
      expect(heard).toEqual([]);
    },
  );

  it('watches until it is over and in force, whatever answers meanwhile, and ends with 1 where it did not finish', async () => {
    const decision = { id: 4, at: '2026-01-01T00:00:00.000Z', environment: 'production', action: 'rollBack' };
    const pending = over('rolledBack', { state: 'pending', laggards: [] });
    const left = [
      { status: 503, body: { detail: 'The database cannot be asked.' } },
      { status: GONE, body: {} },
      { body: pending },
      { body: over('rolledBack', { state: 'reached', laggards: [] }) },
    ];
    answers = (call) => {
      const held = { ...decision, action: 'hold', reason: 'Holds: ci.' };
      const log = [
        { ...decision, reason: 'Rolls back: errors.' },
        { ...held, id: 3 },
        { ...held, id: 2 },
      ];
      if (call.includes('/decisions')) return { body: { items: log } };
      return (heard.length === 1 ? { body: ROLLOUT } : left.shift()) ?? { body: pending };
    };
    expect(await run('watch', 'r1')).toEqual({
      code: 1,
      out: [
        '2026-01-01 00:00:00Z  production  hold  Holds: ci.',
        '2026-01-01 00:00:00Z  production  rollBack  Rolls back: errors.',
        'cart: rolled back',
      ].join('\n'),
    });
    expect(left).toEqual([]);
  });

  it('that is stopped before it is over ends with 130: nothing is done by not looking', async () => {
    answers = (call) => {
      if (!call.includes('/decisions') && heard.length > 1) stop.abort();
      return { body: call.includes('/decisions') ? { items: [] } : ROLLOUT };
    };
    expect((await run('watch', 'r1')).code).toBe(130);
  });

  it('lists what is rolled out, and knows no other verb', async () => {
    const item = {
      ...ROLLOUT,
      environment: 'production',
      stage: 0,
      stages: 2,
      exposure: 10,
      audience: null,
      says: 'Holds.',
    };
    answers = () => ({ body: { items: [item], next: null } });
    expect((await run('list')).out).toBe('r1  cart: off → on  running  production 1/2 10 %  Holds.');
    expect(heard[0]?.call).toContain('state=live');
    expect(await run('stop', 'r1')).toMatchObject({ code: 2 });
  });
});
