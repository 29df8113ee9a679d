import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { root, seedProject, setState } from '../changes/seed.fixture.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import type { Served, ServedStep } from './served.ts';
import { joinNodes, openNode, TestClock, type TestNode } from './test-node.fixture.ts';

/** For what comes by itself, on however busy a machine. */
const LONG = { timeout: 20_000 };

describe.each(databaseKinds)('rulesets in memory over the %s database', (kind) => {
  let database: TestDatabase;
  let nodes: TestNode[];
  let seeded: Awaited<ReturnType<typeof seedProject>>;
  let environmentId: number;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(async () => {
    await database.reset();
    nodes = [];
    seeded = await seedProject(database.db, 'p', ['production', 'staging'], ['a', 'b']);
    environmentId = seeded.environmentIds[0] ?? 0;
  });
  afterEach(async () => {
    for (const node of nodes) await node.remove();
  });
  afterAll(() => database.close());

  async function node(options: Parameters<typeof openNode>[1] = {}): Promise<TestNode> {
    const opened = await openNode(database, options);
    nodes.push(opened);
    return opened;
  }
  const turn = (at: TestNode, state: 'on' | 'off', flag = 'a') =>
    setState(at.door, seeded.projectId, [environmentId], flag, state);
  function watch(at: TestNode): [Served, ServedStep][] {
    const seen: [Served, ServedStep][] = [];
    at.rulesets.onServed((now, step) => seen.push([now, step]));
    return seen;
  }

  it('loads once for all who ask, and serves what the database has', async () => {
    const here = await node();
    const seen = watch(here);
    expect(here.rulesets.served(environmentId)).toBeUndefined();
    expect(here.rulesets.ageMs(environmentId)).toBe(Number.POSITIVE_INFINITY);
    const [one, two] = await Promise.all([here.rulesets.load(environmentId), here.rulesets.load(environmentId)]);
    expect(one).toBe(two);
    expect(one.position).toBe(`${seeded.epochs[0]}.0`);
    expect(Object.keys(one.base.flags)).toEqual(['a', 'b']);
    expect(seen).toHaveLength(1);
    expect(here.rulesets.ageMs(environmentId)).toBeLessThan(30_000);
  });

  it('says that an environment is not there, and that nothing is there yet', async () => {
    const here = await node();
    await expect(here.rulesets.load(123_456)).rejects.toMatchObject({ code: 'not_found' });
    here.database.state = 'refused';
    await expect(here.rulesets.load(environmentId)).rejects.toMatchObject({ code: 'unavailable', status: 503 });
  });

  it('follows its own changes by their patches, and what is untouched stays the same object', async () => {
    const here = await node();
    const first = await here.rulesets.load(environmentId);
    const seen = watch(here);
    const { change } = await turn(here, 'on');
    const [served, step] = seen[0] ?? [];
    expect(served?.position).toBe(change?.environments[0]?.position);
    expect(step?.patches?.map(({ from, to }) => [from, to])).toEqual([[first.position, served?.position]]);
    expect(served?.base.flags.b).toBe(first.base.flags.b);
    expect(served?.compiled.flags.get('b')).toBe(first.compiled.flags.get('b'));
    expect(served?.etag).not.toBe(first.etag);
    expect(here.rulesets.patchesFrom(environmentId, first.position)).toEqual(step?.patches);
    expect(here.rulesets.patchesFrom(environmentId, served?.position ?? '')).toEqual([]);
    expect(here.rulesets.patchesFrom(environmentId, 'elsewhere.1')).toBeUndefined();
  });

  it('gives the door what it holds, without the overlay', async () => {
    const here = await node();
    const served = await here.rulesets.load(environmentId);
    const { position, digest, base } = served;
    expect(here.rulesets.held(environmentId)).toEqual({ position, digest, base });
  });

  it('catches up by patches after rings that it missed, all of them in the ring for its streams', async () => {
    const [here, there] = [await node(), await node()];
    const first = await here.rulesets.load(environmentId);
    for (const state of ['on', 'off', 'on'] as const) await turn(there, state);
    expect(here.rulesets.served(environmentId)).toBe(first);
    const seen = watch(here);
    await here.rulesets.askPlaces();
    await expect.poll(() => seen.length, LONG).toBe(1);
    const [served, step] = seen[0] ?? [];
    expect(step?.patches).toHaveLength(3);
    expect(here.rulesets.patchesFrom(environmentId, first.position)).toHaveLength(3);
    expect(served?.base).toEqual((await there.rulesets.load(environmentId)).base);
    expect(served?.digest).toBe(there.rulesets.served(environmentId)?.digest);
    expect(served?.etag).toBe(there.rulesets.served(environmentId)?.etag);
  });

  it('applies the patch of a ring only where its digest follows on from its own', async () => {
    const here = await node();
    const first = await here.rulesets.load(environmentId);
    const { epoch } = first.base;
    const patch = JSON.stringify({ from: first.position, to: `${epoch}.1`, flags: {}, removedFlags: ['a'] });
    here.doorbell.ring({ environmentId, position: `${epoch}.1`, digest: 'f'.repeat(64), patch });
    here.doorbell.ring({ environmentId, position: `${epoch}.1`, digest: '' });
    expect(here.rulesets.heard(environmentId)).toBe(`${epoch}.1`);
    await here.rulesets.refresh(environmentId);
    expect(here.rulesets.served(environmentId)?.base).toEqual(first.base);
  });

  it('ignores a ring that is older than what it serves', async () => {
    const here = await node();
    const first = await here.rulesets.load(environmentId);
    await turn(here, 'on');
    const seen = watch(here);
    here.doorbell.ring({ environmentId, position: first.position, digest: first.digest });
    expect(here.rulesets.heard(environmentId)).toBe(here.rulesets.served(environmentId)?.position);
    await here.rulesets.refresh(environmentId);
    expect(seen).toEqual([]);
  });

  it('hears another node through the doorbell without asking the database', async () => {
    const [here, there] = [await node(), await node()];
    joinNodes(here, there);
    await here.rulesets.load(environmentId);
    here.database.state = 'refused';
    await turn(there, 'on');
    expect(here.rulesets.served(environmentId)?.base.flags.a?.state).toBe('on');
  });

  it('grows old while nobody confirms it, and young again by the 2 s query', async () => {
    const clock = new TestClock();
    const here = await node({ clock });
    await here.rulesets.load(environmentId);
    clock.advance(5_000);
    here.database.state = 'refused';
    await here.rulesets.askPlaces();
    expect(here.rulesets.ageMs(environmentId)).toBe(5_000);
    here.database.state = 'there';
    await here.rulesets.askPlaces();
    expect(here.rulesets.ageMs(environmentId)).toBe(0);
  });

  it('shares one read among all who ask while one is under way', async () => {
    const here = await node();
    await here.rulesets.load(environmentId);
    const there = await node();
    const early = here.rulesets.refresh(environmentId);
    const { change } = await turn(there, 'on');
    await Promise.all([early, here.rulesets.refresh(environmentId), here.rulesets.refresh(environmentId)]);
    expect(here.rulesets.served(environmentId)?.position).toBe(change?.environments[0]?.position);
  });

  it('unloads what nobody asked for in ten minutes, unless somebody has a stream of it', async () => {
    const clock = new TestClock();
    const here = await node({ clock });
    for (const id of seeded.environmentIds) await here.rulesets.load(id);
    here.rulesets.keepWhile((id) => id === environmentId);
    clock.advance(601_000);
    await here.rulesets.askPlaces();
    expect(here.rulesets.heldEnvironments()).toEqual([environmentId]);
  });

  it('goes on to the others when one listener fails', async () => {
    const here = await node();
    await here.rulesets.load(environmentId);
    here.rulesets.onServed(() => {
      throw new Error('one that fails');
    });
    const seen = watch(here);
    await turn(here, 'on');
    expect(seen).toHaveLength(1);
    expect(here.log.join()).toMatch(/listener/);
  });

  it('is built by patches exactly as the database has it, over many changes', async () => {
    const [here, there] = [await node(), await node()];
    joinNodes(here, there);
    await here.rulesets.load(environmentId);
    for (let i = 0; i < 12; i++) {
      await setState(there.door, seeded.projectId, [environmentId], i % 3 ? 'a' : 'b', i % 2 ? 'off' : 'on', {
        principal: root,
      });
    }
    const fresh = await node();
    const { base, digest, position } = await fresh.rulesets.load(environmentId);
    const served = here.rulesets.served(environmentId);
    expect(JSON.stringify(served?.base)).toBe(JSON.stringify(base));
    expect([served?.digest, served?.position]).toEqual([digest, position]);
  });
});
