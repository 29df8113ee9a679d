import { deepStrictEqual } from 'node:assert';
import { formatPosition, type JsonValue, type Ruleset } from '@turnout/core';
import { and, eq } from 'drizzle-orm';
import { type TestHouse, testHouse } from '../access/house.fixture.ts';
import { checkMayChange } from '../access/may-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import type { Check, Door } from '../changes/door.ts';
import { changeRoutes } from '../changes/routes.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { environments, flagEnvironments, flags } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { readRuleset } from '../delivery/read-ruleset.ts';
import { segmentRoutes } from '../segments/routes.ts';
import { segmentTeller } from '../segments/tell-segment-change.ts';
import { segmentUndoer } from '../segments/undo-segment-change.ts';
import { configurationRoutes } from './configuration-routes.ts';
import { flagRoutes } from './flag-routes.ts';
import { flagTeller } from './tell-flag-change.ts';
import { flagUndoer } from './undo-flag-change.ts';

/** An answer of the admin API. `body` is typed loosely, for tests look into it at once. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of each field
  body: any;
  etag: string | null;
  replayed: boolean;
}

interface Call {
  token?: string;
  headers?: Record<string, string>;
}

/** A project `shop` with some environments, and the admin API of flags, segments and changes before it. */
export interface Authoring {
  database: TestDatabase;
  house: TestHouse;
  door: Door;
  projectId: number;
  environmentIds: number[];
  /** Paths are relative to `/projects/shop`. */
  call(method: string, path: string, body?: unknown, how?: Call): Promise<Answer>;
  /** What an environment serves, read whole. */
  ruleset(index?: number): Promise<Ruleset>;
  /** `epoch.revision` of every environment. */
  positions(): Promise<string[]>;
  /** As the kill path does it: past everything in this room. */
  setKilled(index: number, flag: string, killed: boolean): Promise<void>;
}

export async function openAuthoring(
  kind: 'postgres' | 'embedded',
  environmentKeys = ['staging', 'production'],
): Promise<Authoring> {
  const database = await openTestDatabase(kind);
  const { db } = database;
  const { projectId, environmentIds } = await seedProject(db, 'shop', environmentKeys, []);
  const house = await testHouse(database);
  const door = testDoor(database, [checkWholeRead, checkMayChange]);
  const app = house.mount({
    '/projects/:project': flagRoutes({ door }),
    '/projects/:project/environments/:environment': configurationRoutes({ door }),
    '/projects/:project/environments/:environment/': segmentRoutes({ door }),
    '/projects/:project/': changeRoutes({
      door,
      list: house.house.list,
      undoers: [flagUndoer, segmentUndoer],
      tellers: [flagTeller, segmentTeller],
    }),
  });
  const rows = () =>
    db.select().from(environments).where(eq(environments.projectId, projectId)).orderBy(environments.id);
  return {
    database,
    house,
    door,
    projectId,
    environmentIds,
    call: async (method, path, body, how = {}) => {
      const response = await app.request(`/projects/shop${path}`, {
        method,
        headers: {
          authorization: `Bearer ${how.token ?? house.root}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...how.headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return {
        status: response.status,
        body: await response.json(),
        etag: response.headers.get('etag'),
        replayed: response.headers.get('idempotency-replayed') === 'true',
      };
    },
    ruleset: async (index = 0) => {
      const row = (await rows())[index];
      if (!row) throw new Error(`There is no environment ${index}.`);
      return db.transaction((tx) => readRuleset(tx, { ...row, projectKey: 'shop' }));
    },
    positions: async () => (await rows()).map((row) => formatPosition(row)),
    setKilled: async (index, flag, killed) => {
      const all = await db.select().from(flags).where(eq(flags.projectId, projectId));
      const flagId = all.find(({ key }) => key === flag)?.id ?? 0;
      const place = and(
        eq(flagEnvironments.flagId, flagId),
        eq(flagEnvironments.environmentId, environmentIds[index] ?? 0),
      );
      await db.update(flagEnvironments).set({ killed }).where(place);
    },
  };
}

/** Every change of every test: what the door read of it, which is what was touched, must be what is there. */
const checkWholeRead: Check = async (tx, _order, steps) => {
  for (const { environment, after } of steps) {
    const whole = await readRuleset(tx, { ...environment, revision: environment.revision + 1 });
    deepStrictEqual(after, whole, 'a use case did not name all that it touched');
  }
  return undefined;
};

/** Where a refused call pointed: `path code` of each fault. */
export function faultsOf({ body }: Answer): string[] {
  const errors: { path: string; code: string }[] = body.errors ?? [];
  return errors.map(({ path, code }) => `${path} ${code}`);
}

/** A test of one attribute, for rules. */
export const inCountry = (...values: string[]): JsonValue => ({ attribute: 'country', op: 'equals', values });
