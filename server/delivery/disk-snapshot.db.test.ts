import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessList } from '../access/access-list.ts';
import { root, seedProject, setState } from '../changes/seed.fixture.ts';
import { keys } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { Secrets } from '../platform/secrets.ts';
import { DiskSnapshots } from './disk-snapshot.ts';
import { killFlag } from './kill-flag.ts';
import { openNode, SECRET, switchedDb, TestClock, type TestNode } from './test-node.fixture.ts';

const HOUR_MS = 3_600_000;

describe('the snapshot on disk', () => {
  let database: TestDatabase;
  let clock: TestClock;
  let nodes: TestNode[];
  let here: TestNode;
  let projectId: number;
  let environmentId: number;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(async () => {
    await database.reset();
    clock = new TestClock();
    nodes = [];
    const seeded = await seedProject(database.db, 'p', ['production'], ['a']);
    projectId = seeded.projectId;
    environmentId = seeded.environmentIds[0] ?? 0;
    here = await node();
    here.start();
    await here.rulesets.load(environmentId);
    await setState(here.door, projectId, [environmentId], 'a', 'on');
  });
  afterEach(async () => {
    for (const one of nodes) await one.remove();
  });
  afterAll(() => database.close());

  async function node(options: Parameters<typeof openNode>[1] = {}): Promise<TestNode> {
    const opened = await openNode(database, { clock, ...options });
    nodes.push(opened);
    return opened;
  }
  /** The next run of the same node, without a database. */
  async function restart(): Promise<TestNode> {
    await here.stop();
    const again = await node({ dataDir: here.dataDir });
    again.database.state = 'refused';
    return again;
  }
  const file = () => join(here.dataDir, 'snapshots', `${environmentId}.ruleset`);
  const place = { environment: { id: 0, key: 'production' }, flag: 'a' };
  const kill = (at: TestNode) =>
    killFlag(
      at.kill,
      { principal: root },
      { ...place, projectId, environment: { ...place.environment, id: environmentId } },
    );

  it('serves a start without a database, with its age', async () => {
    const before = here.rulesets.served(environmentId);
    clock.advance(60_000);
    const again = await restart();
    const served = await again.rulesets.load(environmentId);
    expect(served).toMatchObject({ position: before?.position, digest: before?.digest, etag: before?.etag });
    expect(served.base).toEqual(before?.base);
    expect(again.rulesets.ageMs(environmentId)).toBe(60_000);
    expect(again.faults()).toEqual([]);
    again.database.state = 'there';
    await again.rulesets.askPlaces();
    expect(again.rulesets.ageMs(environmentId)).toBe(0);
  });

  it('still knows the kills that were in force, recorded or not', async () => {
    here.database.state = 'refused';
    const killed = await kill(here);
    const again = await restart();
    const served = await again.rulesets.load(environmentId);
    expect(served.overlay.map(({ id }) => id)).toEqual([killed.id]);
    expect(served.base.flags.a?.killed).toBeUndefined();
    expect(served.compiled.ruleset.flags.a?.killed).toBe(true);
  });

  it('keeps a kill that the journal lost', async () => {
    here.database.state = 'refused';
    const killed = await kill(here);
    await here.stop();
    writeFileSync(join(here.dataDir, 'journal', 'kills.journal'), '');
    const again = await node({ dataDir: here.dataDir });
    again.database.state = 'refused';
    const served = await again.rulesets.load(environmentId);
    expect(served.overlay.map(({ id }) => id)).toEqual([killed.id]);
    expect(again.journal.entries().map(({ id }) => id)).toEqual([killed.id]);
  });

  it('is refused when it was altered, and the reason is told', async () => {
    await here.stop();
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('"state":"on"', '"state":"off"'));
    const again = await restart();
    await expect(again.rulesets.load(environmentId)).rejects.toMatchObject({ code: 'unavailable' });
    expect(again.faults().join()).toMatch(/is refused: its signature is not of this installation/);
  });

  it('is refused under the name of another environment', async () => {
    await here.stop();
    writeFileSync(join(here.dataDir, 'snapshots', `${environmentId + 1}.ruleset`), readFileSync(file()));
    const again = await restart();
    await expect(again.rulesets.load(environmentId + 1)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is refused when it is too old, but not its kills', async () => {
    here.database.state = 'refused';
    const killed = await kill(here);
    await here.stop();
    clock.advance(HOUR_MS + 1_000);
    const again = await restart();
    await expect(again.rulesets.load(environmentId)).rejects.toThrow(/older than SNAPSHOT_MAX_AGE_MS allows/);
    expect(again.faults().join()).toMatch(/older than SNAPSHOT_MAX_AGE_MS/);
    expect(again.overlays.of(environmentId).map(({ id }) => id)).toEqual([killed.id]);
  });

  it('is refused when it comes from the future', async () => {
    await here.stop();
    clock.advance(-120_000);
    await expect((await restart()).rulesets.load(environmentId)).rejects.toThrow(/in the future/);
  });

  it('does not grow old while the database confirms it, though nothing changes', async () => {
    clock.advance(2 * HOUR_MS);
    expect(here.rulesets.served(environmentId)).toBeDefined();
    await here.rulesets.askPlaces();
    await here.stop();
    const again = await restart();
    await again.rulesets.load(environmentId);
    expect(again.rulesets.ageMs(environmentId)).toBe(0);
  });

  it('names its files by numbers, never by keys, and leaves no drafts', async () => {
    await here.stop();
    const names = readdirSync(join(here.dataDir, 'snapshots'));
    expect(names.filter((name) => !/^(\d+\.ruleset|access|confirmed)$/.test(name))).toEqual([]);
  });
});

