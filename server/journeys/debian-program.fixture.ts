import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A program of the machine, in a folder of its own on a port of loopback; never a service of the system. */
export interface DebianProgram {
  url: string;
  port: number;
  /** Ends it at once; what it has on its disk stays. */
  crash(): Promise<void>;
  /** Starts it again on the same port and folder, and waits until it is ready. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

interface Wanted {
  path: string;
  /** Files that are written into its folder first. */
  files: Record<string, string>;
  args(folder: string, port: number): string[];
  /** What answers 200 once it is ready. */
  readyPath: string;
  /** Where it is to listen; any port that is free unless given. */
  port?: number | undefined;
}

/** Where the machine has a program; in CI a machine without it is a failure. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined && process.env.CI === 'true') throw new Error(`${name} is not on the path`);
  return found;
}

export async function startDebianProgram(wanted: Wanted): Promise<DebianProgram> {
  const { path, files, args, readyPath } = wanted;
  const folder = mkdtempSync(join(tmpdir(), 'turnout-program-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const port = wanted.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  let running: ChildProcess | undefined;
  const crash = async () => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  const start = async () => {
    let said = '';
    const child = spawn(path, args(folder, port), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    for (const output of [child.stdout, child.stderr]) output.on('data', (text: Buffer) => (said += text.toString()));
    const until = Date.now() + 60_000;
    for (;;) {
      const ready = await fetch(`${url}${readyPath}`).catch(() => undefined);
      if (ready?.ok) return;
      if (child.exitCode !== null || Date.now() > until) throw new Error(`${path} does not get ready:\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const stop = async () => {
    await crash();
    rmSync(folder, { recursive: true, force: true });
  };
  await start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, port, crash, start, stop };
}

let next = 21_000 + (process.pid % 10_000);

/** A port of loopback that nobody has, for what must be known before it listens. */
export async function freePort(): Promise<number> {
  // Below 32768, so that no outgoing connection of this machine is given it meanwhile.
  for (;;) {
    const port = next++;
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer().once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
