import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { programFile } from './programs.fixture.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** What a shop is to do. */
export interface ShopOrder {
  url: string;
  key: string;
  host: string;
  flag: string;
  seed: number;
  visitorsPerSecond: number;
  /** How often an order fails, by what its visitor got. */
  failRate: { on: number; off: number };
  /** Each so many visitors one is of the staff. */
  staffEvery: number;
}

/** What a shop did: visitors in all, and what was served since it was asked last. */
export interface ShopCounts {
  visitors: number;
  served: { on: number; off: number };
  /** Orders and failed ones in all, by what the visitor got. */
  orders: { on: number; off: number };
  failed: { on: number; off: number };
  /** When somebody got the new variant first, in milliseconds of the wall clock; null before. */
  firstOn: number | null;
}

export interface RunningShop {
  counts(): Promise<ShopCounts>;
  /** Sends what it has seen so far, so that nobody waits for its next report. */
  flush(): Promise<void>;
  close(): Promise<void>;
  end(): void;
}

/** Opens a shop in a process of its own, with visitors from the first moment. */
export async function openShop(order: ShopOrder): Promise<RunningShop> {
  const child = fork(await programFile('shop'), [], {
    cwd: REPOSITORY,
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await tell(child, order);
  return {
    counts: () => tell<ShopCounts>(child, 'count'),
    flush: () => tell(child, 'flush'),
    close: () => tell(child, 'close'),
    end: () => void child.kill('SIGKILL'),
  };
}

/** One order at a time: each is answered by the next message. */
function tell<T = void>(child: ChildProcess, order: ShopOrder | 'count' | 'flush' | 'close'): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the shop ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(answer as T);
    });
    child.send(order);
  });
}
