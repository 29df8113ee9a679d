import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { flag } from '../delivery/held-rulesets.fixture.ts';
import { ValuesNode } from './values-node.fixture.ts';
import { refetchSpread } from './values-story.ts';

let node: ValuesNode;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await node.close();
});

/** Opens so many streams on bare sockets; answers what each has heard so far, and resolves once all have begun. */
async function openMany(count: number): Promise<string[]> {
  const path = await node.path(node.gate.key('client'));
  const heard: string[] = Array.from({ length: count }, () => '');
  for (let at = 0; at < count; at++) {
    const socket = connect(node.port, '127.0.0.1');
    sockets.push(socket);
    socket.setEncoding('latin1').on('error', () => undefined);
    socket.on('data', (piece) => {
      heard[at] += String(piece);
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  }
  await allHear(heard, '"held":');
  return heard;
}

async function allHear(heard: string[], what: string): Promise<void> {
  await expect.poll(() => heard.filter((text) => !text.includes(what)).length, { timeout: 20_000 }).toBe(0);
}

/** A beat for each of a thousand streams now and then is enough. */
const times = { beatMs: 10_000, stuckMs: 20_000 };
const seen = (key: string) => flag(key, { clientVisible: true });

test('A thousand clients have a kill in force without one request, dependants included', async () => {
  const needs = { prerequisites: [{ flag: 'cart', variants: ['on'] }] };
  node = new ValuesNode([seen('cart'), { ...seen('pay'), ...needs }], [], { times });
  await node.listen();
  const heard = await openMany(1_000);
  expect(node.stream.streams).toBe(1_000);
  const before = node.state;
  node.flags.kill('cart');
  await allHear(heard, `"from":"${before}","to":"${node.state}"`);
  const events = new Set(heard.map((text) => text.slice(text.lastIndexOf('event: values'))));
  expect([...events]).toEqual([expect.stringMatching(/"cart","value":false.*"pay","value":false/)]);
  expect([...events].join()).not.toContain('refetchMs');
  // The one request is the test's own, for the address of the stream; those of the streams end with them.
  const bulk = node.answers.filter((answer) => answer.endsWith('/ofrep/v1/evaluate/flags'));
  expect(bulk).toHaveLength(1);
});

test('Two hundred clients fetch over a time that grows with how many they are, and no slower than ten seconds', async () => {
  node = new ValuesNode([seen('cart')], [], { times });
  await node.listen();
  const heard = await openMany(200);
  const rule = {
    id: 'r',
    if: { attribute: 'plan', op: 'equals' as const, values: ['pro'] },
    serve: { variant: 'off' },
  };
  node.flags.put([{ ...seen('cart'), rules: [rule] }]);
  await allHear(heard, '"refetchMs":100}');
  expect([0, 1, 2_000, 20_000, 1_000_000].map(refetchSpread)).toEqual([0, 0, 1_000, 10_000, 10_000]);
});
