import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepNodeId } from './node-id.ts';

describe('the name of a node', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'turnout-node-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is the same after a restart, and another in another folder', async () => {
    const first = await keepNodeId(join(folder, 'a'));
    expect(await keepNodeId(join(folder, 'a'))).toBe(first);
    expect(await keepNodeId(join(folder, 'b'))).not.toBe(first);
  });

  it('is made anew for as long as what is there cannot be one', async () => {
    await writeFile(join(folder, 'node'), '');
    expect(await keepNodeId(folder)).toMatch(/^[0-9a-f]{16}$/);
  });
});
