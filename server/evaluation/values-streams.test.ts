import type { Flag, ValuesEvent } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flag } from '../delivery/held-rulesets.fixture.ts';
import { heldShortly, nextOf, nextValues, shortly, ValuesNode } from './values-node.fixture.ts';

const BY_PLAN: Partial<Flag> = {
  rules: [{ id: 'r', if: { attribute: 'plan', op: 'equals', values: ['pro'] }, serve: { variant: 'off' } }],
};
const seen = (key: string, change: Partial<Flag> = {}) => flag(key, { clientVisible: true, ...change });
const needsCart: Partial<Flag> = { ...BY_PLAN, prerequisites: [{ flag: 'cart', variants: ['on'] }] };
const FLAGS = [seen('cart'), seen('pay', needsCart), seen('ruled', BY_PLAN), flag('hidden')];
const PRO = { plan: 'pro' };

let node: ValuesNode;
let key: string;
beforeEach(async () => {
  node = new ValuesNode(FLAGS);
  await node.listen();
  key = node.gate.key('client');
});
afterEach(() => node.close());

describe('A stream of values', () => {
  test('begins with all values of who asks, and then has no event as long as nothing changes', async () => {
    const reader = await node.ask(key, { context: PRO });
    expect([reader.status, reader.headers['content-type']]).toEqual([200, 'text/event-stream']);
    const first = await nextValues(reader);
    expect(shortly(first.flags)).toEqual(['cart true', 'pay false', 'ruled false']);
    expect(first).toMatchObject({
      to: 'e1.1~0',
      removed: [],
      held: {},
      settled: [],
      ageMs: node.flags.age,
      beatMs: 80,
    });
    expect([typeof first.tag, typeof first.retryMs]).toEqual(['string', 'number']);
    const { answer } = await node.bulk(key, PRO);
    expect(Object.values(first.flags)).toEqual(answer.flags);
    await expect.poll(() => reader.text).toMatch(/^event: values\ndata: .*\n\n(:\n\n)+/);
    expect(reader.events).toHaveLength(1);
  });

  test('is the values and no more where a client wants them once', async () => {
    const { reader, first } = await node.open(key, { isOnce: true });
    expect([shortly(first.flags).length, first.beatMs]).toEqual([3, undefined]);
    await expect.poll(() => reader.ended).toBe(true);
    expect(node.stream.streams).toBe(0);
  });

  test('has the database asked for ids that nobody has heard of by a few pages at once, and lets none wait for that', async () => {
    const asked: string[] = [];
    const letGo: (() => void)[] = [];
    node.flags.settledAmong = async (_environmentId, ids) => {
      asked.push(...ids);
      await new Promise<void>((resolve) => letGo.push(resolve));
      return [...ids];
    };
    let answered = 0;
    const all = Array.from({ length: 12 }, async (_, at) => {
      const { first } = await node.open(key, { held: [`made-up-${at}`], isOnce: true });
      answered += 1;
      return first.settled;
    });
    await expect.poll(() => answered).toBe(4);
    expect(asked).toHaveLength(8);
    for (const go of letGo) go();
    // Whoever was not told holds its kill on, and asks again with the next fetch.
    expect((await Promise.all(all)).filter((settled) => settled.length === 0)).toHaveLength(4);
  });

  test('brings a kill at once with all that needs the flag, and its id once it is recorded', async () => {
    const { reader } = await node.open(key);
    const { id } = node.flags.kill('cart');
    const killed = await nextValues(reader);
    expect([killed.to, killed.refetchMs]).toEqual([node.state, undefined]);
    expect([shortly(killed.flags), heldShortly(killed)]).toEqual([
      ['cart false', 'pay false'],
      [['cart false', 'pay false']],
    ]);
    expect(Object.keys(killed.held)).toEqual([id]);
    const [base] = [node.flags.current.base.flags.cart];
    node.flags.put([{ ...(base as Flag), killed: true }], [id]);
    expect(await nextValues(reader)).toEqual({ to: node.state, flags: {}, removed: [], held: {}, settled: [id] });
  });

  test('brings what serves one variant to all, in the bytes of the bulk answer', async () => {
    const { reader } = await node.open(key);
    node.flags.put([seen('ruled', { fallthrough: { variant: 'off' }, metadata: { team: 'web' } })]);
    const { flags, refetchMs } = await nextValues(reader);
    const { answer, text } = await node.bulk(key, PRO);
    expect([flags.ruled, refetchMs]).toEqual([answer.flags.find((one) => one.key === 'ruled'), undefined]);
    const [written] = reader.text.match(/\{"key":"ruled","value":false[^}]*\}\}/g)?.slice(-1) ?? ['nothing'];
    expect(text).toContain(written);
  });

  test('says over how long to ask again where answers depend on the context, and nothing where nobody sees a change', async () => {
    const { reader } = await node.open(key);
    node.flags.put([seen('cart', BY_PLAN)]);
    expect(await nextValues(reader)).toMatchObject({ to: 'e1.2~0', flags: {}, refetchMs: 0 });
    node.flags.flip('hidden');
    expect(await nextValues(reader)).toEqual({ to: 'e1.3~0', flags: {}, removed: [], held: {}, settled: [] });
  });

  test('is not for the key of a server, and says so', async () => {
    const reader = await node.ask(node.gate.key('server'));
    expect(reader.status).toBe(403);
    expect(node.gate.noted).toEqual(['access.denied POST /client/v1/values']);
  });

  test('begins with the kills that lie over it, each by its id', async () => {
    const { id } = node.flags.kill('cart');
    const { first } = await node.open(key);
    expect([Object.keys(first.held), heldShortly(first)]).toEqual([[id], [['cart false', 'pay false']]]);
  });
});

