import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../database/connect.ts';
import { databaseKinds } from '../database/test-database.ts';
import { type FreshDatabase, freshDatabase } from '../journeys/fresh-database.fixture.ts';
import { runCommand } from './run-command.ts';

describe.each(databaseKinds)('turnout migrate on %s', (kind) => {
  let dataDir: string;
  let fresh: FreshDatabase | undefined;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'turnout-migrate-'));
    fresh = kind === 'postgres' ? await freshDatabase() : undefined;
  });
  afterAll(async () => {
    await fresh?.drop();
    rmSync(dataDir, { recursive: true });
  });

  async function turnout(...words: string[]) {
    const out: string[] = [];
    const code = await runCommand(words, {
      env: { DATA_DIR: dataDir, ...(fresh ? { DATABASE_URL: fresh.url } : {}) },
      print: (line) => out.push(line),
      warn: (line) => out.push(line),
      readInput: async () => '',
      stopped: AbortSignal.timeout(1_000),
    });
    return { code, out: out.join('\n') };
  }

  it('brings a new database up to date, says what it applied, and does nothing the second time', async () => {
    const first = await turnout('migrate', '--json');
    expect(first.code).toBe(0);
    // An embedded database may begin with an image that is migrated already.
    const { applied } = JSON.parse(first.out);
    if (kind === 'postgres') expect(applied).toContain('0001_house.sql');
    expect(await turnout('migrate')).toEqual({ code: 0, out: 'The database is up to date.' });
    expect(await turnout('verify', '--direct')).toMatchObject({ code: 0 });
  });

  if (kind === 'postgres') return;
  it('says who holds the folder, and ends with 1', async () => {
    const held = await openDatabase({ folder: join(dataDir, 'database') });
    try {
      const refused = await turnout('migrate');
      expect(refused.code).toBe(1);
      expect(refused.out).toContain(`is in use by process ${process.pid}`);
    } finally {
      await held.close();
    }
  });
});
