import type { ServerResponse } from 'node:http';
import type { Patch } from '@turnout/core';
import { afterEach, describe, expect, test } from 'vitest';
import { EventStream, MOST_QUEUED } from './event-stream.ts';
import { flag, TestRulesets } from './held-rulesets.fixture.ts';
import { TestSdkNode } from './sdk-node.fixture.ts';

let node: TestSdkNode;
afterEach(() => node.close());

/** A flag that makes a patch of a megabyte. */
const heavy = (at: number) => flag('heavy', { metadata: { note: `${at}${'x'.repeat(1_000_000)}` } });

/** What the node's monotonic clock says; a test moves it, so that a slow machine is not taken for a stuck reader. */
let nowMs = 0;

async function start() {
  const flags = new TestRulesets([flag('cart')]);
  node = new TestSdkNode(flags, { clock: { now: () => new Date(), monotonic: () => nowMs } });
  await node.listen();
  const slow = await node.open();
  await slow.next('ruleset');
  return { flags, slow };
}

/** Commits revisions of a megabyte each; a handful fills what the sockets of both ends take. */
async function flood(flags: TestRulesets, revisions: number) {
  for (let at = 0; at < revisions; at++) {
    flags.put([heavy(at)]);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('A reader that takes nothing for a while', () => {
  test('gets one resync for all that found no room, then goes on from there; others miss nothing', async () => {
    const { flags, slow } = await start();
    const quick = await node.open();
    await quick.next('ruleset');
    slow.pause();
    await flood(flags, 30);
    const killed = flags.kill('cart');
    for (let at = 0; at < 30; at++) await quick.next('patch');
    slow.resume();
    const { data } = await slow.next('resync');
    expect(data).toEqual({ position: flags.current.position, spreadMs: 0 });
    expect(node.counted.conflated).toBe(1);
    flags.flip('cart');
    expect((await slow.next('patch')).id).toBe(flags.current.position);
    const patches = slow.events.filter(({ event }) => event === 'patch');
    expect(patches.length).toBeLessThan(30);
    const names = slow.names.slice(2);
    const resyncAt = names.indexOf('resync');
    expect(names.slice(resyncAt - 1)).toEqual(['overlay', 'resync', 'patch']);
    expect(slow.text.slice(slow.text.lastIndexOf('event: overlay'))).toContain(killed.id);
    let position = 'e1.1';
    for (const { event, data: read } of slow.events) {
      if (event === 'resync') position = (read as { position: string }).position;
      if (event !== 'patch') continue;
      expect((read as Patch).from).toBe(position);
      position = (read as Patch).to;
    }
  });

  test('makes the node keep no more for it than the bound and one frame', async () => {
    const { flags, slow } = await start();
    slow.pause();
    await flood(flags, 60);
    // Everything that was queued is read before the resync: what the two sockets held, the bound, and one frame.
    slow.resume();
    await slow.next('resync');
    expect(slow.length).toBeLessThan(20_000_000 + MOST_QUEUED);
  });

  test('is cut off when no byte has left for the whole time, and only then', async () => {
    const { flags, slow } = await start();
    const quick = await node.open();
    slow.pause();
    await flood(flags, 30);
    // Two heartbeats of one reader: the other was looked at between them.
    const beats = async () => {
      await quick.next('heartbeat');
      await quick.next('heartbeat');
    };
    // What was written last is out before the clock moves.
    while (quick.events.at(-1)?.event !== 'heartbeat') await beats();
    nowMs += 19_000;
    await beats();
    expect([node.counted.stuck, node.sdk.streams]).toEqual([undefined, 2]);
    nowMs += 1_001;
    await beats();
    expect(node.counted.stuck).toBe(1);
    await expect.poll(() => node.sdk.streams).toBe(1);
    expect(quick.ended).toBe(false);
  });

  test('loses its connection all the same when its key is revoked', async () => {
    const { flags, slow } = await start();
    slow.pause();
    await flood(flags, 30);
    node.gate.revoke(node.secret);
    await expect.poll(() => node.sdk.streams, { timeout: 5_000 }).toBe(0);
    slow.resume();
    await expect.poll(() => slow.ended).toBe(true);
  });

  test('is left alone while it takes some of what waits, however little', () => {
    const socket = { bytesWritten: 0, _handle: { writeQueueSize: 0 } };
    const response = { socket, writableLength: 0 };
    const stream = new EventStream(response as unknown as ServerResponse, { keyId: 'k', environmentId: 1 });
    const stuckAt = (ms: number) => stream.isStuck(ms, 20_000);
    expect([stuckAt(0), stuckAt(90_000)]).toEqual([false, false]);
    // One batch of 100,000 bytes, which Node counts as waiting until all of it has left.
    Object.assign(socket, { bytesWritten: 100_000, _handle: { writeQueueSize: 80_000 } });
    response.writableLength = 100_000;
    expect([stuckAt(100_000), stuckAt(119_999)]).toEqual([false, false]);
    socket._handle.writeQueueSize = 79_000;
    expect([stuckAt(120_001), stuckAt(140_000), stuckAt(140_001)]).toEqual([false, false, true]);
    Object.assign(socket, { bytesWritten: 120_000, _handle: undefined });
    response.writableLength = 20_000;
    expect([stuckAt(140_002), stuckAt(160_002)]).toEqual([false, true]);
  });
});
