import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './put-load.ts';

export const HOUSE = fileURLToPath(new URL('../../', import.meta.url));
const FROM_SOURCE = ['--conditions=turnout-src', '--import', 'tsx'];

/** Compiles the house and bundles its packages, so that what is measured is what runs in production. */
export function buildHouse(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: HOUSE, stdio: 'inherit' });
}

/** Starts a file of this folder in its compiled form, as a process with a channel for messages. */
export function forkBuilt(file: string, args: string[] = [], env: Record<string, string> = {}): ChildProcess {
  return fork(`${HOUSE}loadtest/dist/prove/${file}`, args, {
    cwd: HOUSE,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });
}

/** Starts a TypeScript file as a process with a channel for messages. */
export function forkHere(file: string, args: string[] = [], env: Record<string, string> = {}): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv: FROM_SOURCE,
    cwd: HOUSE,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The next message of a child; rejects when it ends first. */
export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process ended early, with code ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.removeListener('exit', ended);
      resolve(message as T);
    });
  });
}

/** Ends a child as an operator would, and by force after five seconds. */
export function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGCONT');
    child.kill('SIGTERM');
  });
}

/** Runs a load in a process of its own. */
export async function runLoad(generator: ChildProcess, order: LoadOrder): Promise<LoadResult> {
  generator.send(order);
  const answer = await nextMessage<{ result?: LoadResult; error?: string }>(generator);
  if (answer.result === undefined) throw new Error(answer.error ?? 'the load gave nothing');
  return answer.result;
}

/** A port that is free now, for a server whose address must be known beforehand. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
