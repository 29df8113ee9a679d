import { randomBytes } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { AccessList } from '../access/access-list.ts';
import type { KeyPrincipal } from '../access/principal.ts';
import { setState } from '../changes/seed.fixture.ts';
import { nodeInstances, nodePlaces } from '../database/tables.ts';
import { databaseKinds } from '../database/test-database.ts';
import { nodeWorld } from '../delivery/node-world.fixture.ts';
import { switchedDb, TestClock, type TestNode } from '../delivery/test-node.fixture.ts';
import { systemClock } from '../platform/clock.ts';
import { Secrets } from '../platform/secrets.ts';
import { type Fleet, openFleet } from './open-fleet.ts';

const SECRET = 'a-secret-of-receipts-that-has-32-bytes-or-more';

describe.each(databaseKinds)('two nodes that share %s', (kind) => {
  const world = nodeWorld(kind);
  let stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
    stops = [];
  });

  /** What a node knows of running apps; it asks and writes when the test says so. */
  function fleetOf(node: TestNode, name: string): Fleet {
    const { db } = node.database;
    const fleet = openFleet({
      // As on a Postgres that nodes share, whatever this is.
      ...{ database: { db, kind: 'postgres' }, clock: systemClock, node: name, doorbell: node.doorbell },
      list: new AccessList({ db, clock: systemClock, rootVerifier: undefined }),
      signer: Secrets.open({ dataDir: node.dataDir, fromEnv: SECRET }),
      rulesets: () => node.rulesets,
      standing: { id: name, host: `${name}.example:8420` },
    });
    stops.push(node.rulesets.onServed((served, step) => fleet.flips.served(served, step)));
    return fleet;
  }

  function appOf(fleet: Fleet, host: string) {
    const names = { instance: randomBytes(16).toString('hex'), host, sdk: 'node/1' };
    const key: KeyPrincipal = {
      ...{ kind: 'key', keyKind: 'server', id: 'k1', name: 'app', projectId: world.projectId },
      ...{ environmentId: world.environmentId, origins: [], flags: null, tags: null },
    };
    const { receiptToken = '', closed } = fleet.instances.opened(key, names, undefined);
    const say = (position: string, at = fleet, more: object = {}) =>
      at.instances.receive(key, names, receiptToken, { position, overlays: [], unsupported: [], ...more });
    return { names, closed, say };
  }

  async function flip(state: 'on' | 'off'): Promise<string> {
    const { change } = await setState(world.here.door, world.projectId, [world.environmentId], 'b', state);
    return change?.environments[0]?.position ?? '';
  }

  const targets = (position: string) => [{ environmentId: world.environmentId, position }];

  it('count each other’s apps, and take the time at which they hear of them', async () => {
    const node = await world.node();
    await node.rulesets.load(world.environmentId);
    const [a, b] = [fleetOf(world.here, 'a'), fleetOf(node, 'b')];
    const [mine, theirs] = [appOf(a, 'mine'), appOf(b, 'theirs')];
    await b.keeper.write();
    const position = await flip('on');
    await node.rulesets.refresh(world.environmentId);
    mine.say(position);
    expect(await a.desk.receiptsOf(targets(position), 0)).toMatchObject({
      ...{ live: 2, reached: 1, complete: true, unknown: [] },
      laggards: [{ host: 'theirs', why: 'silent' }],
    });
    const waiting = a.desk.receiptsOf(targets(position), 30_000);
    theirs.say(position);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await b.keeper.write();
    const done = await waiting;
    expect(done).toMatchObject({ live: 2, reached: 2, laggards: [] });
    expect(done.max).toBeGreaterThan(0);
    // Whoever comes after the flip is not waited for.
    appOf(a, 'late');
    expect(await a.desk.receiptsOf(targets(position), 0)).toMatchObject({ live: 2, reached: 2 });
  });

  it('say which nodes they could not ask when the database is away, and count their own', async () => {
    const database = switchedDb(world.database);
    const alone = await world.node({ database });
    await alone.rulesets.load(world.environmentId);
    const [a, b] = [fleetOf(alone, 'a'), fleetOf(world.here, 'b')];
    appOf(b, 'theirs');
    await b.keeper.write();
    const stranger = fleetOf(alone, 'c');
    await a.others.look();
    appOf(a, 'mine').say(alone.rulesets.served(world.environmentId)?.position ?? '');
    database.state = 'refused';
    const position = alone.rulesets.served(world.environmentId)?.position ?? '';
    expect(await a.desk.receiptsOf(targets(position), 0)).toMatchObject({
      ...{ live: 1, reached: 1, unknown: ['b'], complete: false },
    });
    // One that never could ask does not even know that.
    expect(await stranger.desk.receiptsOf(targets(position), 0)).toMatchObject({ unknown: [], complete: false });
  });

  it('say what they serve, and who serves less is named until it has caught up, or is gone', async () => {
    const { db } = world.database;
    const node = await world.node();
    await node.rulesets.load(world.environmentId);
    const [a, b] = [fleetOf(world.here, 'a'), fleetOf(node, 'b')];
    await b.places.tell();
    const position = await flip('on');
    const behind = () => a.places.behind(world.environmentId, position);
    expect(await behind()).toEqual({ nodes: ['node b.example:8420 (behind)'], complete: true });
    const quiet = (seconds: number) =>
      db.update(nodePlaces).set({ seenAt: sql`now() - make_interval(secs => ${seconds})` });
    await quiet(12);
    expect((await behind()).nodes).toEqual(['node b.example:8420 (not heard of for 12 s)']);
    await quiet(30);
    expect((await behind()).nodes).toEqual([]);
    const stop = b.places.follow();
    await expect.poll(async () => (await behind()).nodes).toEqual(['node b.example:8420 (behind)']);
    await node.rulesets.refresh(world.environmentId);
    await expect.poll(async () => (await behind()).nodes).toEqual([]);
    stop();
    // A later change that it has not heard of, and then it ends.
    const later = await flip('off');
    await b.close();
    expect(await a.places.behind(world.environmentId, later)).toEqual({ nodes: [], complete: true });
  });

  it('are not waited for where they let go of an environment', async () => {
    const clock = new TestClock();
    const node = await world.node({ clock });
    await node.rulesets.load(world.environmentId);
    const [a, b] = [fleetOf(world.here, 'a'), fleetOf(node, 'b')];
    await b.places.tell();
    // Ten minutes in which nobody asked for it.
    clock.advance(601_000);
    await node.rulesets.askPlaces();
    const position = await flip('on');
    expect((await a.places.behind(world.environmentId, position)).nodes).toHaveLength(1);
    await b.places.tell();
    expect((await a.places.behind(world.environmentId, position)).nodes).toEqual([]);
  });

  it('know that they could not ask which nodes are behind', async () => {
    const database = switchedDb(world.database);
    const alone = await world.node({ database });
    await alone.rulesets.load(world.environmentId);
    const a = fleetOf(alone, 'a');
    database.state = 'refused';
    const position = alone.rulesets.served(world.environmentId)?.position ?? '';
    expect(await a.places.behind(world.environmentId, position)).toEqual({ nodes: [], complete: false });
  });

  it('do not count apps of a row that they cannot read, and say whose it is', async () => {
    const [a, b] = [fleetOf(world.here, 'a'), fleetOf(world.here, 'b')];
    appOf(b, 'theirs');
    await b.keeper.write();
    await world.database.db.update(nodeInstances).set({ body: '{"v":2}' }).where(eq(nodeInstances.node, 'b'));
    expect(await a.others.of(world.environmentId)).toEqual({ instances: [], unknown: ['b'], complete: false });
  });

  it('know the apps of a node that has ended until they are somewhere else, or said goodbye', async () => {
    const [a, b] = [fleetOf(world.here, 'a'), fleetOf(world.here, 'b')];
    const [left, stays] = [appOf(b, 'left'), appOf(b, 'stays')];
    const served = world.here.rulesets.served(world.environmentId)?.position ?? '';
    left.say(served, b, { goodbye: true });
    stays.say(served);
    await b.close();
    const position = await flip('on');
    expect(await a.desk.receiptsOf(targets(position), 0)).toMatchObject({
      ...{ live: 1, reached: 0, complete: true },
      laggards: [{ host: 'stays', why: 'node lost' }],
    });
  });

  it('take a receipt that a balancer brings to the other one, once they know of each other', async () => {
    const [a, b] = [fleetOf(world.here, 'a'), fleetOf(world.here, 'b')];
    const app = appOf(b, 'theirs');
    const position = world.here.rulesets.served(world.environmentId)?.position ?? '';
    expect(() => app.say(position, a)).toThrow('no receipt of a stream that is open here');
    await b.keeper.write();
    await a.others.look();
    app.say(position, a);
    expect(a.instances.of(world.environmentId)).toMatchObject([{ host: 'theirs', position, isElsewhere: true }]);
    const forged = { ...app.names, instance: '0'.repeat(32) };
    const key = { id: 'k1', environmentId: world.environmentId } as KeyPrincipal;
    const said = { position, overlays: [], unsupported: [] };
    expect(() => a.instances.receive(key, forged, 'b~stream~1234.abcd', said)).toThrow('no receipt of a stream');
  });
});
