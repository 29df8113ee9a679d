// Clients of the SDK in a process of their own, which a test can freeze. It begins when its parent says with what, says
// when all are ready, closes them when told to, and ends with its parent.
import { Turnout } from '@turnout/sdk-node';
import type { AppOrder } from './running-apps.fixture.ts';

let apps: Turnout[] = [];

/** A machine whose clock is off. */
function setClockOff(byMs: number): void {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(value: number | string = Right.now() + byMs) {
      super(value);
    }
    static override now(): number {
      return Right.now() + byMs;
    }
  } as DateConstructor;
}

process.on('message', async (order: AppOrder | 'close') => {
  if (order === 'close') {
    await Promise.all(apps.map((app) => app.close()));
    process.send?.({ closed: apps.length });
    return;
  }
  const { url, key, hosts, clockOffMs } = order;
  if (clockOffMs !== 0) setClockOff(clockOffMs);
  apps = hosts.map((host) => new Turnout({ url, key, host, logger: false }));
  await Promise.all(apps.map((app) => app.ready({ timeoutMs: 60_000 })));
  process.send?.({ ready: apps.length });
});
process.once('disconnect', () => process.exit(0));
