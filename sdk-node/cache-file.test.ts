import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownerOf, readCache, writeCache } from './cache-file.ts';
import { flagOf, killOf, snapshotOf } from './house-server.fixture.ts';

const HOUR = 3_600_000;
const snapshot = { ...snapshotOf(flagOf('a')), overlay: [killOf('a')], settled: ['2'.repeat(32)] };
const ownerAt = (url: string, key: string) => ownerOf(new URL(url), key);
const owner = ownerAt('https://flags.test', 'a key');
const now = Date.UTC(2024, 0, 1);

describe('the cache on disk', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-cache-'));
    path = join(folder, 'flags.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives back ruleset, overlay and what is settled, older by the time since', async () => {
    await writeCache(path, owner, { snapshot, ageMs: 250 }, now);
    expect(readCache(path, owner, now + HOUR)).toEqual({ snapshot, ageMs: 250 + HOUR });
  });

  it('is readable by its owner only, and leaves nothing beside it', async () => {
    writeFileSync(path, 'an older file');
    chmodSync(path, 0o644);
    await writeCache(path, owner, { snapshot, ageMs: 0 }, now);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['flags.json']);
  });

  it('counts as infinitely old when its time lies in the future, or when nobody knew its age', async () => {
    await writeCache(path, owner, { snapshot, ageMs: 0 }, now);
    expect(readCache(path, owner, now - 1)).toMatchObject({ ageMs: Number.POSITIVE_INFINITY });
    await writeCache(path, owner, { snapshot, ageMs: Number.POSITIVE_INFINITY }, now);
    expect(readCache(path, owner, now)).toMatchObject({ ageMs: Number.POSITIVE_INFINITY });
  });

  it('is not served to another key or server, and does not hold the key', async () => {
    await writeCache(path, owner, { snapshot, ageMs: 0 }, now);
    expect(readCache(path, ownerAt('https://flags.test', 'another key'), now)).toMatch(/another address or key/);
    expect(readCache(path, ownerAt('https://other.test', 'a key'), now)).toMatch(/another address or key/);
    expect(readCache(path, ownerAt('https://flags.test/', 'a key'), now)).toMatchObject({ ageMs: 0 });
    expect(readFileSync(path, 'utf8')).not.toContain('a key');
  });

  it('is nothing where there is no file', () => {
    expect(readCache(path, owner, now)).toBeUndefined();
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"format":2}',
    `{"format":1,"owner":"${owner}"}`,
    '{"format":1,"snapshot":{"ruleset":{"epoch":1}}}',
    '['.repeat(100_000),
  ])('that is broken is told from a good one: %.40s', (text) => {
    writeFileSync(path, text);
    expect(readCache(path, owner, now)).toMatch(/^it is/);
  });

  it('that cannot be written leaves the old one, and no half', async () => {
    await writeCache(path, owner, { snapshot, ageMs: 0 }, now);
    await expect(writeCache(join(folder, 'no-folder', 'f'), owner, { snapshot, ageMs: 0 }, now)).rejects.toThrow();
    await expect(writeCache(folder, owner, { snapshot, ageMs: 0 }, now)).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['flags.json']);
    expect(readCache(path, owner, now)).toMatchObject({ ageMs: 0 });
  });
});
