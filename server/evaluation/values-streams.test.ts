import type { Flag, ValuesEvent } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flag } from '../delivery/held-rulesets.fixture.ts';
import { nextOf, nextValues, shortly, ValuesNode } from './values-node.fixture.ts';

const BY_PLAN: Partial<Flag> = {
  rules: [{ id: 'r', if: { attribute: 'plan', op: 'equals', values: ['pro'] }, serve: { variant: 'off' } }],
};
const seen = (key: string, change: Partial<Flag> = {}) => flag(key, { clientVisible: true, ...change });
const needsCart: Partial<Flag> = { ...BY_PLAN, prerequisites: [{ flag: 'cart', variants: ['on'] }] };
const FLAGS = [seen('cart'), seen('pay', needsCart), seen('ruled', BY_PLAN), flag('hidden')];

let node: ValuesNode;
let key: string;
beforeEach(async () => {
  node = new ValuesNode(FLAGS);
  await node.listen();
  key = node.gate.key('client');
});
afterEach(() => node.close());

describe('A stream of values', () => {
  test('begins with hello and where it is, and then has no event as long as nothing changes', async () => {
    const reader = await node.read(await node.path(key));
    expect([reader.status, reader.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(await nextOf(reader, 'hello')).toEqual({ heartbeatMs: 80, node: 'node-a' });
    const same = { from: 'e1.1~0', to: 'e1.1~0', flags: [], removed: [], held: [] };
    expect(await nextValues(reader)).toEqual(same);
    await expect.poll(() => reader.text).toMatch(/^retry: \d+\n\nevent: hello\n[^:]+: .*\n\n.*\n.*\n\n(:\n\n)+/);
    expect(reader.events).toHaveLength(2);
  });

  test('brings a kill at once with all that needs the flag, and the same again once it is recorded', async () => {
    const { reader } = await node.open(key);
    const before = node.state;
    const { id } = node.flags.kill('cart');
    const killed = await nextValues(reader);
    expect([killed.from, killed.to, killed.refetchMs]).toEqual([before, node.state, undefined]);
    expect([shortly(killed.flags), shortly(killed.held)]).toEqual([
      ['cart false', 'pay false'],
      ['cart false', 'pay false'],
    ]);
    const [base] = [node.flags.current.base.flags.cart];
    const held = node.state;
    node.flags.put([{ ...(base as Flag), killed: true }], [id]);
    expect(await nextValues(reader)).toEqual({ from: held, to: node.state, flags: [], removed: [], held: [] });
  });

  test('brings what serves one variant to all, in the bytes of the bulk answer', async () => {
    const { reader } = await node.open(key);
    node.flags.put([seen('ruled', { fallthrough: { variant: 'off' }, metadata: { team: 'web' } })]);
    const { flags, refetchMs } = await nextValues(reader);
    const { answer, text } = await node.bulk(key, { plan: 'pro' });
    expect([flags, refetchMs]).toEqual([[answer.flags.find((one) => one.key === 'ruled')], undefined]);
    expect(text).toContain(/"flags":\[(\{.*\})\],"removed"/.exec(reader.text)?.[1] ?? 'nothing');
  });

  test('says over how long to fetch where answers depend on the context, and nothing where nobody sees a change', async () => {
    const { reader } = await node.open(key);
    node.flags.put([seen('cart', BY_PLAN)]);
    expect(await nextValues(reader)).toMatchObject({ from: 'e1.1~0', to: 'e1.2~0', flags: [], refetchMs: 0 });
    node.flags.flip('hidden');
    const quiet = { from: 'e1.2~0', to: 'e1.3~0', flags: [], removed: [], held: [] };
    expect(await nextValues(reader)).toEqual(quiet);
  });

  test('shows a server key every flag, with frames of its own', async () => {
    const [server, client] = [await node.open(node.gate.key('server')), await node.open(key)];
    node.flags.flip('hidden');
    expect(shortly((await nextValues(server.reader)).flags)).toEqual(['hidden false']);
    expect((await nextValues(client.reader)).flags).toEqual([]);
  });

  test('tells the kills that lie over it to whoever comes later', async () => {
    node.flags.kill('cart');
    const { first } = await node.open(key);
    expect([first.from, first.to, shortly(first.held)]).toEqual([node.state, node.state, ['cart false', 'pay false']]);
    const elsewhere = await node.open(key, 'e1.1~0');
    expect(elsewhere.first).toMatchObject({ from: null, to: node.state, flags: [], held: first.held, refetchMs: 1 });
  });
});

describe('A client that comes back', () => {
  test('hears what it missed, step by step, where somebody was there to be told', async () => {
    const { reader } = await node.open(key);
    const path = await node.path(key, 'e1.1~0');
    node.flags.flip('cart');
    node.flags.flip('hidden');
    for (let at = 0; at < 2; at++) await nextValues(reader);
    const back = await node.read(path);
    const missed = [await nextValues(back), await nextValues(back)];
    expect(missed.map(({ from, to, flags }) => [from, to, shortly(flags)])).toEqual([
      ['e1.1~0', 'e1.2~0', ['cart false', 'pay false']],
      ['e1.2~0', 'e1.3~0', []],
    ]);
    node.flags.flip('cart');
    expect(await nextValues(back)).toMatchObject({ from: 'e1.3~0', to: 'e1.4~0' });
  });

  test('is told to fetch where nobody was, or what it has is from elsewhere', async () => {
    const { reader } = await node.open(key);
    for (let at = 0; at < 40; at++) node.flags.flip('hidden');
    for (let at = 0; at < 40; at++) await nextValues(reader);
    for (const from of ['e1.1~0', 'e0.5~0', 'e1.99~0', 'e1.41~abc', '', '"><script>']) {
      const { first } = await node.open(key, from);
      expect(first).toEqual({
        from: null,
        to: 'e1.41~0',
        flags: [],
        removed: [],
        held: [],
        refetchMs: expect.any(Number),
      });
    }
  });

  test('is told to fetch after another epoch has begun, and goes on from there', async () => {
    const { reader } = await node.open(key);
    node.flags.flip('cart');
    await nextValues(reader);
    node.flags.jump('e2', 1, FLAGS);
    expect(await nextValues(reader)).toMatchObject({ from: null, to: 'e2.1~0', flags: [], refetchMs: 0 });
    expect((await node.open(key, 'e1.1~0')).first).toMatchObject({ from: null, to: 'e2.1~0' });
    node.flags.flip('cart');
    expect(await nextValues(reader)).toMatchObject({ from: 'e2.1~0', to: 'e2.2~0' });
  });

  test('hears of a jump within an epoch as of any other step', async () => {
    const { reader } = await node.open(key);
    node.flags.jump('e1', 9, [seen('cart', { state: 'off' }), flag('hidden')]);
    const jumped = await nextValues(reader);
    expect(jumped).toMatchObject({ from: 'e1.1~0', to: 'e1.9~0', removed: ['pay', 'ruled'] });
    expect(shortly(jumped.flags)).toEqual(['cart false']);
    // Read again and found to be the same: there is nothing to tell.
    node.flags.jump('e1', 9, [seen('cart', { state: 'off' }), flag('hidden')]);
    node.flags.flip('cart');
    expect(await nextValues(reader)).toMatchObject({ from: 'e1.9~0', to: 'e1.10~0' });
  });
});

test('A reader that took nothing for a while is told once to fetch at once, and is in step again', async () => {
  const { reader } = await node.open(key);
  reader.pause();
  const heavy = (at: number) => seen('heavy', { metadata: { note: `${at}${'x'.repeat(1_000_000)}` } });
  for (let at = 0; at < 20; at++) {
    node.flags.put([heavy(at)]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  node.flags.kill('cart');
  reader.resume();
  const told = [await nextValues(reader)];
  while (told.at(-1)?.to !== node.state) told.push(await nextValues(reader));
  const last = told.at(-1) as ValuesEvent;
  expect(last).toMatchObject({ from: null, flags: [], refetchMs: 0 });
  expect(shortly(last.held)).toEqual(['cart false', 'pay false']);
  // Each follows the one before it, or says that it does not.
  expect(told.every(({ from }, at) => from === null || from === (told[at - 1]?.to ?? 'e1.1~0'))).toBe(true);
  expect(told.length).toBeLessThan(20);
  const before = node.state;
  node.flags.flip('hidden');
  expect(await nextValues(reader)).toMatchObject({ from: before, to: node.state });
});

test('Clients are told to fetch when flags have become too old to be on, which is no step', async () => {
  node.flags.put([seen('aging', { maxStalenessMs: 60_000, whenStale: 'off' })]);
  const { reader } = await node.open(key);
  expect((await node.bulk(key)).text).toContain('"key":"aging","value":true');
  node.flags.age = 60_001;
  expect(await nextValues(reader)).toMatchObject({ from: node.state, to: node.state, flags: [], refetchMs: 0 });
  expect((await node.bulk(key)).text).toContain('"key":"aging","value":false');
  node.flags.age = 5;
  expect(await nextValues(reader)).toMatchObject({ from: node.state, refetchMs: 0 });
});

describe('A stream ends', () => {
  test('with revoked when its key is, and its address opens nothing any more', async () => {
    const path = await node.path(key);
    const [{ reader }, staying] = [await node.open(key), await node.open(node.gate.key('client'))];
    node.gate.revoke(key);
    expect(await nextOf(reader, 'revoked')).toEqual({});
    await expect.poll(() => reader.ended).toBe(true);
    expect((await node.read(path)).status).toBe(401);
    node.flags.flip('cart');
    await nextValues(staying.reader);
  });

  test('with goodbye and when to come back as its node goes down, and another is not opened', async () => {
    const path = await node.path(key);
    const { reader } = await node.open(key);
    expect([node.stream.streams, node.stream.streamsOf(7)]).toEqual([1, 1]);
    await node.stream.drain();
    const { retryMs } = (await nextOf(reader, 'goodbye')) as { retryMs: number };
    expect(reader.text).toContain(`retry: ${retryMs}\n`);
    await expect.poll(() => reader.ended).toBe(true);
    expect([node.stream.streams, (await node.read(path)).status]).toEqual([0, 503]);
  });
});
