import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const TRAIN = {
  ...{ key: 'weekly', environment: 'production', says: 'Wednesdays at 10:00, Europe/Zurich', cutOff: '4h' },
  ...{ mode: 'button', onItemFail: 'eject', mostCars: 8, archived: false },
  stopped: { by: 'person:v', byName: 'Viola', reason: 'The till fails' },
  ahead: [{ leavesAt: '2026-12-02T09:00:00.000Z', closesAt: '2026-12-02T05:00:00.000Z' }],
  skipped: [{ at: '2026-12-09T09:00:00.000Z', freeze: 'Sale' }],
};
const DEPARTURE = {
  ...{ train: 'weekly', number: 12, environment: 'production', state: 'boarding', leavesAt: TRAIN.ahead[0]?.leavesAt },
  departedAt: null as string | null,
  ...{ says: 'Boarding until 2026-12-02 05:00 UTC.', aboard: 2, ready: 1 },
};
const LATER = { ...DEPARTURE, train: 'fridays', number: 3, leavesAt: '2026-12-04T09:00:00.000Z', says: 'Boarding.' };
const WHEN_READY = { ...LATER, train: 'batch', number: 1, leavesAt: null };
const LEFT = {
  ...LATER,
  number: 2,
  state: 'recalled',
  departedAt: '2026-11-26T22:44:00.000Z',
  says: 'Recalled: late.',
};
const CAR = {
  ...{ id: 'c1', state: 'aboard', says: '', request: { id: 'r1', title: 'New cart' } },
  missing: ['It needs 1 more approval by release-manager in production.'],
};

const MANIFEST = {
  ...DEPARTURE,
  cars: [
    { ...CAR, says: CAR.missing[0], missing: [...CAR.missing, 'It needs “Basket” (cart), which is not ready.'] },
    { ...CAR, says: 'Ready: nothing but the time is missing.', missing: [], request: { id: 'r2', title: 'Basket' } },
  ],
};

