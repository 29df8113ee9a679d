import { eq } from 'drizzle-orm';
import { type TestHouse, testHouse } from '../access/house.fixture.ts';
import { checkMayChange } from '../access/may-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import { changeRoutes } from '../changes/routes.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { environments, segments } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { floorRoutes } from './floor-routes.ts';
import type { RecentRate } from './ground.ts';
import type { PolicyParts } from './policy-parts.ts';
import { policyRoutes } from './policy-routes.ts';
import { sampleGround } from './sample.fixture.ts';
import { floorTeller, policyTeller } from './tell-policy.ts';

export interface PolicyAnswered {
  status: number;
  etag: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of each field
  body: any;
}

/** A project `shop` that has all that the sample names, production protected, and the API of its policies. */
export interface PolicyWorld {
  database: TestDatabase;
  house: TestHouse;
  parts: PolicyParts;
  projectId: number;
  /** Policies by key with which a rollout is live. */
  live: Set<string>;
  /** What was seen in the last week. */
  rates: RecentRate[];
  /** Paths are relative to `/projects/shop`; a text is sent as YAML. */
  call(
    method: string,
    path: string,
    body?: unknown,
    how?: { token?: string; headers?: Record<string, string> },
  ): Promise<PolicyAnswered>;
}

export async function openPolicies(kind?: 'postgres' | 'embedded'): Promise<PolicyWorld> {
  const database = await openTestDatabase(kind);
  const { db } = database;
  const { projectId, environmentIds } = await seedProject(db, 'shop', ['staging', 'production'], ['cart', 'hero']);
  await db.update(environments).set({ protected: true }).where(eq(environments.key, 'production'));
  for (const environmentId of environmentIds) {
    await db.insert(segments).values({ projectId, environmentId, key: 'staff', included: [], excluded: [] });
  }
  const house = await testHouse(database);
  await house.house.list.refresh();
  const live = new Set<string>();
  const rates: RecentRate[] = [];
  const parts: PolicyParts = {
    door: testDoor(database, [checkMayChange]),
    readers: {
      metrics: async () => sampleGround().metrics,
      sources: async () => [{ key: 'prometheus', url: 'https://prometheus.example' }],
      whyRefused: (url) => (url.includes('127.0.0.1') ? `${url} is refused.` : undefined),
      rates: async (_db, { environment }) => rates.filter((one) => one.environment === environment),
      unitsNeeded: () => 1_000,
      traffic: async (_db, _place, flag) => (flag === 'cart' ? { perHour: 1_200_000, hours: 100 } : undefined),
      hasLiveRollout: async (_tx, _projectId, policy) => live.has(policy),
    },
  };
  const { list } = house.house;
  const app = house.mount({
    '/projects/:project': policyRoutes(parts).route('/', floorRoutes(parts)),
    '/projects/:project/': changeRoutes({
      ...{ door: parts.door, list, undoers: [], tellers: [policyTeller, floorTeller] },
    }),
  });
  return {
    ...{ database, house, parts, projectId, live, rates },
    call: async (method, path, body, how = {}) => {
      const type = typeof body === 'string' ? 'application/yaml' : 'application/json';
      const response = await app.request(`/projects/shop${path}`, {
        method,
        headers: {
          authorization: `Bearer ${how.token ?? house.root}`,
          ...(body === undefined ? {} : { 'content-type': type }),
          ...how.headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, etag: response.headers.get('etag'), body: await response.json() };
    },
  };
}
