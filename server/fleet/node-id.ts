import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The name of a node among the others: made once, and kept in its folder, so that it is the same after a restart. */
export async function keepNodeId(dataDir: string): Promise<string> {
  const path = join(dataDir, 'node');
  const made = randomBytes(8).toString('hex');
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(path, made, { flag: 'wx', mode: 0o600 });
    return made;
  } catch {
    // It is there already, or cannot be kept: then each start is another node, and the one before is gone in seconds.
    const kept = await readFile(path, 'utf8').catch(() => '');
    return /^[0-9a-f]{16}$/.test(kept) ? kept : made;
  }
}
