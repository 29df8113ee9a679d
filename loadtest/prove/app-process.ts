// Clients of the SDK in a process of their own, for proofs. It begins when its parent says with what, tells when each has
// put the kill in force, and ends with its parent.
import { Turnout } from '@turnout/sdk-node';

/** What a process of apps is to do. */
export interface AppOrder {
  url: string;
  key: string;
  flag: string;
  /** One client each, and what it is called. */
  hosts: string[];
}

/** What it says: that all are ready, or that one serves the flag no more. */
export type AppNote = { ready: number } | { off: string; at: number };

const now = () => performance.timeOrigin + performance.now();

process.on('message', async ({ url, key, flag, hosts }: AppOrder) => {
  const apps = hosts.map((host) => new Turnout({ url, key, host, logger: false }));
  await Promise.all(apps.map((app) => app.ready({ timeoutMs: 60_000 })));
  for (const [index, app] of apps.entries()) {
    app.watch(flag, true, {}, ({ value }) => {
      if (value === false) process.send?.({ off: hosts[index] ?? '', at: now() } satisfies AppNote);
    });
  }
  process.send?.({ ready: apps.length } satisfies AppNote);
});
process.once('disconnect', () => process.exit(0));