describe('the access list on disk', () => {
  let database: TestDatabase;
  let clock: TestClock;
  let node: TestNode;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(async () => {
    await database.reset();
    clock = new TestClock();
    node = await openNode(database, { clock });
  });
  afterEach(() => node.remove());
  afterAll(() => database.close());

  const signer = Secrets.open({ dataDir: '', fromEnv: SECRET });
  const log = { warn: () => undefined, error: () => undefined };
  const disk = () => {
    const folder = join(node.dataDir, 'snapshots');
    return new DiskSnapshots({ folder, signer, clock, log, maxAgeMs: HOUR_MS, hold: () => undefined });
  };
  async function filledList(): Promise<AccessList> {
    const { projectId, environmentIds } = await seedProject(database.db, 'p', ['production'], []);
    await database.db.insert(keys).values({
      ...{ id: 'k1', projectId, environmentId: environmentIds[0] ?? 0, kind: 'server', name: 'k', verifier: 'v' },
      ...{ origins: [], createdBy: 'root' },
    });
    const list = new AccessList({ db: database.db, clock, rootVerifier: undefined });
    await list.refresh();
    return list;
  }
  function emptyList(): AccessList {
    const away = switchedDb(database);
    away.state = 'refused';
    return new AccessList({ db: away.db, clock, rootVerifier: undefined });
  }

  it('lets a start without a database know who may do what, and revives no revoked key', async () => {
    const list = await filledList();
    await disk().followAccess(list);
    const saved = await disk().readAccess();
    const again = emptyList();
    if (saved) again.fromDisk(saved);
    expect(again.isLive('k1')).toBe(true);
    list.revokeHere('k1');
    await disk().followAccess(list);
    const later = emptyList();
    const revoked = await disk().readAccess();
    if (revoked) later.fromDisk(revoked);
    expect(later.isLive('k1')).toBe(false);
  });

  it('is refused when it was altered or is too old', async () => {
    await disk().followAccess(await filledList());
    clock.advance(HOUR_MS + 1);
    const old = disk();
    expect(await old.readAccess()).toBeUndefined();
    expect(old.faults().join()).toMatch(/older than SNAPSHOT_MAX_AGE_MS/);
    clock.advance(-HOUR_MS);
    const path = join(node.dataDir, 'snapshots', 'access');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"revoked":false', '"revoked":true'));
    const altered = disk();
    expect(await altered.readAccess()).toBeUndefined();
    expect(altered.faults().join()).toMatch(/refused/);
  });
});
