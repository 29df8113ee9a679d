import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from './connect.ts';
import { makeImage, readImage } from './embedded-image.ts';
import * as tables from './tables.ts';

describe('the embedded database', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-embedded-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const keysOf = async ({ db }: Database) => (await db.select().from(tables.projects)).map(({ key }) => key);

  it('begins with a kept image, and keeps what it is given over a restart', async () => {
    await makeImage();
    expect((await readImage())?.size).toBeGreaterThan(1_000_000);
    const first = await openDatabase({ folder });
    // The image is migrated already.
    expect(await first.migrate()).toEqual([]);
    await first.db.insert(tables.projects).values({ key: 'p', name: 'P', chainHead: '0' });
    await first.close();
    const second = await openDatabase({ folder });
    expect(await second.migrate()).toEqual([]);
    expect(await keysOf(second)).toContain('p');
    await second.close();
    expect(existsSync(join(folder, 'making-files'))).toBe(false);
  });

  it('whose making was broken off is made anew', async () => {
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'files', 'PG_VERSION'), 'torn');
    writeFileSync(join(folder, 'making-files'), '');
    const database = await openDatabase({ folder });
    await database.migrate();
    expect(await keysOf(database)).toEqual(['.installation']);
    await database.close();
  });

  it('is for its owner alone, also where its folder was open before', async () => {
    chmodSync(folder, 0o755);
    const database = await openDatabase({ folder });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await database.close();
  });

  it('is held by one process at a time', async () => {
    const database = await openDatabase({ folder });
    await expect(openDatabase({ folder })).rejects.toThrow(`in use by process ${process.pid}`);
    await database.close();
  });
});
