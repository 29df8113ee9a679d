import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type TestHouse, testHouse } from '../access/house.fixture.ts';
import type { TestDatabase } from '../database/test-database.ts';
import { StreamReader } from '../delivery/sdk-node.fixture.ts';
import { openNode, SECRET, type TestNode } from '../delivery/test-node.fixture.ts';
import { flagTeller } from '../flags/tell-flag-change.ts';
import { type Fleet, openFleet } from '../fleet/open-fleet.ts';
import { systemClock } from '../platform/clock.ts';
import { Secrets } from '../platform/secrets.ts';
import { type LiveParts, LiveStreams } from './live-streams.ts';
import { liveRoutes } from './routes.ts';

/** A node whose screens can be looked at, on a port. */
export interface LiveNode {
  node: TestNode;
  house: TestHouse;
  fleet: Fleet;
  live: LiveStreams;
  errors: unknown[];
  /** Opens the stream of the project `shop`, by root unless a secret is given. */
  open(secret?: string, headers?: Record<string, string>): Promise<StreamReader>;
  close(): Promise<void>;
}

export async function openLiveNode(database: TestDatabase, over: Partial<LiveParts> = {}): Promise<LiveNode> {
  const node = await openNode(database);
  const house = await testHouse(database);
  const { list } = house.house;
  const fleet = openFleet({
    standing: { id: 'here', host: 'here:8420' },
    ...{ database, clock: systemClock, node: 'here', list, doorbell: node.doorbell, rulesets: () => node.rulesets },
    signer: Secrets.open({ dataDir: node.dataDir, fromEnv: SECRET }),
  });
  const errors: unknown[] = [];
  const live = new LiveStreams({
    ...{ db: node.database.db, clock: systemClock, doorbell: node.doorbell, list, fleet },
    ...{ rulesets: node.rulesets, overlays: node.overlays, tellers: [flagTeller] },
    onError: (error) => errors.push(error),
    ...over,
  });
  const app = house.mount({ '/projects/:project': liveRoutes(live) });
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const readers = new Set<StreamReader>();
  return {
    ...{ node, house, fleet, live, errors },
    open: async (secret = house.root, headers = {}) => {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/projects/shop/events`;
      const reader = await StreamReader.open(address, { authorization: `Bearer ${secret}`, ...headers });
      readers.add(reader);
      return reader;
    },
    close: async () => {
      for (const reader of readers) reader.close();
      live.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await fleet.close();
      await node.remove();
    },
  };
}
