import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOutbound } from '../platform/outbound.ts';
import type { ProbeGate } from '../policies/policy.ts';
import { foldProbe, nextCallOf, type ProbeState, readProbe } from './probe.ts';
import { runProbe } from './run-probe.ts';

const START = Date.parse('2026-01-31T12:00:00Z');
const at = (second: number) => new Date(START + second * 1_000);
const gate: ProbeGate = {
  ...{ id: 'smoke', kind: 'probe', always: false, url: 'https://shop.example/healthz', method: 'GET' },
  ...{ expect: 200, everyMs: 10_000, times: 3, timeoutMs: 600_000 },
};

/** The state after calls, each at its second: `+` is well, `-` is not. */
function fold(calls: [number, '+' | '-'][], over: Partial<ProbeGate> = {}): ProbeState | undefined {
  let state: ProbeState | undefined;
  for (const [second, result] of calls) {
    const shot = { well: result === '+', found: result === '+' ? 'it answered 200' : 'it answered 503' };
    state = JSON.parse(JSON.stringify(foldProbe(state, shot, { ...gate, ...over }, at(second))));
  }
  return state;
}

const isOpen = (calls: [number, '+' | '-'][], over: Partial<ProbeGate> = {}) =>
  readProbe(fold(calls, over), { ...gate, ...over }, at(0)).open;

describe('a probe', () => {
  it('passes after so many calls in a row that were well, and stays passed', () => {
    expect(
      isOpen([
        [0, '+'],
        [10, '+'],
      ]),
    ).toBe(false);
    expect(
      isOpen([
        [0, '+'],
        [10, '+'],
        [20, '+'],
      ]),
    ).toBe(true);
    expect(
      isOpen([
        [0, '+'],
        [10, '+'],
        [20, '-'],
        [30, '+'],
        [40, '+'],
      ]),
    ).toBe(false);
    expect(
      isOpen([
        [0, '+'],
        [10, '-'],
        [20, '+'],
        [30, '+'],
        [40, '+'],
      ]),
    ).toBe(true);
    expect(
      isOpen([
        [0, '+'],
        [10, '+'],
        [20, '+'],
        [30, '-'],
      ]),
    ).toBe(true);
    expect(isOpen([[0, '+']], { times: 1 })).toBe(true);
  });

  it('calls that come too close together are one, unless the later is not well', () => {
    expect(
      isOpen([
        [0, '+'],
        [1, '+'],
        [2, '+'],
        [3, '+'],
      ]),
    ).toBe(false);
    expect(
      fold([
        [0, '+'],
        [10, '+'],
        [11, '-'],
      ])?.inARow,
    ).toBe(0);
  });

  it('calls with a long silence between them are not in a row', () => {
    expect(
      isOpen([
        [0, '+'],
        [10, '+'],
        [400, '+'],
      ]),
    ).toBe(false);
    expect(
      isOpen([
        [0, '+'],
        [10, '+'],
        [400, '+'],
        [410, '+'],
        [420, '+'],
      ]),
    ).toBe(true);
  });

  it('one that does not pass in its time is a hold, said so, and is tried again from nothing', () => {
    const calls: [number, '+' | '-'][] = [];
    for (let second = 0; second <= 600; second += 10) calls.push([second, '-']);
    const late: [number, '+' | '-'][] = [...calls, [610, '+'], [620, '+']];
    expect(readProbe(fold(late), gate, at(620))).toEqual({
      open: false,
      because:
        '2 of 3 calls in a row were well; it answered 200. It did not pass in its time once, and is tried again.',
      nextAt: at(630).toISOString(),
    });
    expect(isOpen([...late, [630, '+']])).toBe(true);
    // Without a time of its own it goes on until the stage's deadline.
    expect(fold(late, { timeoutMs: Number.POSITIVE_INFINITY })?.timeouts).toBe(0);
  });

  it('says when to call next, at once at first and never after it passed', () => {
    expect(nextCallOf(undefined, gate, at(5))).toEqual(at(5));
    expect(nextCallOf(fold([[0, '-']]), gate, at(5))).toEqual(at(10));
    expect(
      nextCallOf(
        fold([
          [0, '+'],
          [10, '+'],
          [20, '+'],
        ]),
        gate,
        at(25),
      ),
    ).toBeUndefined();
    expect(readProbe(undefined, gate, at(5))).toMatchObject({
      open: false,
      because: 'shop.example was not called yet.',
    });
  });
});

describe('a call of a probe', () => {
  let server: Server;
  let host = '';
  const methods: (string | undefined)[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      methods.push(request.method);
      response.writeHead(request.url === '/healthz' ? 200 : 302, { location: '/healthz' }).end('a word of the inside');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  const call = (over: Partial<ProbeGate>, allowed = true) =>
    runProbe(openOutbound({ allowed: allowed ? [{ host: '127.0.0.1', port: Number(host.split(':')[1]) }] : [] }), {
      ...{ ...gate, url: `http://${host}/healthz` },
      ...over,
    });

  it('is well where the very status that is expected came, and follows no redirect', async () => {
    expect(await call({})).toEqual({ well: true, found: `${host} answered 200` });
    expect(await call({ method: 'HEAD' })).toMatchObject({ well: true });
    expect(methods).toEqual(['GET', 'HEAD']);
    const away = await call({ url: `http://${host}/away` });
    expect(away).toEqual({ well: false, found: `${host} answered 302 where 200 is expected` });
    expect(await call({ url: `http://${host}/away`, expect: 302 })).toMatchObject({ well: true });
  });

  it('is not well where nobody answers or nobody may ask, and says why', async () => {
    expect(await call({}, false)).toMatchObject({ well: false, found: expect.stringContaining('OUTBOUND_ALLOW') });
    expect(await call({ url: 'ftp://shop.example' })).toMatchObject({ well: false });
  });
});
