import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockFolder } from './lock-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnout-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('lets one holder in at a time, and says who it is', async () => {
  const unlock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.pid}`);
  await unlock();
  await (await lockFolder(folder))();
});

it('takes over the lock of a process that is gone', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  const pid = child.pid;
  await new Promise((resolve) => child.once('exit', resolve));
  await writeFile(join(folder, 'lock'), `${pid}\n1\n`);
  const unlock = await lockFolder(folder);
  expect(await readFile(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid}\n`));
  await unlock();
});

it('takes over a lock whose number now belongs to a younger process', async () => {
  await writeFile(join(folder, 'lock'), `${process.pid}\n1\n`);
  await (await lockFolder(folder))();
});

it('takes over a lock file that was cut short by a crash', async () => {
  await writeFile(join(folder, 'lock'), '');
  await (await lockFolder(folder))();
});