describe('A client that comes back', () => {
  test('is told that its values are still the same, also those that it was told step by step', async () => {
    const { reader, first } = await node.open(key, { context: PRO });
    const { tag = '' } = first;
    node.flags.flip('cart');
    const { to: from } = await nextValues(reader);
    const back = { context: PRO, from, tag };
    expect((await node.open(key, back)).first).toMatchObject({ to: from, flags: {}, settled: [], beatMs: 80 });
    expect((await node.open(key, back)).first.tag).toBeUndefined();
  });

  test('is given all values where they are of another state, another context, another key, or older than they may be', async () => {
    const { first } = await node.open(key, { context: PRO });
    const { to: from, tag = '' } = first;
    const others = [
      { context: PRO, from: 'e0.5~0', tag },
      { context: PRO, from: '', tag },
      { from, tag },
    ];
    for (const ask of [...others, { context: PRO, from, tag: '"><script>' }]) {
      const { first, reader } = await node.open(key, ask);
      expect([shortly(first.flags).length, reader.text.includes('script')]).toEqual([3, false]);
    }
    expect((await node.open(node.gate.key('client'), { context: PRO, from, tag })).first.tag).toBeDefined();
    node.flags.put([seen('aging', { maxStalenessMs: 60_000, whenStale: 'off' })]);
    const young = await node.open(key);
    node.flags.age = 60_001;
    const old = await node.open(key, { from: young.first.to, tag: young.first.tag });
    expect([shortly(young.first.flags)[0], shortly(old.first.flags)[0]]).toEqual(['aging true', 'aging false']);
  });

  test('is not answered with anything older than it has', async () => {
    for (const from of ['e1.99~0', 'e1.2']) {
      const reader = await node.ask(key, { from });
      expect([reader.status, reader.headers['retry-after']]).toEqual([503, '1']);
    }
    node.flags.flip('cart');
    expect((await node.open(key, { from: 'e1.2' })).first.to).toBe('e1.2~0');
  });

  test('hears which of its kills are recorded, and nothing of those that are not, or not known here', async () => {
    const [one, two] = [node.flags.kill('cart'), node.flags.kill('ruled')];
    node.flags.put([], [one.id]);
    node.flags.old.add('recorded-long-ago');
    const held = [one.id, two.id, 'of-another-node', 'recorded-long-ago'];
    expect((await node.open(key, { held })).first.settled).toEqual([one.id, 'recorded-long-ago']);
  });

  test('is told to ask again after another epoch has begun, and goes on from there', async () => {
    const { reader } = await node.open(key);
    node.flags.jump('e2', 1, FLAGS);
    expect(await nextValues(reader)).toMatchObject({ to: 'e2.1~0', flags: {}, refetchMs: 0 });
    expect((await node.open(key, { from: 'e1.1~0' })).first).toMatchObject({ to: 'e2.1~0', tag: expect.any(String) });
    node.flags.flip('cart');
    expect(await nextValues(reader)).toMatchObject({ to: 'e2.2~0' });
  });

  test('hears of a jump within an epoch as of any other step', async () => {
    const { reader } = await node.open(key);
    node.flags.jump('e1', 9, [seen('cart', { state: 'off' }), flag('hidden')]);
    const jumped = await nextValues(reader);
    expect(jumped).toMatchObject({ to: 'e1.9~0', removed: ['pay', 'ruled'] });
    expect(shortly(jumped.flags)).toEqual(['cart false']);
    // Read again and found to be the same: there is nothing to tell.
    node.flags.jump('e1', 9, [seen('cart', { state: 'off' }), flag('hidden')]);
    node.flags.flip('cart');
    expect(await nextValues(reader)).toMatchObject({ to: 'e1.10~0' });
  });
});

