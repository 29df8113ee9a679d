import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { rollouts } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import type { RolloutState } from '../decisions/rollout.ts';
import type { Guard, Policy } from '../policies/policy.ts';
import { flagsAsking } from '../policies/policy-readers.ts';
import { livePolicies, liveRollouts } from './live-policies-store.ts';

describe('live rollouts', () => {
  let database: TestDatabase;
  let projectId: number;

  beforeAll(async () => {
    database = await openTestDatabase();
    ({ projectId } = await seedProject(database.db, 'shop', ['staging'], ['a', 'b', 'c', 'd']));
    const { projectId: other } = await seedProject(database.db, 'other', ['staging'], ['x']);
    await insert(projectId, 'a', 'paused', 'prometheus');
    await insert(projectId, 'b', 'waiting', 'prometheus');
    await insert(projectId, 'c', 'finished', 'prometheus');
    await insert(projectId, 'd', 'running', 'mimir');
    await insert(other, 'x', 'running', 'prometheus');
  });
  afterAll(() => database?.close());

  async function insert(project: number, flag: string, state: RolloutState, source: string): Promise<void> {
    const guard = { id: 'p95', kind: 'threshold', source, query: 'up' } as Partial<Guard>;
    const policy = { key: `of-${flag}`, guards: [guard] } as Policy;
    await database.db.insert(rollouts).values({
      ...{ id: `r-${flag}`, projectId: project, flag, target: 'fallthrough', from: 'off', to: 'on', state, policy },
      ...{ policyKey: policy.key, policyVersion: 1, environmentIds: [], authors: [] },
      ...{ startedBy: 'root', startedAt: new Date() },
    });
  }

  it('say whose guards ask a source, by the policies that they were started with', async () => {
    const asking = (source: string) =>
      database.db.transaction((tx) => flagsAsking(liveRollouts)(tx, projectId, source));
    expect([await asking('prometheus'), await asking('mimir'), await asking('other')]).toEqual([['a', 'b'], ['d'], []]);
    const keys = (await livePolicies(database.db, projectId)).map(({ key }) => key).sort();
    expect(keys).toEqual(['of-a', 'of-b', 'of-d']);
  });
});
