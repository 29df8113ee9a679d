import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessList } from '../access/access-list.ts';
import type { KeyPrincipal } from '../access/principal.ts';
import { setState } from '../changes/seed.fixture.ts';
import { nodeWorld } from '../delivery/node-world.fixture.ts';
import { switchedDb, type TestNode } from '../delivery/test-node.fixture.ts';
import { systemClock } from '../platform/clock.ts';
import { openRedis } from '../platform/redis.ts';
import { Secrets } from '../platform/secrets.ts';
import { instancesInRedis } from './instances-in-redis.ts';
import { openFleet } from './open-fleet.ts';
import { findRedis, type PrivateRedis, startPrivateRedis } from './redis.fixture.ts';

const OURS = 'the-secret-of-this-installation-32-bytes-or-more';
const THEIRS = 'the-secret-of-another-installation-32-bytes-or-more';
const program = findRedis();

describe.skipIf(program === undefined)('the register of running apps in Redis', () => {
  const world = nodeWorld('embedded');
  let redis: PrivateRedis;
  let client: Redis;
  let stops: (() => void)[] = [];
  beforeAll(async () => {
    redis = await startPrivateRedis(program ?? '');
    client = openRedis({ url: redis.url, log: { warn: () => undefined, info: () => undefined } });
  });
  beforeEach(async () => {
    await reached();
    await client.flushall();
  });
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
    stops = [];
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  const reached = () => expect.poll(() => client.status, { timeout: 10_000 }).toBe('ready');

  function sharedOf(node: TestNode, name: string, secret = OURS) {
    const secrets = Secrets.open({ dataDir: node.dataDir, fromEnv: secret });
    return instancesInRedis({
      ...{ redis: client, node: name },
      sign: (text) => secrets.sign('doorbell', text),
      verify: (text, signature) => secrets.verify('doorbell', text, signature),
    });
  }

  function fleetOf(node: TestNode, name: string, secret = OURS) {
    const { db } = node.database;
    const fleet = openFleet({
      standing: { id: name, host: name },
      ...{ database: { db, kind: 'postgres' as const }, clock: systemClock, node: name, doorbell: node.doorbell },
      shared: sharedOf(node, name, secret),
      list: new AccessList({ db, clock: systemClock, rootVerifier: undefined }),
      signer: Secrets.open({ dataDir: node.dataDir, fromEnv: secret }),
      rulesets: () => node.rulesets,
    });
    stops.push(node.rulesets.onServed((served, step) => fleet.flips.served(served, step)));
    return fleet;
  }

  function appOf(fleet: ReturnType<typeof fleetOf>, host: string) {
    const names = { instance: randomBytes(16).toString('hex'), host, sdk: 'node/1' };
    const key: KeyPrincipal = {
      ...{ kind: 'key', keyKind: 'server', id: 'k1', name: 'app', projectId: world.projectId },
      ...{ environmentId: world.environmentId, origins: [], flags: null, tags: null },
    };
    const { receiptToken = '' } = fleet.instances.opened(key, names, undefined);
    const say = (position: string) =>
      fleet.instances.receive(key, names, receiptToken, { position, overlays: [], unsupported: [] });
    return { say };
  }

  const targets = (position: string) => [{ environmentId: world.environmentId, position }];

  it('counts the apps of another node, also while the database is away', async () => {
    const database = switchedDb(world.database);
    const alone = await world.node({ database });
    await alone.rulesets.load(world.environmentId);
    const [a, b] = [fleetOf(alone, 'a'), fleetOf(world.here, 'b')];
    const [mine, theirs] = [appOf(a, 'mine'), appOf(b, 'theirs')];
    const { change } = await setState(world.here.door, world.projectId, [world.environmentId], 'b', 'on');
    const position = change?.environments[0]?.position ?? '';
    await alone.rulesets.refresh(world.environmentId);
    database.state = 'refused';
    mine.say(position);
    theirs.say(position);
    await b.keeper.write();
    expect(await a.desk.receiptsOf(targets(position), 5_000)).toMatchObject({
      ...{ live: 2, reached: 2, laggards: [], unknown: [], complete: true },
    });
    expect(await sharedOf(alone, 'a').sightings()).toMatchObject([{ node: 'b', environmentId: world.environmentId }]);
  });

  it('believes no row that this installation did not write', async () => {
    const [a, other] = [fleetOf(world.here, 'a'), fleetOf(world.here, 'b', THEIRS)];
    appOf(other, 'stranger');
    await other.keeper.write();
    expect((await a.others.of(world.environmentId)).instances).toEqual([]);
    const place = `turnout:instances:${world.environmentId}`;
    const [, body = ''] = ((await client.hget(place, 'b')) ?? '').split('\n');
    await sharedOf(world.here, 'c').write(world.environmentId, body);
    const [signature] = ((await client.hget(place, 'c')) ?? '').split('\n');
    // Neither does a signature serve for another node's name.
    await client.hset(place, 'd', `${signature}\n${body}`);
    const rows = await sharedOf(world.here, 'a').read(world.environmentId);
    expect(rows.map(({ node }) => node)).toEqual(['c']);
  });

  it('says which nodes it cannot ask while Redis is away, and is written anew by one that has forgotten all', async () => {
    const [a, b] = [fleetOf(world.here, 'a'), fleetOf(world.here, 'b')];
    appOf(b, 'theirs');
    await b.keeper.write();
    await a.others.look();
    await redis.crash();
    await expect.poll(() => client.status).not.toBe('ready');
    await expect.poll(async () => (await a.others.of(world.environmentId)).unknown).toEqual(['b']);
    await redis.start();
    await reached();
    await expect
      .poll(
        async () => {
          await b.keeper.write();
          return (await a.others.of(world.environmentId)).instances.map(({ host }) => host);
        },
        { timeout: 10_000, interval: 200 },
      )
      .toEqual(['theirs']);
  });

  it('lets go of what nodes wrote that have been gone for an hour', async () => {
    const shared = sharedOf(world.here, 'a');
    await shared.write(world.environmentId, 'x');
    expect(await shared.touch(world.environmentId)).toBe(true);
    await client.hset('turnout:instances:seen', `${world.environmentId}/a`, Date.now() - 3_700_000);
    expect(await sharedOf(world.here, 'b').read(world.environmentId)).toEqual([]);
    await shared.dropOld();
    expect(await client.hgetall('turnout:instances:seen')).toEqual({});
    expect(await shared.touch(world.environmentId)).toBe(false);
  });
});