test('A reader that took nothing for a while is told once to ask again at once', async () => {
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
  expect(last).toMatchObject({ flags: {}, refetchMs: 0 });
  expect(heldShortly(last)).toEqual([['cart false', 'pay false']]);
  expect(told.length).toBeLessThan(20);
  node.flags.flip('hidden');
  expect(await nextValues(reader)).toMatchObject({ to: node.state });
});

test('Clients are told to ask again when flags have become too old to be on, which is no step', async () => {
  node.flags.put([seen('aging', { maxStalenessMs: 60_000, whenStale: 'off' })]);
  const { reader } = await node.open(key);
  node.flags.age = 60_001;
  expect(await nextValues(reader)).toMatchObject({ to: node.state, flags: {}, refetchMs: 0 });
  node.flags.age = 5;
  expect(await nextValues(reader)).toMatchObject({ to: node.state, refetchMs: 0 });
});

test.each([
  ['/context', { context: [] }],
  ['/context', { context: { targetingKey: 7 } }],
  ['/held/0', { held: ['a b'] }],
  ['/from', { from: 7 }],
  ['/isOnce', { isOnce: 'yes' }],
])('What is wrong at %s is named, and nothing is opened', async (path, ask) => {
  const reader = await node.ask(key, ask as never);
  expect(reader.status).toBe(422);
  await expect.poll(() => reader.text).toContain(`"path":"${path}"`);
  expect(node.stream.streams).toBe(0);
});

describe('A stream ends', () => {
  test('with revoked when its key is, and that key opens nothing any more', async () => {
    const [{ reader }, staying] = [await node.open(key), await node.open(node.gate.key('client'))];
    node.gate.revoke(key);
    expect(await nextOf(reader, 'revoked')).toEqual({});
    await expect.poll(() => reader.ended).toBe(true);
    expect((await node.ask(key)).status).toBe(401);
    node.flags.flip('cart');
    await nextValues(staying.reader);
  });

  test('with goodbye and when to come back as its node goes down, and another is not opened', async () => {
    const { reader, first } = await node.open(key);
    expect([node.stream.streams, node.stream.streamsOf(7)]).toEqual([1, 1]);
    await node.stream.drain();
    expect(await nextOf(reader, 'goodbye')).toEqual({ retryMs: first.retryMs });
    await expect.poll(() => reader.ended).toBe(true);
    expect([node.stream.streams, (await node.ask(key)).status]).toEqual([0, 503]);
  });

  test('at its first event where there is no place for it, which says when to ask again', async () => {
    await node.close();
    node = new ValuesNode(FLAGS, [], { admission: { admit: () => undefined } as never });
    await node.listen();
    const { reader, first } = await node.open(node.gate.key('client'));
    expect(first).toMatchObject({ to: 'e1.1~0', tag: expect.any(String), retryMs: 4_000 });
    expect(first.beatMs).toBeUndefined();
    await expect.poll(() => reader.ended).toBe(true);
  });
});
