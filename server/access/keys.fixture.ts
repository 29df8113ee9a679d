import { commitChange } from '../changes/commit-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import type { Database } from '../database/connect.ts';
import { Secrets } from '../platform/secrets.ts';
import type { CommitAccess } from './commit.ts';
import { type HeldRevocation, HeldRevocations } from './held-revocations.ts';
import { type Answered, readAnswer, type TestHouse, testHouse } from './house.fixture.ts';
import type { KeyParts } from './key-place.ts';
import { keyRoutes } from './key-routes.ts';
import { checkMayChange } from './may-change.ts';
import { tokenRoutes } from './token-routes.ts';

/** A house with the routes of keys and tokens, on a project `shop` with two environments. */
export interface KeyHouse extends TestHouse {
  shop: Awaited<ReturnType<typeof seedProject>>;
  parts: KeyParts;
  revocations: HeldRevocations;
  /** What rests in the file of held revocations. */
  onDisk: { held: readonly HeldRevocation[] };
  /** As `secret`, or as root. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    secret?: string,
    headers?: Record<string, string>,
  ): Promise<Answered>;
}

export async function keyHouse(database: Database): Promise<KeyHouse> {
  const shop = await seedProject(database.db, 'shop', ['staging', 'production'], []);
  await seedProject(database.db, 'other', ['staging'], []);
  const door = testDoor(database, [checkMayChange]);
  const commit: CommitAccess = (order, write) => commitChange(door, order, write);
  const house = await testHouse(database, commit);
  const { list, clock } = house.house;
  const onDisk: KeyHouse['onDisk'] = { held: [] };
  const file = {
    read: async () => [...onDisk.held],
    write: async (held: readonly HeldRevocation[]) => {
      onDisk.held = held;
    },
  };
  const parts: KeyParts = {
    ...{ db: database.db, clock, list, commit },
    secrets: Secrets.open({ dataDir: '/nowhere', fromEnv: 'a-secret-of-this-test-that-has-32-bytes' }),
    revocations: { hold: (entry) => revocations.hold(entry) },
  };
  // Through the parts, so that a test which closes their door closes it for both.
  const revocations = new HeldRevocations({ ...parts, commit: (order, write) => parts.commit(order, write), file });
  const app = house.mount({
    '/projects/:project': tokenRoutes(parts),
    '/projects/:project/environments/:environment': keyRoutes(parts),
  });
  return {
    ...house,
    ...{ shop, parts, revocations, onDisk },
    ask: async (method, path, body, secret = house.root, headers = {}) => {
      const response = await app.request(path, {
        method,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return readAnswer(response);
    },
  };
}
