import type { OpenAPIHono } from '@hono/zod-openapi';
import type { HouseEnv } from '../access/guard.ts';
import { type Answered, readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import type { TestDatabase } from '../database/test-database.ts';
import { killRoutes } from '../delivery/kill-routes.ts';
import { openNode, type TestNode } from '../delivery/test-node.fixture.ts';
import { flagTeller } from '../flags/tell-flag-change.ts';
import { KillFollower } from './follow-kills.ts';
import { incidentRoutes } from './routes.ts';
import { incidentTeller } from './tell-incident.ts';

/** A node with a project `shop`, its kill path, and everything that incidents need. */
export interface IncidentNode {
  node: TestNode;
  house: TestHouse;
  app: OpenAPIHono<HouseEnv>;
  projectId: number;
  environmentIds: number[];
  follower: KillFollower;
  errors: unknown[];
  /** Paths are relative to `/projects/shop`; by root unless a secret is given. */
  call(method: string, path: string, body?: unknown, secret?: string): Promise<Answered>;
  /** Kills a flag; answers the kill's id, once it has its incident. */
  kill(environment: string, flag: string, body?: object): Promise<string>;
}

export async function openIncidentNode(database: TestDatabase, flags: string[]): Promise<IncidentNode> {
  const { projectId, environmentIds } = await seedProject(database.db, 'shop', ['staging', 'production'], flags);
  const node = await openNode(database);
  const house = await testHouse(database);
  for (const id of environmentIds) await node.rulesets.load(id);
  const errors: unknown[] = [];
  const { door, doorbell, kill, restore } = node;
  const follower = new KillFollower({ door, doorbell, onError: (error) => errors.push(error) });
  const { list } = house.house;
  const app = house.mount({
    '/projects/:project': incidentRoutes({ door, list, tellers: [flagTeller, incidentTeller] }),
    '/projects/:project/environments/:environment': killRoutes({ kill, restore }),
  });
  const call: IncidentNode['call'] = async (method, path, body, secret = house.root) => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return readAnswer(await app.request(`/projects/shop${path}`, { method, headers, ...sent }));
  };
  return {
    ...{ node, house, app, projectId, environmentIds, follower, errors, call },
    kill: async (environment, flag, body = {}) => {
      const killed = await call('POST', `/environments/${environment}/flags/${flag}/kill`, body);
      if (killed.status !== 200) throw new Error(`${flag} was not killed: ${JSON.stringify(killed.body)}`);
      await follower.look();
      return killed.body.id;
    },
  };
}
