import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A Redis of our own, which keeps nothing on disk. */
export interface PrivateRedis {
  url: string;
  /** Kills it, as a crash would. */
  crash(): Promise<void>;
  /** Begins it anew on the same port, with nothing in it. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Where the machine has Redis; in CI a machine without it is a failure. */
export function findRedis(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path));
  if (found === undefined && process.env.CI === 'true') throw new Error('redis-server is not on the path');
  return found;
}

export async function startPrivateRedis(program: string): Promise<PrivateRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'turnout-redis-'));
  const port = await freePort();
  let running: ChildProcess | undefined;
  const crash = async () => {
    const ended = running && new Promise((resolve) => running?.once('exit', resolve));
    running?.kill('SIGKILL');
    await ended;
    running = undefined;
  };
  const start = async () => {
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    running = spawn(program, [...settings, '--dir', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      running?.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
      running?.stdout?.on('data', (text: Buffer) => {
        if (text.includes('Ready to accept connections')) resolve();
      });
    });
  };
  const stop = async () => {
    await crash();
    rmSync(folder, { recursive: true, force: true });
  };
  await start();
  return { url: `redis://127.0.0.1:${port}/0`, crash, start, stop };
}

async function freePort(): Promise<number> {
  // Below 32768, so that no outgoing connection of this machine is given it meanwhile.
  for (let port = 21_000 + (process.pid % 10_000); ; port++) {
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer().once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
