import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projects } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { testDoor } from './door.fixture.ts';
import { type Follower, followLog, projectsAhead } from './follow.ts';
import { seedProject, setState } from './seed.fixture.ts';

describe('following the log', () => {
  let database: TestDatabase;
  let projectId: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    const seeded = await seedProject(database.db, 'p', ['dev'], ['f']);
    projectId = seeded.projectId;
    const door = testDoor(database);
    for (const state of ['on', 'off', 'on'] as const)
      await setState(door, projectId, seeded.environmentIds, 'f', state);
  });
  afterAll(() => database.close());

  it('hands every entry to a follower once, in order, and goes on where it stopped', async () => {
    const seen: string[] = [];
    const follower: Follower = {
      name: 'reader',
      handle: async (_tx, entry) => void seen.push(`${entry.seq} ${entry.action}`),
    };
    expect(await followLog(database.db, follower, projectId, 2)).toBe(2);
    expect(await followLog(database.db, follower, projectId)).toBe(1);
    expect(await followLog(database.db, follower, projectId)).toBe(0);
    expect(seen).toEqual(['1 flag.on', '2 flag.off', '3 flag.on']);
  });

  it('keeps its place at an entry that fails, and tries it again', async () => {
    let failures = 2;
    const seen: number[] = [];
    const follower: Follower = {
      name: 'stumbler',
      handle: async (_tx, entry) => {
        if (entry.seq === 2 && failures-- > 0) throw new Error('not yet');
        seen.push(entry.seq);
      },
    };
    await expect(followLog(database.db, follower, projectId)).rejects.toThrow('not yet');
    await expect(followLog(database.db, follower, projectId)).rejects.toThrow('not yet');
    await followLog(database.db, follower, projectId);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('never hands one entry to two nodes at the same time', async () => {
    const seen: number[] = [];
    const follower: Follower = { name: 'pair', handle: async (_tx, entry) => void seen.push(entry.seq) };
    await Promise.all([followLog(database.db, follower, projectId), followLog(database.db, follower, projectId)]);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('hands kills alone to whoever follows only them, and then is not behind any more', async () => {
    const { db } = database;
    const door = testDoor(database);
    const { environmentIds } = await seedProject(db, 'q', ['dev'], ['f']);
    const [project] = await db.select().from(projects).where(eq(projects.key, 'q'));
    const id = project?.id ?? 0;
    await setState(door, id, environmentIds, 'f', 'on');
    await setState(door, id, environmentIds, 'f', 'off', { killId: 'k'.repeat(32) });
    await setState(door, id, environmentIds, 'f', 'on');
    expect(await projectsAhead(db, 'kills')).toEqual([projectId, id]);
    const seen: (string | null)[] = [];
    const follower: Follower = {
      name: 'kills',
      kills: true,
      handle: async (_tx, { killId }) => void seen.push(killId),
    };
    expect(await followLog(db, follower, id)).toBe(1);
    expect(seen).toEqual(['k'.repeat(32)]);
    expect(await projectsAhead(db, 'kills')).toEqual([projectId]);
    await setState(door, id, environmentIds, 'f', 'off');
    expect(await projectsAhead(db, 'kills')).toEqual([projectId, id]);
    expect(await followLog(db, follower, id)).toBe(0);
    expect(await projectsAhead(db, 'kills')).toEqual([projectId]);
  });
});