describe('trains on the command line', () => {
  let server: Server;
  let url = '';
  let heard: { call: string; body: unknown }[] = [];
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const call = `${request.method} ${request.url}`;
      heard.push({ call, body: text === '' ? null : JSON.parse(text) });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answerTo(call)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    heard = [];
  });
  afterAll(() => server.close());

  function answerTo(call: string): object {
    if (call.startsWith('GET') && call.endsWith('/board'))
      return { trains: [TRAIN], departures: [WHEN_READY, LATER, DEPARTURE, LEFT], acts: false };
    if (call.endsWith('/board')) return { departure: DEPARTURE, car: CAR };
    if (call.endsWith('/weekly/departures/12')) return MANIFEST;
    if (call.endsWith('/trains/batch/departures/1')) return { ...WHEN_READY, cars: [] };
    if (call.endsWith('/trains/batch')) return { ...TRAIN, key: 'batch', stopped: null };
    if (call.endsWith('/trains/quiet')) return { ...TRAIN, key: 'quiet', stopped: null };
    if (call === 'GET /api/v1/projects/shop/trains') return { items: [TRAIN] };
    return call.startsWith('GET') ? TRAIN : { train: { ...TRAIN, stopped: null } };
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

  it('show the board with the next to leave first, who stopped a line, and that nothing leaves while no node acts', async () => {
    expect(await run(['board'])).toEqual({
      code: 0,
      out:
        'fridays 2  production  2026-11-26 22:44 UTC  recalled  2 were aboard      Recalled: late.\n' +
        'weekly 12  production  2026-12-02 09:00 UTC  boarding  2 aboard, 1 ready  Boarding until 2026-12-02 05:00 UTC.\n' +
        'fridays 3  production  2026-12-04 09:00 UTC  boarding  2 aboard, 1 ready  Boarding.\n' +
        'batch 1    production  –                     boarding  2 aboard, 1 ready  Boarding.\n' +
        'weekly  to production. Wednesdays at 10:00, Europe/Zurich; closes 4h before; waits for a press; 8 changes at ' +
        'most; on failure: eject. STOPPED by Viola: The till fails\nNo node acts now: nothing leaves.',
    });
  });

  it('show who is aboard the departures of one train, and what each of them waits for', async () => {
    expect(await run(['board', 'weekly'])).toEqual({
      code: 0,
      out:
        'weekly 12  production  2026-12-02 09:00 UTC  Boarding until 2026-12-02 05:00 UTC.\n' +
        '  “New cart” (request r1): It needs 1 more approval by release-manager in production.\n' +
        '    It needs “Basket” (cart), which is not ready.\n' +
        '  “Basket” (request r2): Ready: nothing but the time is missing.\n' +
        'weekly  to production. Wednesdays at 10:00, Europe/Zurich; closes 4h before; waits for a press; 8 changes at ' +
        'most; on failure: eject. STOPPED by Viola: The till fails\nNo node acts now: nothing leaves.',
    });
    expect((await run(['board', 'batch'])).out).toBe(
      'batch 1  production  –  Boarding.\n  nobody is aboard yet\nNo node acts now: nothing leaves.',
    );
    expect((await run(['board', 'quiet'])).out).toContain('Nothing of quiet leaves or is under way.');
    expect(heard.filter(({ call }) => call.startsWith('POST'))).toEqual([]);
    expect((await run(['board', 'weekly', '--reason', 'all'])).code).toBe(2);
    const { departures } = JSON.parse((await run(['board', 'weekly', '--json'])).out);
    expect(departures).toEqual([MANIFEST]);
  });

  it('say when one leaves, and when not', async () => {
    const { out } = await run(['train', 'show', 'weekly']);
    expect(out).toContain('leaves 2026-12-02 09:00 UTC, closes 2026-12-02 05:00 UTC');
    expect(out).toContain('not 2026-12-09 09:00 UTC: the freeze “Sale” holds');
  });

  it.each([
    [['--rule', '0 10 * * 3', '--cut-off', '4h'], { kind: 'train', rule: '0 10 * * 3', zone: 'UTC' }],
    [['--changes', '5', '--longest-wait', '2d'], { kind: 'critical-mass', changes: 5, longestWait: '2d' }],
    [['--at', '2026-12-01T10:00:00Z'], { kind: 'deadline', at: '2026-12-01T10:00:00Z' }],
    [['--continuous'], { kind: 'continuous' }],
  ])('are made with %j', async (words, velocity) => {
    await run(['train', 'create', 'weekly', '-e', 'production', ...words]);
    expect(heard.at(-1)).toMatchObject({
      ...{ call: 'POST /api/v1/projects/shop/trains' },
      body: { key: 'weekly', environment: 'production', velocity },
    });
  });

  it('take a rollout aboard, or a request, and say what is missing', async () => {
    const words = ['--flag', 'new-cart', '--from', 'off', '--to', 'on', '--policy', 'careful', '--reason', 'now'];
    const { out } = await run(['board', 'weekly', ...words]);
    expect(heard.at(-1)?.body).toEqual({
      title: 'new-cart: off to on',
      reason: 'now',
      items: [
        {
          ...{ method: 'POST', path: '/environments/production/flags/new-cart/rollout' },
          body: { from: 'off', to: 'on', policy: 'careful' },
        },
      ],
    });
    expect(out).toContain('“New cart” is aboard weekly 12.');
    expect(out).toContain('It needs 1 more approval');
    await run(['board', 'weekly', '--request', 'r1', '--risk', 'Not tried', '--departure', '12']);
    expect(heard.at(-1)?.body).toEqual({ request: 'r1', risk: 'Not tried', departure: 12 });
  });

  it('say what is missing of a command, and ask no server', async () => {
    expect(await run(['train', 'create', 'weekly', '-e', 'production'])).toEqual({
      ...{ code: 2, out: 'turnout: When does it leave? Name one of --rule, --changes, --at and --continuous.' },
    });
    expect((await run(['board', 'weekly', '--flag', 'x'])).code).toBe(2);
    expect((await run(['train', 'leave', 'weekly'])).out).toContain('knows list, show, create, stop, start, archive');
    expect(heard.filter(({ call }) => call.startsWith('POST'))).toEqual([]);
  });
});
