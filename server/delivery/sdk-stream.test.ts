import type { OverlayEvent, Patch, Snapshot } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../platform/admission.ts';
import { flag, segment, TestRulesets } from './held-rulesets.fixture.ts';
import { TestSdkNode } from './sdk-node.fixture.ts';
import { StreamAdmission } from './stream-admission.ts';

let flags: TestRulesets;
let node: TestSdkNode;

beforeEach(async () => {
  flags = new TestRulesets([flag('cart'), flag('search')]);
  node = new TestSdkNode(flags);
  await node.listen();
});
afterEach(() => node.close());

describe('A new stream', () => {
  test('is an event stream that nobody keeps, begun by hello, the kills, and the whole ruleset', async () => {
    const entry = flags.kill('search');
    const stream = await node.open();
    expect([stream.status, stream.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(stream.headers['cache-control']).toContain('no-cache');
    expect(await stream.next()).toEqual({ event: 'hello', id: undefined, data: { heartbeatMs: 80, node: 'node-a' } });
    const overlay = await stream.next();
    const { kind, id, epoch, at } = entry;
    expect(overlay).toEqual({
      event: 'overlay',
      id: undefined,
      data: { overlay: [{ kind, id, epoch, flag: 'search', at }], settled: [], position: 'e1.1' },
    });
    const ruleset = await stream.next();
    expect([ruleset.event, ruleset.id]).toEqual(['ruleset', 'e1.1']);
    expect(ruleset.data).toEqual({
      ruleset: flags.current.base,
      overlay: [{ kind, id, epoch, flag: 'search', at }],
      settled: [],
    });
    expect(stream.text).not.toContain('secret');
  });

  test('says when to come back: at a time of the instance’s own, below four seconds', async () => {
    const times = await Promise.all(
      ['a', 'b', 'c', 'a'].map(async (instance) => {
        const stream = await node.open({ 'Turnout-Instance': instance });
        await stream.next('hello');
        return Number(/^retry: (\d+)$/m.exec(stream.text)?.[1]);
      }),
    );
    expect(new Set(times).size).toBe(3);
    expect(times[3]).toBe(times[0]);
    for (const ms of times) expect(ms).toSatisfy((value: number) => value > 0 && value <= 4_000);
  });

  test('of a client that is up to date carries no data, whatever lies over it', async () => {
    flags.kill('cart');
    const stream = await node.open({ 'Last-Event-ID': 'e1.1' });
    await stream.next('heartbeat');
    expect(stream.names).toEqual(['hello', 'overlay']);
  });

  test('answers the ids that the client named: recent ones from memory, old ones from the database, lying ones never', async () => {
    flags.put([flag('cart')], ['recent']);
    flags.old.add('old');
    const lying = flags.kill('search').id;
    const stream = await node.open({ 'Turnout-Overlay': `recent, old,unheard,${lying}`, 'Last-Event-ID': 'e1.2' });
    const { data } = await stream.next('overlay');
    expect(data).toMatchObject({ settled: ['recent', 'old'], position: 'e1.2' });
    expect((data as OverlayEvent).overlay.map(({ id }) => id)).toEqual([lying]);
    expect(flags.asked).toEqual([['old', 'unheard']]);
    // Everybody else's overlay has nothing of this.
    flags.kill('cart');
    expect((await stream.next('overlay')).data).toMatchObject({ settled: [] });
  });

  test('of an environment that is not in memory waits until it is loaded, or gets 503 where it cannot be', async () => {
    const { current } = flags;
    flags.now = undefined;
    const refused = await node.open();
    expect([refused.status, refused.headers['content-type']]).toEqual([500, 'application/problem+json']);
    expect(node.errors).toHaveLength(1);
    flags.onLoad = async () => {
      flags.now = current;
      return current;
    };
    const stream = await node.open();
    expect((await stream.next('ruleset')).id).toBe('e1.1');
  });
});

describe('A client that comes back', () => {
  test('gets the patches that it missed, in order, each with its position as the id', async () => {
    const sent = [flags.flip('cart'), flags.flip('search'), flags.flip('cart')];
    const stream = await node.open({ 'Last-Event-ID': 'e1.2' });
    for (const patch of sent.slice(1)) {
      const event = await stream.next();
      if (event.event === 'hello' || event.event === 'overlay') continue;
      expect(event).toEqual({ event: 'patch', id: patch.to, data: JSON.parse(patch.text) });
    }
    await stream.next('patch');
    expect(stream.names).toEqual(['hello', 'overlay', 'patch', 'patch']);
    expect(stream.text).toContain(`data: ${sent[2]?.text}\n\n`);
  });

  test('gets one ruleset where the ring does not reach back, and where it was in another epoch', async () => {
    flags.kept = 1;
    flags.flip('cart');
    flags.flip('cart');
    for (const position of ['e1.1', 'e0.2', 'e0.900']) {
      const stream = await node.open({ 'Last-Event-ID': position });
      const { event, id } = await stream.next('ruleset', 'patch', 'resync');
      expect([event, id]).toEqual(['ruleset', 'e1.3']);
    }
  });

  test('is told to fetch the ruleset where it is over 64 KiB', async () => {
    flags.jump('e1', 9, [flag('cart')], [segment('many', 8_000)]);
    const stream = await node.open();
    const { data, id } = await stream.next('ruleset', 'patch', 'resync');
    expect([data, id]).toEqual([{ position: 'e1.9', spreadMs: expect.any(Number) }, undefined]);
    flags.flip('cart');
    expect((await stream.next('patch')).id).toBe('e1.10');
  });

  test.each(['', 'nonsense', 'e1.', '.1', 'e1.-1', 'e1.01', '9'.repeat(3_000), 'e1.1~abc', '<script>', 'é.1'])(
    'with a Last-Event-ID that is no position (%#) gets the whole ruleset, and nothing of what it sent',
    async (claimed) => {
      const stream = await node.open({ 'Last-Event-ID': claimed });
      expect((await stream.next('ruleset', 'patch', 'resync')).id).toBe('e1.1');
      if (claimed.length > 8) expect(stream.text).not.toContain(claimed);
    },
  );

  test('from a faster node hears nothing but heartbeats and kills until this node has caught up', async () => {
    let arrive: () => void = () => undefined;
    flags.onRefresh = () =>
      new Promise((resolve) => {
        arrive = resolve;
      });
    const streams = await Promise.all([3, 3, 4].map((revision) => node.open({ 'Last-Event-ID': `e1.${revision}` })));
    for (const stream of streams) {
      expect((await stream.next('heartbeat')).data).toMatchObject({ position: 'e1.1', behind: true });
    }
    expect(flags.refreshes).toBe(1);
    flags.kill('search');
    flags.flip('cart');
    for (const stream of streams) {
      expect((await stream.next('heartbeat')).data).toMatchObject({ behind: true });
      expect(stream.names).toEqual(['hello', 'overlay', 'overlay']);
    }
    flags.flip('cart');
    flags.flip('cart');
    arrive();
    const last = [];
    for (const stream of streams) {
      flags.kill('cart');
      await stream.next('overlay');
      last.push(stream.events.filter(({ event }) => event === 'patch').map(({ id }) => id));
    }
    expect(last).toEqual([['e1.4'], ['e1.4'], []]);
    expect((await streams[0]?.next('heartbeat'))?.data).not.toHaveProperty('behind');
  });

  test('is asked for again at every heartbeat while the database does not answer, once at a time', async () => {
    flags.onRefresh = () => Promise.reject(new Error('away'));
    const stream = await node.open({ 'Last-Event-ID': 'e1.5' });
    for (let beat = 0; beat < 3; beat++) await stream.next('heartbeat');
    expect(flags.refreshes).toBeGreaterThanOrEqual(3);
    flags.jump('e2', 1, [flag('cart')]);
    expect((await stream.next('ruleset')).id).toBe('e2.1');
  });
});

describe('An open stream', () => {
  test('gets every revision as the text that was committed, and never a patch from elsewhere', async () => {
    const stream = await node.open();
    await stream.next('ruleset');
    const sent = Array.from({ length: 20 }, (_, at) => flags.flip(at % 2 ? 'cart' : 'search').text);
    for (const text of sent) expect((await stream.next('patch')).data).toEqual(JSON.parse(text));
    flags.jump('e1', 40, [flag('cart')]);
    expect((await stream.next('ruleset', 'patch')).id).toBe('e1.40');
    flags.flip('cart');
    expect((await stream.next('patch')).id).toBe('e1.41');
    let position = '';
    for (const { event, id, data } of stream.events) {
      if (event === 'patch') expect((data as Patch).from).toBe(position);
      if (id !== undefined) position = id;
    }
  });

  test('gets a kill at once and before the revision that records it', async () => {
    const stream = await node.open();
    await stream.next('ruleset');
    const { id } = flags.kill('cart');
    expect(((await stream.next()).data as OverlayEvent).overlay).toMatchObject([{ id, flag: 'cart' }]);
    flags.put([flag('cart', { killed: true })], [id]);
    expect((await stream.next('overlay', 'patch')).data).toMatchObject({ overlay: [], position: 'e1.2' });
    expect((await stream.next('overlay', 'patch')).data).toMatchObject({ settles: [id], urgent: true });
  });

  test('goes to another epoch by a whole ruleset', async () => {
    const stream = await node.open();
    await stream.next('ruleset');
    flags.jump('e2', 1, [flag('other')]);
    const { id, data } = await stream.next('ruleset');
    expect(id).toBe('e2.1');
    expect(Object.keys((data as Snapshot).ruleset.flags)).toEqual(['other']);
  });

  test('hears a heartbeat regularly, with the age and the hash of what lies over the ruleset', async () => {
    const stream = await node.open();
    expect((await stream.next('heartbeat')).data).toEqual({ position: 'e1.1', ageMs: 12, overlayHash: '0' });
    flags.age = Number.POSITIVE_INFINITY;
    flags.kill('cart');
    flags.flip('cart');
    await stream.next('patch');
    const { id, data } = await stream.next('heartbeat');
    expect(id).toBeUndefined();
    expect(data).toEqual({
      position: 'e1.2',
      ageMs: Number.MAX_SAFE_INTEGER,
      overlayHash: flags.current.overlayHash,
    });
  });

  test('of a key that is revoked ends with that word, and others go on', async () => {
    const other = node.gate.key('server');
    const [ending, staying] = [await node.open(), await node.open({ Authorization: `Bearer ${other}` })];
    node.gate.revoke(node.secret);
    expect((await ending.next('revoked')).data).toEqual({});
    await expect.poll(() => ending.ended).toBe(true);
    flags.flip('cart');
    await staying.next('patch');
    const again = await node.open();
    expect([again.status, again.headers['www-authenticate']]).toEqual([401, undefined]);
  });

  test('whose key is revoked while something is asked for it is never opened', async () => {
    let answer: ((ids: string[]) => void) | undefined;
    flags.settledAmong = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const opening = node.open({ 'Turnout-Overlay': 'old' });
    await expect.poll(() => answer).toBeDefined();
    node.gate.revoke(node.secret);
    answer?.([]);
    expect((await opening).status).toBe(401);
    expect(node.sdk.streams).toBe(0);
  });

  test('is told goodbye when the node goes down, each at its own time, and no other is opened', async () => {
    const streams = await Promise.all(['a', 'b', 'c'].map((one) => node.open({ 'Turnout-Instance': one })));
    const drained = node.sdk.drain();
    const waits = await Promise.all(streams.map(async (stream) => (await stream.next('goodbye')).data));
    expect(new Set(waits.map((data) => (data as { retryMs: number }).retryMs)).size).toBe(3);
    await drained;
    expect(node.sdk.streams).toBe(0);
    const late = await node.open();
    expect([late.status, Number(late.headers['retry-after'])]).toEqual([503, expect.any(Number)]);
  });
});

test('Streams over the limit get 503 and when to try again, and a place is free when one closes', async () => {
  await node.close();
  node = new TestSdkNode(flags, { admission: new StreamAdmission({ ...DEFAULT_LIMITS, STREAMS: 2 }) });
  await node.listen();
  const first = await node.open();
  await node.open();
  const refused = await node.open();
  expect([refused.status, refused.headers['content-type']]).toEqual([503, 'application/problem+json']);
  expect(Number(refused.headers['retry-after'])).toSatisfy((seconds: number) => seconds >= 1 && seconds <= 4);
  expect(node.counted.refused).toBe(1);
  first.close();
  await expect.poll(async () => (await node.open()).status).toBe(200);
});

test('An app that goes while its key is looked up leaves no place taken behind', async () => {
  await node.close();
  const admission = new StreamAdmission(DEFAULT_LIMITS);
  node = new TestSdkNode(flags, { admission });
  await node.listen();
  const { list } = node.gate;
  const { findCredential } = list;
  let goOn: (() => void) | undefined;
  list.findCredential = () => 'unknown';
  list.lookAgain = () => new Promise((resolve) => (goOn = resolve));
  const leaving = new AbortController();
  const gone = fetch(`${node.address}/sdk/v1/stream`, { headers: node.headers, signal: leaving.signal });
  await expect.poll(() => goOn).toBeDefined();
  leaving.abort();
  await gone.catch(() => undefined);
  // By the time that this is answered the node has heard of it.
  for (let i = 0; i < 3; i++) await node.fetch('/nowhere');
  list.findCredential = findCredential;
  goOn?.();
  expect((await node.fetch('/sdk/v1/ruleset')).status).toBe(200);
  await expect.poll(() => admission.open).toEqual({ server: 0, client: 0 });
});

test('A flip reaches hundreds of streams as the same bytes, and closed ones are forgotten', async () => {
  const streams = await Promise.all(Array.from({ length: 300 }, () => node.open({ 'Last-Event-ID': 'e1.1' })));
  expect(node.sdk.streams).toBe(300);
  const { text } = flags.flip('cart');
  for (const stream of streams) {
    await stream.next('patch');
    expect(stream.text).toContain(`event: patch\nid: e1.2\ndata: ${text}\n\n`);
  }
  expect(node.counted.patches).toBe(300);
  for (const stream of streams.slice(0, 200)) stream.close();
  await expect.poll(() => node.sdk.streams).toBe(100);
  expect(node.sdk.streamsOf(7)).toBe(100);
});
