import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { flag } from '../delivery/held-rulesets.fixture.ts';
import { DEFAULT_LIMITS } from '../platform/admission.ts';
import { ValuesClients } from './values-client.fixture.ts';
import { ValuesNode } from './values-node.fixture.ts';
import { VALUES } from './values-protocol.ts';
import { refetchSpread } from './values-story.ts';

const OFF = { variant: 'off' };
let node: ValuesNode;
let clients: ValuesClients | undefined;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  clients?.close();
  await node?.close();
});

/** Opens so many streams on bare sockets; answers what each has heard so far, and resolves once all have begun. */
async function openMany(count: number): Promise<string[]> {
  // A thousand pages of one key come from many addresses; here, all stand behind one.
  const keys = Array.from({ length: count / 40 }, () => node.gate.key('client'));
  const heard: string[] = Array.from({ length: count }, () => '');
  for (let at = 0; at < count; at++) {
    const socket = connect(node.port, '127.0.0.1');
    sockets.push(socket);
    socket.setEncoding('latin1').on('error', () => undefined);
    socket.on('data', (piece) => {
      heard[at] += String(piece);
    });
    const body = JSON.stringify({ key: keys[at % keys.length], context: { targetingKey: `user-${at}` } });
    socket.write(`POST ${VALUES} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }
  await allHear(heard, '"held":');
  return heard;
}

async function allHear(heard: string[], what: string): Promise<void> {
  await expect.poll(() => heard.filter((text) => !text.includes(what)).length, { timeout: 20_000 }).toBe(0);
}

/** The last event of values alone: on a slow machine a heartbeat may follow it already. */
function lastValues(text: string): string {
  const at = text.lastIndexOf('event: values');
  return text.slice(at, text.indexOf('\n\n', at));
}

const asked = () => node.answers.filter((answer) => answer === `200 ${VALUES}`);

/** A beat for each of a thousand streams now and then is enough. */
const times = { beatMs: 10_000, stuckMs: 20_000 };
const limits = { ...DEFAULT_LIMITS, CLIENT_REQUESTS: 2_000 };
const seen = (key: string) => flag(key, { clientVisible: true });

test('A thousand clients have a kill in force without one request, dependants included', async () => {
  const needs = { prerequisites: [{ flag: 'cart', variants: ['on'] }] };
  node = new ValuesNode([seen('cart'), { ...seen('pay'), ...needs }], [], { times, limits });
  await node.listen();
  const heard = await openMany(1_000);
  expect(node.stream.streams).toBe(1_000);
  node.flags.kill('cart');
  await allHear(heard, `"to":"${node.state}"`);
  const events = new Set(heard.map(lastValues));
  expect([...events]).toEqual([expect.stringMatching(/"cart","value":false.*"pay","value":false/)]);
  expect([...events].join()).not.toContain('refetchMs');
  expect(asked()).toHaveLength(1_000);
});

test('Two hundred clients fetch what depends on their contexts once each, spread over the time that the node gives', async () => {
  node = new ValuesNode([seen('cart')], [], { times, limits });
  await node.listen();
  clients = new ValuesClients(node);
  const keys = Array.from({ length: 10 }, () => node.gate.key('client'));
  for (let at = 0; at < 200; at++) clients.begin(keys[at % keys.length] ?? '', `user-${at}`);
  await expect.poll(() => node.stream.streams, { timeout: 20_000 }).toBe(200);
  const { sessions, waits } = clients;
  await expect.poll(() => sessions.every(({ state }) => state === 'live'), { timeout: 20_000 }).toBe(true);

  const [before, waited] = [asked().length, waits.length];
  const rule = { id: 'r', if: { attribute: 'targetingKey', op: 'endsWith' as const, values: ['7'] }, serve: OFF };
  node.flags.put([{ ...seen('cart'), rules: [rule] }]);
  const off = () => sessions.filter(({ values }) => values?.get('cart')?.value === false);
  await expect.poll(() => off().length, { timeout: 20_000 }).toBe(20);
  expect(off().every(({ visitor }) => visitor.context.targetingKey?.endsWith('7'))).toBe(true);
  await expect.poll(() => asked().length - before, { timeout: 20_000 }).toBe(200);
  expect(node.answers.filter((answer) => !answer.startsWith('200 '))).toEqual([]);
  await expect.poll(() => node.stream.streams, { timeout: 20_000 }).toBe(200);
  const drawn = waits.slice(waited).filter((ms) => ms <= refetchSpread(200));
  expect(drawn).toHaveLength(200);
  for (let from = 0; from < 100; from += 25) {
    expect(drawn.filter((ms) => ms >= from && ms < from + 25).length).toBeGreaterThan(10);
  }
});

test('The time that is given grows with the streams of an environment, and ends at ten seconds', () => {
  expect([0, 1, 200, 2_000, 20_000, 1_000_000].map(refetchSpread)).toEqual([0, 0, 100, 1_000, 10_000, 10_000]);
});
