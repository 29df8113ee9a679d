import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as tables from './tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from './test-database.ts';

describe.each(databaseKinds)('the %s database', (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());

  it('has every table and column that the stores know', async () => {
    for (const table of Object.values(tables)) {
      await expect(database.db.select().from(table).limit(1)).resolves.toBeDefined();
    }
  });

  it('keeps the order of keys in authored JSON', async () => {
    const [project] = await database.db
      .insert(tables.projects)
      .values({ key: 'p', name: 'P', chainHead: '0' })
      .returning();
    await database.db.insert(tables.flags).values({
      projectId: project?.id ?? 0,
      key: 'f',
      type: 'string',
      variants: { zebra: 'z', a: 'a', mm: 'm' },
      tags: [],
    });
    const [flag] = await database.db.select().from(tables.flags);
    expect(Object.keys(flag?.variants ?? {})).toEqual(['zebra', 'a', 'mm']);
  });

  it('refuses to change or cut the log', async () => {
    for (const statement of ['UPDATE changes SET actor = $$x$$', 'DELETE FROM changes', 'TRUNCATE changes CASCADE']) {
      await database.db.execute(sql`INSERT INTO changes (project_id, seq, at, actor, action, subject, payload_hash, prev_hash, hash)
        SELECT id, 1, now(), 'a', 'b', 'c', 'd', 'e', 'f' FROM projects WHERE key = 'p' ON CONFLICT DO NOTHING`);
      await expect(database.db.execute(sql.raw(statement))).rejects.toThrow();
    }
  });

  it('hears what is notified', async () => {
    const heard: string[] = [];
    const stop = await database.listen(
      'test_channel',
      (payload) => heard.push(payload),
      () => undefined,
    );
    await database.notify('test_channel', 'ding');
    await expect.poll(() => heard, { timeout: 5000 }).toEqual(['ding']);
    await stop();
  });

  it('can be emptied between tests', async () => {
    await database.reset();
    expect(await database.db.select().from(tables.changes)).toEqual([]);
    expect((await database.db.select().from(tables.projects)).map((row) => row.key)).toEqual(['.installation']);
  });
});
