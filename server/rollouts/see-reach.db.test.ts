import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { AccessList } from '../access/access-list.ts';
import type { KeyPrincipal } from '../access/principal.ts';
import { setState } from '../changes/seed.fixture.ts';
import { hasPostgres } from '../database/test-database.ts';
import { nodeWorld } from '../delivery/node-world.fixture.ts';
import { SECRET, switchedDb, type TestNode } from '../delivery/test-node.fixture.ts';
import { LIVE_MS } from '../fleet/instance.ts';
import { openFleet } from '../fleet/open-fleet.ts';
import { systemClock } from '../platform/clock.ts';
import { Secrets } from '../platform/secrets.ts';
import { countHostsAt, seeReach } from './see-reach.ts';

describe('what a run wrote', () => {
  const world = nodeWorld(hasPostgres ? 'postgres' : 'embedded');
  const stops: (() => void)[] = [];
  let ahead = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead };
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
    ahead = 0;
  });

  /** A node with what it knows of apps; it tells and asks others when the test says so. */
  function reachOf(node: TestNode, name: string) {
    const { db } = node.database;
    const fleet = openFleet({
      ...{ database: { db, kind: 'postgres' }, clock, node: name, doorbell: node.doorbell },
      list: new AccessList({ db, clock, rootVerifier: undefined }),
      signer: Secrets.open({ dataDir: node.dataDir, fromEnv: SECRET }),
      rulesets: () => node.rulesets,
      standing: { id: name, host: `${name}.example` },
    });
    stops.push(node.rulesets.onServed((served, step) => fleet.flips.served(served, step)));
    return { clock, rulesets: node.rulesets, fleet };
  }
  function appOf({ fleet }: ReturnType<typeof reachOf>, host: string) {
    const names = { instance: randomBytes(16).toString('hex'), host, sdk: 'node/1' };
    const key: KeyPrincipal = {
      ...{ kind: 'key', keyKind: 'server', id: 'k1', name: 'app', projectId: world.projectId },
      ...{ environmentId: world.environmentId, origins: [], flags: null, tags: null },
    };
    const { receiptToken = '' } = fleet.instances.opened(key, names, undefined);
    return (position: string) =>
      fleet.instances.receive(key, names, receiptToken, { position, overlays: [], unsupported: [] });
  }
  async function flip(state: 'on' | 'off'): Promise<string> {
    const { change } = await setState(world.here.door, world.projectId, [world.environmentId], 'b', state);
    return change?.environments[0]?.position ?? '';
  }

  it('is in force where this node serves it and every app has said so', async () => {
    const here = reachOf(world.here, 'a');
    const say = appOf(here, 'till-7');
    const position = await flip('on');
    expect(await seeReach(here, world.environmentId, position)).toEqual({
      effective: false,
      laggards: ['till-7 (silent)'],
    });
    say(position);
    expect(await seeReach(here, world.environmentId, position)).toEqual({ effective: true, laggards: [] });
    // What was written before a restored backup is over: the present place counts.
    expect(await seeReach(here, world.environmentId, `${'0'.repeat(32)}.99`)).toMatchObject({ effective: true });
  });

  it('waits for no app that has not been heard of for a minute', async () => {
    const here = reachOf(world.here, 'a');
    appOf(here, 'till-7');
    const position = await flip('on');
    ahead = LIVE_MS - 10_000;
    expect(await seeReach(here, world.environmentId, position)).toMatchObject({ effective: false });
    ahead = LIVE_MS;
    expect(await seeReach(here, world.environmentId, position)).toEqual({ effective: true, laggards: [] });
  });

  it('is looked for once more where this node has not heard of it, and is not in force while it serves less', async () => {
    const node = await world.node();
    await node.rulesets.load(world.environmentId);
    const deaf = reachOf(node, 'b');
    const position = await flip('on');
    expect(node.rulesets.served(world.environmentId)?.position).not.toBe(position);
    expect(await seeReach(deaf, world.environmentId, position)).toEqual({ effective: true, laggards: [] });
    const [epoch, revision] = position.split('.');
    const later = `${epoch}.${Number(revision) + 1}`;
    expect(await seeReach(deaf, world.environmentId, later)).toEqual({ effective: false, laggards: ['this node'] });
  });

  it('is not in force while another node serves less, or could not be asked for its apps', async () => {
    const node = await world.node();
    await node.rulesets.load(world.environmentId);
    const there = reachOf(node, 'b');
    await there.fleet.places.tell();
    const database = switchedDb(world.database);
    const asking = await world.node({ database });
    await asking.rulesets.load(world.environmentId);
    const here = reachOf(asking, 'a');
    appOf(there, 'theirs');
    await there.fleet.keeper.write();
    const position = await flip('on');
    await asking.rulesets.refresh(world.environmentId);
    expect(await seeReach(here, world.environmentId, position)).toEqual({
      effective: false,
      laggards: ['node b.example (behind)', 'theirs (silent)'],
    });
    database.state = 'refused';
    // What was read a moment ago is not asked for again.
    ahead = 1_000;
    expect(await seeReach(here, world.environmentId, position)).toEqual({
      effective: false,
      laggards: ['the apps of node b'],
    });
    expect(await seeReach(reachOf(asking, 'c'), world.environmentId, position)).toEqual({
      effective: false,
      laggards: [],
    });
  });

  it('stands on so many hosts: each once, of those that are there and have it', async () => {
    const here = reachOf(world.here, 'a');
    const before = here.rulesets.served(world.environmentId)?.position ?? '';
    const position = await flip('on');
    appOf(here, 'gone')(position);
    ahead = LIVE_MS;
    for (const host of ['till-7', 'till-7', 'till-8']) appOf(here, host)(position);
    appOf(here, 'till-9')(before);
    expect(await countHostsAt(here, world.environmentId, position)).toBe(2);
    expect(await countHostsAt(here, world.environmentId, undefined)).toBe(2);
    expect(await countHostsAt(here, world.environmentId, before)).toBe(3);
  });
});
