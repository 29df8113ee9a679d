import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { programFile } from './programs.fixture.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** What a process of apps is to do. */
export interface AppOrder {
  url: string;
  key: string;
  /** One client each, and what it is called. */
  hosts: string[];
  clockOffMs: number;
}

/** Clients of the SDK in a process of their own. */
export interface RunningApps {
  /** Stops the process in its tracks; its sockets stay open. */
  freeze(): void;
  wake(): void;
  /** Closes the clients, as an app that ends in order does. */
  close(): Promise<void>;
  end(): void;
}

/** Starts a process of apps, and waits until each has its ruleset. */
export async function startApps(order: Omit<AppOrder, 'clockOffMs'> & { clockOffMs?: number }): Promise<RunningApps> {
  const child = fork(await programFile('apps'), [], {
    cwd: REPOSITORY,
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await tell(child, { clockOffMs: 0, ...order });
  return {
    freeze: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    close: () => tell(child, 'close'),
    end: () => void child.kill('SIGKILL'),
  };
}

function tell(child: ChildProcess, order: AppOrder | 'close'): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`a process of apps ended with ${code}`)));
    child.send(order);
  });
}
