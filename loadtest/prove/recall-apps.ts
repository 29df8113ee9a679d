// Apps with visitors in a process of their own, for `prove -- recall`. It begins when its parent says with what, tells when
// all are ready, answers what was served since it was asked last, and ends with its parent.
import { Turnout } from '@turnout/sdk-node';

/** What a process of apps is to do. */
export interface VisitOrder {
  url: string;
  key: string;
  /** One client each, and what it is called. */
  hosts: string[];
  /** Everybody who comes is asked about all of them. */
  flags: string[];
}

/** What was served since it was asked last. */
export interface Visits {
  evaluations: number;
  /** Those that gave nothing but the default of the code. */
  failed: number;
  /** Those that gave `true`, and when the last of them was, in milliseconds of the wall clock. */
  on: number;
  lastOn: number;
}

const TICK_MS = 10;
const now = () => performance.timeOrigin + performance.now();
const none = (): Visits => ({ evaluations: 0, failed: 0, on: 0, lastOn: 0 });

let visits = none();
let visitors = 0;

process.on('message', async (order: VisitOrder | 'count') => {
  if (order === 'count') {
    process.send?.(visits);
    visits = none();
    return;
  }
  const { url, key, hosts, flags } = order;
  const apps = hosts.map((host) => new Turnout({ url, key, host, logger: false }));
  await Promise.all(apps.map((app) => app.ready({ timeoutMs: 60_000 })));
  setInterval(() => {
    const visitor = { targetingKey: `visitor-${process.pid}-${++visitors}` };
    for (const app of apps) for (const flag of flags) visit(app, flag, visitor);
  }, TICK_MS);
  process.send?.({ ready: apps.length });
});
process.once('disconnect', () => process.exit(0));

function visit(app: Turnout, flag: string, visitor: { targetingKey: string }): void {
  const { value, reason } = app.evaluate(flag, false, visitor);
  visits.evaluations++;
  if (reason === 'ERROR') visits.failed++;
  if (value !== true) return;
  visits.on++;
  visits.lastOn = now();
}
