import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRootToken } from './first-start.ts';

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

  it('is refused where others may read it, or where the file is empty', () => {
    const { path = '' } = findRootToken({ rootToken: undefined, dataDir });
    chmodSync(path, 0o644);
    expect(() => findRootToken({ rootToken: undefined, dataDir })).toThrow('may be read by others');
    chmodSync(path, 0o600);
    writeFileSync(path, '\n');
    expect(() => findRootToken({ rootToken: undefined, dataDir })).toThrow('holds no root token');
  });
});
