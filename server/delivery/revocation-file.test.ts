import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeldRevocation } from '../access/held-revocations.ts';
import { Secrets } from '../platform/secrets.ts';
import { revocationFile } from './revocation-file.ts';

const held: HeldRevocation = {
  ...{ v: 1, kind: 'revoke', credential: 'abc', what: 'key', projectId: 1, actor: 'root' },
  at: '2026-01-01T00:00:00.000Z',
};

describe('the file of held revocations', () => {
  let folder = '';
  let errors: unknown[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'turnout-revocations-'));
    errors = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const open = (secret = 'a'.repeat(32)) =>
    revocationFile({
      folder: join(folder, 'journal'),
      signer: Secrets.open({ dataDir: folder, fromEnv: secret }),
      log: { error: (...all: unknown[]) => errors.push(all) },
    });

  it('gives back what was written, and nothing where nothing was', async () => {
    expect(await open().read()).toEqual([]);
    await open().write([held]);
    expect(await open().read()).toEqual([held]);
    await open().write([]);
    expect(await open().read()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('refuses what another installation wrote or somebody altered, and keeps it aside', async () => {
    await open().read();
    await open().write([held]);
    const path = join(folder, 'journal', 'revocations.journal');
    await writeFile(path, (await readFile(path, 'utf8')).replace('abc', 'abd'));
    expect(await open().read()).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(await readdir(join(folder, 'journal'))).toEqual(['revocations.journal.refused']);
    await open('b'.repeat(32)).write([held]);
    expect(await open().read()).toEqual([]);
  });
});
