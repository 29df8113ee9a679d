import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { HouseEnv } from '../access/guard.ts';
import { type Answered, readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { flags } from '../database/tables.ts';
import type { TestDatabase } from '../database/test-database.ts';
import { killRoutes } from '../delivery/kill-routes.ts';
import { openNode, type TestNode } from '../delivery/test-node.fixture.ts';
import { KillFollower } from '../incidents/follow-kills.ts';
import { incidentRoutes } from '../incidents/routes.ts';
import { Secrets } from '../platform/secrets.ts';
import { signatureOf } from './check-signature.ts';
import { HookProtocol } from './hook-protocol.ts';
import { hookRoutes } from './hook-routes.ts';
import { openSignals, type Signals } from './open-signals.ts';

export const SECRET = 'a-secret-of-tests-that-has-32-bytes-or-more';

/** A node that takes signals on a port, and the admin API of what they lead to. */
export interface SignalNode {
  node: TestNode;
  house: TestHouse;
  /** The admin API, for what is asked with headers of its own. */
  app: OpenAPIHono<HouseEnv>;
  signals: Signals;
  follower: KillFollower;
  errors: unknown[];
  url: string;
  /** Paths are relative to `/projects/shop`; by root unless a secret is given. */
  call(method: string, path: string, body?: unknown, secret?: string): Promise<Answered>;
  /** Posts to the path of a hook. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answered>;
  close(): Promise<void>;
}

export const ENVIRONMENTS = ['staging', 'production'];

/** A project `shop`, whose flags all say `signalKill`. */
export async function seedShop(database: TestDatabase, flagKeys: string[]) {
  const seeded = await seedProject(database.db, 'shop', ENVIRONMENTS, flagKeys);
  await database.db.update(flags).set({ signalKill: true });
  return seeded;
}

export async function openSignalNode(database: TestDatabase, environmentIds: readonly number[]): Promise<SignalNode> {
  const node = await openNode(database);
  const house = await testHouse(database);
  for (const id of environmentIds) await node.rulesets.load(id);
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const { door, doorbell, kill, restore } = node;
  const secrets = Secrets.open({ dataDir: node.dataDir, fromEnv: SECRET });
  const signals = openSignals({ door, kill, onError });
  const follower = new KillFollower({ door, doorbell, onError });
  const protocol = new HookProtocol({ ...signals, secrets, gate: house.house, onAnswer: () => undefined });
  const app = house.mount({
    '/projects/:project': incidentRoutes({ door, list: house.house.list, tellers: [] }),
    '/projects/:project/': hookRoutes({ door, secrets }),
    '/projects/:project/environments/:environment': killRoutes({ kill, restore }),
  });
  const server = createServer((request, response) => void protocol.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ node, house, app, signals, follower, errors, url },
    call: async (method, path, body, secret = house.root) => {
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      return readAnswer(await app.request(`/projects/shop${path}`, { method, headers, ...sent }));
    },
    post: async (path, body, headers = {}) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const all = { 'content-type': 'application/json', ...headers };
      return readAnswer(await fetch(`${url}${path}`, { method: 'POST', headers: all, body: text }));
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await node.remove();
    },
  };
}

/** What a sender of the generic source puts into its header. */
export function sign(secret: string, body: string, at = Date.now()): Record<string, string> {
  const seconds = Math.floor(at / 1_000);
  return {
    'x-turnout-signature': `t=${seconds},v1=${signatureOf(secret, seconds, Buffer.from(body)).toString('hex')}`,
  };
}

interface Alert {
  fingerprint?: string;
  status?: 'firing' | 'resolved';
  startsAt?: string;
  labels?: Record<string, string>;
  summary?: string;
}

/** A body as Alertmanager posts it, with every field that it documents for version 4. */
export function alertmanagerBody(alerts: readonly Alert[], status = 'firing') {
  return {
    ...{ version: '4', groupKey: '{}:{alertname="CheckoutErrors"}', truncatedAlerts: 0, status, receiver: 'turnout' },
    groupLabels: { alertname: 'CheckoutErrors' },
    commonLabels: { alertname: 'CheckoutErrors' },
    commonAnnotations: {},
    externalURL: 'http://alertmanager:9093',
    alerts: alerts.map((alert, index) => ({
      status: alert.status ?? 'firing',
      labels: { alertname: 'CheckoutErrors', severity: 'critical', ...alert.labels },
      annotations: { summary: alert.summary ?? 'Checkout fails for 4 % of users', runbook: 'https://wiki.example/1' },
      startsAt: alert.startsAt ?? new Date(Date.now() - 60_000).toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus:9090/graph?g0.expr=errors',
      fingerprint: alert.fingerprint ?? `c0ffee${String(index).padStart(10, '0')}`,
    })),
  };
}
