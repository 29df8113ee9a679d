import type { OpenAPIHono } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Database } from '../database/connect.ts';
import { installation, keys, tokens } from '../database/tables.ts';
import { Admission, DEFAULT_LIMITS } from '../platform/admission.ts';
import { answerProblem } from '../platform/answer-problem.ts';
import { systemClock } from '../platform/clock.ts';
import { AccessList } from './access-list.ts';
import { findInstallationProject } from './access-store.ts';
import type { CommitAccess } from './commit.ts';
import { type House, type HouseEnv, newRoutes } from './guard.ts';
import { Idempotency } from './idempotency.ts';
import { LastUsed } from './last-used.ts';
import { mintSecret, verifierOf } from './mint-secret.ts';
import type { KeyKind, Role } from './principal.ts';
import { SecurityEvents } from './security-events.ts';

/** What came back. */
export interface Answered {
  status: number;
  etag: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  body: any;
}

export async function readAnswer(response: Response): Promise<Answered> {
  return { status: response.status, etag: response.headers.get('etag'), body: await response.json() };
}

/** A house on a test's database, with everything that the guard needs and a way to make callers. */
export interface TestHouse {
  house: House;
  root: string;
  /** An app that serves these routes behind the guard, each under its path. */
  mount(rooms: Record<string, OpenAPIHono<HouseEnv>>): OpenAPIHono<HouseEnv>;
  /** The secret of a new key; memory knows it at once. */
  newKey(
    kind: KeyKind,
    projectId: number,
    environmentId: number,
    over?: Partial<typeof keys.$inferInsert>,
  ): Promise<string>;
  newToken(
    roles: Role[],
    projectId: number,
    environmentId?: number | null,
    over?: Partial<typeof tokens.$inferInsert>,
  ): Promise<string>;
  /** The secret of a token that posts the results of one check. */
  newCheckToken(check: string, projectId: number): Promise<string>;
}

/** `commit` is for tests that look at security events; others need none. */
export async function testHouse(database: Database, commit?: CommitAccess): Promise<TestHouse> {
  const { db } = database;
  const root = 'a-root-token-that-is-long-enough-for-tests';
  const list = new AccessList({ db, clock: systemClock, rootVerifier: verifierOf(root) });
  const house: House = {
    list,
    clock: systemClock,
    admission: new Admission({ ...DEFAULT_LIMITS }),
    idempotency: new Idempotency(db, systemClock),
    events: new SecurityEvents({
      clock: systemClock,
      commit: commit ?? (async () => Promise.reject(new Error('no door in this test'))),
      installationProject: () => findInstallationProject(db),
    }),
    used: new LastUsed(systemClock, async () => undefined),
    trustProxy: 0,
    publicUrl: undefined,
  };
  await list.refresh();
  return {
    house,
    root,
    mount: (rooms) => {
      const app = newRoutes();
      app.onError((error) => answerProblem(error));
      app.use('*', async (c, next) => {
        c.set('house', house);
        await next();
      });
      for (const [path, routes] of Object.entries(rooms)) app.route(path, routes);
      return app;
    },
    newKey: async (kind, projectId, environmentId, over = {}) => {
      const { id, secret, verifier } = mintSecret(kind);
      await db.insert(keys).values({
        id,
        projectId,
        environmentId,
        kind,
        name: `a ${kind} key`,
        verifier,
        origins: [],
        createdBy: 'root',
        ...over,
      });
      await readAgain(list, db);
      return secret;
    },
    newToken: async (roles, projectId, environmentId = null, over = {}) => {
      const { id, secret, verifier } = mintSecret('admin');
      await db
        .insert(tokens)
        .values({ id, projectId, environmentId, name: roles.join('+'), roles, verifier, createdBy: 'root', ...over });
      await readAgain(list, db);
      return secret;
    },
    newCheckToken: async (check, projectId) => {
      const { id, secret, verifier } = mintSecret('check');
      await db.insert(tokens).values({ id, projectId, name: check, roles: [], check, verifier, createdBy: 'root' });
      await readAgain(list, db);
      return secret;
    },
  };
}

/** Memory takes over what was written past the door: the fixtures write rows, and so the revision must move. */
async function readAgain(list: AccessList, db: Database['db']): Promise<void> {
  await db.update(installation).set({ accessRevision: sql`${installation.accessRevision} + 1` });
  await list.refresh();
}
