import { rollouts } from '../database/tables.ts';
import type { TestDatabase } from '../database/test-database.ts';

type Row = typeof rollouts.$inferInsert;
type Guard = Row['policy']['guards'][number];

/** A rollout of a flag that goes by signals in staging, unless the guard says otherwise. */
export async function insertListener(
  { db }: TestDatabase,
  projectId: number,
  flag: string,
  guard: Partial<Guard> = {},
): Promise<void> {
  const signal = { service: 'checkout' };
  const alert = { id: 'alert', kind: 'signal', signal, mode: 'enforce', onFail: 'rollBack', environment: 'staging' };
  const path = [{ environment: 'staging', stages: [] }];
  const policy = { key: 'web', path, guards: [{ ...alert, ...guard }] } as Partial<Row['policy']> as Row['policy'];
  await db.insert(rollouts).values({
    ...{ id: `r-${flag}`, projectId, flag, target: 'fallthrough', from: 'off', to: 'on', state: 'running', policy },
    ...{
      policyKey: 'web',
      policyVersion: 1,
      environmentIds: [],
      authors: [],
      startedBy: 'root',
      startedAt: new Date(),
    },
  });
}
