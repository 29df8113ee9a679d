import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRootToken, keepSetupLink } from './first-start.ts';

describe('the root token', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'turnout-first-')), 'data');
  });
  afterEach(() => rmSync(join(dataDir, '..'), { recursive: true }));

  it('is made once, for the owner’s eyes alone, and found again', () => {
    const first = findRootToken({ rootToken: undefined, dataDir });
    expect(first).toMatchObject({ made: true, path: join(dataDir, 'first-start') });
    expect(first.token).toMatch(/^[\w-]{43}$/);
    expect(statSync(first.path ?? '').mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(findRootToken({ rootToken: undefined, dataDir })).toEqual({ ...first, made: false });
  });

  it('that is set is taken as it is, and no file is made', () => {
    const rootToken = 'a root token that somebody thought of';
    expect(findRootToken({ rootToken, dataDir })).toEqual({ token: rootToken, path: undefined, made: false });
    expect(() => statSync(join(dataDir, 'first-start'))).toThrow();
  });

  it('stands on the first line, as in files that hold nothing else, and the setup link behind a # below it', () => {
    const { token, path = '' } = findRootToken({ rootToken: undefined, dataDir });
    const offer = { token: 'turnout_link_x', expiresAt: new Date('2026-01-31T12:00:00.000Z') };
    const link = 'https://flags.test/setup#turnout_link_x';
    expect(keepSetupLink(dataDir, 'https://flags.test', offer)).toBe(link);
    const written = `${token}\n# The first administrator, until 2026-01-31T12:00:00.000Z: ${link}\n`;
    expect(readFileSync(path, 'utf8')).toBe(written);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(findRootToken({ rootToken: undefined, dataDir })).toEqual({ token, path, made: false });
    // A newer link takes its place, and where there is an administrator none is left.
    keepSetupLink(dataDir, 'https://flags.test', offer);
    expect(readFileSync(path, 'utf8')).toBe(written);
    expect(keepSetupLink(dataDir, 'https://flags.test', undefined)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe(`${token}\n`);
  });

  it('is made beside a setup link that was written while a token was set', () => {
    const offer = { token: 'turnout_link_x', expiresAt: new Date() };
    const rootToken = 'a root token that somebody thought of';
    findRootToken({ rootToken, dataDir });
    keepSetupLink(dataDir, 'http://127.0.0.1:8420', offer);
    const { token, made, path = '' } = findRootToken({ rootToken: undefined, dataDir });
    expect({ made, token }).toEqual({ made: true, token: expect.stringMatching(/^[\w-]{43}$/) });
    expect(readFileSync(path, 'utf8')).toContain('/setup#turnout_link_x');
  });

  it('is refused where others may read it, or where the file is empty', () => {
    const { path = '' } = findRootToken({ rootToken: undefined, dataDir });
    chmodSync(path, 0o644);
    expect(() => findRootToken({ rootToken: undefined, dataDir })).toThrow('may be read by others');
    chmodSync(path, 0o600);
    writeFileSync(path, '\n');
    expect(() => findRootToken({ rootToken: undefined, dataDir })).toThrow('holds no root token');
  });
});
