import type { OpenAPIHono } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { AccessList } from '../access/access-list.ts';
import { type HouseEnv, newRoutes } from '../access/guard.ts';
import { type Answered, readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { mayChangeBy } from '../access/may-change.ts';
import { PUBLIC_URL } from '../access/people.fixture.ts';
import type { Role } from '../access/principal.ts';
import { makeSession } from '../access/session.ts';
import { testDoor } from '../changes/door.fixture.ts';
import type { Door } from '../changes/door.ts';
import type { DraftKind } from '../changes/draft.ts';
import { changeRoutes } from '../changes/routes.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import type { Teller } from '../changes/tell-change.ts';
import { memberTeller } from '../changes/tell-member.ts';
import type { Undoer } from '../changes/undoer.ts';
import { environments, installation, memberships, people, sessions } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { restoreDrafts } from '../delivery/restore-draft.ts';
import { checkFreeze } from '../environments/check-freeze.ts';
import { environmentDrafts } from '../environments/environment-drafts.ts';
import { environmentRoutes } from '../environments/environment-routes.ts';
import { freezeRoutes } from '../environments/freeze-routes.ts';
import { freezeTeller } from '../environments/tell-freeze.ts';
import { configurationRoutes } from '../flags/configuration-routes.ts';
import { flagDrafts } from '../flags/flag-drafts.ts';
import { flagRoutes } from '../flags/flag-routes.ts';
import { flagTeller } from '../flags/tell-flag-change.ts';
import { flagUndoer } from '../flags/undo-flag-change.ts';
import { segmentRoutes } from '../segments/routes.ts';
import { segmentDrafts } from '../segments/segment-drafts.ts';
import { segmentTeller } from '../segments/tell-segment-change.ts';
import { segmentUndoer } from '../segments/undo-segment-change.ts';
import { accessDrafts } from './access-drafts.ts';
import { judgeRequests } from './judge-request.ts';
import type { RequestParts } from './request-parts.ts';
import { requestRoutes } from './routes.ts';
import { requestTeller } from './tell-request.ts';
import { requestUndoer } from './undo-request.ts';

/** Somebody who asks: with a session, a token, or the root token. */
export interface Caller {
  /** Of a person. */
  id: string;
  headers: Record<string, string>;
}

/** A project `shop` in which production is protected, people in it, and a clock that tests move. */
export interface RequestWorld {
  database: TestDatabase;
  house: TestHouse;
  door: Door;
  projectId: number;
  /** staging, production */
  environmentIds: number[];
  root: Caller;
  /** Moves the clock of the door. */
  later(ms: number): void;
  now(): Date;
  /** A person who is signed in; roles in the whole project, or in one environment. */
  person(name: string, roles: Role[], over?: { environmentId?: number; signedInBefore?: number }): Promise<Caller>;
  token(roles: Role[], owner?: string): Promise<Caller>;
  /** Writes other roles of somebody past the door: as an administrator of another node does. */
  setRoles(who: Caller, roles: Role[]): Promise<void>;
  ask(who: Caller, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
}

const TELLERS = [flagTeller, segmentTeller, freezeTeller, memberTeller];
const UNDOERS = [flagUndoer, segmentUndoer];

/** What a later room adds: its routes below the project, which of its calls can wait, and how they are told and undone. */
export type MoreRooms = (
  door: Door,
  known: { list: AccessList; kinds: readonly DraftKind[] },
) => {
  routes: OpenAPIHono<HouseEnv>[];
  kinds: readonly DraftKind[];
  aboardOf?: RequestParts['aboardOf'];
  tellers?: readonly Teller[];
  undoers?: readonly Undoer[];
};

export async function openRequests(flagKeys: string[], more?: MoreRooms): Promise<RequestWorld> {
  const database = await openTestDatabase();
  const { db } = database;
  const { projectId, environmentIds } = await seedProject(db, 'shop', ['staging', 'production'], flagKeys);
  const [, production = 0] = environmentIds;
  await db.update(environments).set({ protected: true }).where(eq(environments.id, production));
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const clock = { now, monotonic: () => performance.now() + ahead };
  const door: Door = { ...testDoor(database, [mayChangeBy(judgeRequests(clock)), checkFreeze(clock)]), clock };
  const house = await testHouse(database);
  const { list } = house.house;
  Object.assign(house.house, { publicUrl: PUBLIC_URL });
  const app = mountAll(house, door, more);
  const reread = async () => {
    await db.update(installation).set({ accessRevision: sql`${installation.accessRevision} + 1` });
    await list.refresh();
  };
  return {
    ...{ database, house, door, projectId, environmentIds, now },
    root: { id: 'root', headers: { authorization: `Bearer ${house.root}` } },
    later: (ms) => {
      ahead += ms;
    },
    person: async (name, roles, { environmentId, signedInBefore = 0 } = {}) => {
      const id = name.toLowerCase();
      const added = { id, login: id, name, password: 'hashed', createdBy: 'root' };
      await db.insert(people).values(added).onConflictDoNothing();
      const place = { projectId, ...(environmentId === undefined ? {} : { environmentId }) };
      const member = { ...place, id: `m-${id}`, personId: id, roles, createdBy: 'root' };
      await db.insert(memberships).values(member).onConflictDoNothing();
      const { secret, row } = makeSession(id, { address: '192.0.2.1', agent: 'test' }, now());
      const madeAt = new Date(row.madeAt.getTime() - signedInBefore);
      await db.insert(sessions).values({ ...row, madeAt, expiresAt: new Date(Date.now() + 365 * 86_400_000) });
      await reread();
      const headers = { cookie: `__Host-turnout=${secret}`, 'sec-fetch-site': 'same-origin', host: 'turnout.test' };
      return { id, headers };
    },
    token: async (roles, owner) => {
      const secret = await house.newToken(roles, projectId, null, owner === undefined ? {} : { owner });
      return { id: owner ?? '', headers: { authorization: `Bearer ${secret}` } };
    },
    setRoles: async (who, roles) => {
      await db.update(memberships).set({ roles }).where(eq(memberships.personId, who.id));
    },
    ask: async (who, method, path, body, headers = {}) => {
      const response = await app.request(`/projects/shop${path}`, {
        method,
        headers: { ...who.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return readAnswer(response);
    },
  };
}

function mountAll(house: TestHouse, door: Door, moreRooms: MoreRooms | undefined) {
  const { list } = house.house;
  const own = [...flagDrafts, ...segmentDrafts, ...environmentDrafts, ...restoreDrafts, ...accessDrafts(list)];
  const more = moreRooms?.(door, { list, kinds: own }) ?? { routes: [], kinds: [] };
  const kinds = [...own, ...more.kinds];
  const aboardOf = more.aboardOf === undefined ? {} : { aboardOf: more.aboardOf };
  const ownTellers = [...TELLERS, ...(more.tellers ?? [])];
  const tellers = [...ownTellers, requestTeller(ownTellers)];
  const ownUndoers = [...UNDOERS, ...(more.undoers ?? [])];
  const undoers = [...ownUndoers, requestUndoer(door.readRuleset, ownUndoers)];
  const all = newRoutes();
  for (const routes of [
    flagRoutes({ door }),
    requestRoutes({ door, list, kinds, ...aboardOf }),
    freezeRoutes({ door }),
    changeRoutes({ door, list, undoers, tellers }),
    environmentRoutes({ door, list, fillEnvironment: async () => undefined }),
    ...more.routes,
  ]) {
    all.route('/', routes);
  }
  return house.mount({
    '/projects/:project': all,
    '/projects/:project/environments/:environment': configurationRoutes({ door }),
    '/projects/:project/environments/:environment/': segmentRoutes({ door }),
  });
}

/** A request that turns a flag on in production, as the body of a POST. */
export const turnOn = (flag: string, over: object = {}) => ({
  title: `${flag} for everybody`,
  reason: 'The trial went well',
  items: [{ method: 'POST', path: `/environments/production/flags/${flag}/on` }],
  ...over,
});
