import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('a server whose log nobody reads any more goes on serving, at rest, and ends in order', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'turnout-unread-'));
  const { TEST_DATABASE_URL: _test, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--conditions=turnout-src', '--import', 'tsx', 'server/main.ts'], {
    cwd: join(import.meta.dirname, '..'),
    env: { ...inherited, DATA_DIR: dataDir, PORT: '0', TURNOUT_DEMO: 'false', LOG_LEVEL: 'debug' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (found !== undefined) resolve(found);
      });
    });
    child.stdout.destroy();
    child.stderr.destroy();
    const isReady = async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status;
    await expect.poll(isReady, { timeout: 60_000 }).toBe(200);
    const before = cpuTicks(child.pid);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    // At rest it uses a few hundredths of a second; one that logs its own broken pipe uses all that there is.
    expect(cpuTicks(child.pid) - before).toBeLessThan(100);
    expect(await isReady()).toBe(200);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  } finally {
    child.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 120_000);

/** What a process has used, in hundredths of a second; 0 where the system does not show it. */
function cpuTicks(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
