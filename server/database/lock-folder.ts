import { link, open, readFile, rename, rm } from 'node:fs/promises';

/**
 * Takes the folder's lock file, which names the holder's process. A lock whose process is gone (kill -9, power) is
 * taken over. Throws with the holder's number where it lives.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = `${folder}/lock`;
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(`${process.pid}\n${await startOf(process.pid)}\n`);
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (!isExisting(error)) throw error;
    }
    const content = await readFile(path, 'utf8').catch(() => '');
    const holder = await liveHolder(content);
    if (holder !== undefined) {
      throw new Error(
        `${folder} is in use by process ${holder}. Stop that one, or give this one another DATA_DIR (or a DATABASE_URL).`,
      );
    }
    await removeStale(path, content);
  }
  throw new Error(`${folder} could not be locked: another process keeps taking it.`);
}

/** Two processes may find the same stale lock: whoever moved away a newer one than it had read puts it back. */
async function removeStale(path: string, content: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).catch(() => undefined);
  if ((await readFile(aside, 'utf8').catch(() => content)) !== content) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function liveHolder(content: string): Promise<number | undefined> {
  const [pidText, start] = content.split('\n');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined;
  }
  // A number may have been given to another process since: its start time tells (where the system shows one).
  const now = await startOf(pid);
  return start && now && start !== now ? undefined : pid;
}

/** When a process started, in the kernel's ticks; empty where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the command in brackets and may hold spaces: count from behind it. Start time is field 22.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
