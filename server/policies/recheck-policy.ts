import type { Db, Tx } from '../database/connect.ts';
import type { FieldFault } from '../platform/problem.ts';
import { withoutIdleTimes } from './check-gates.ts';
import { isNewLimit } from './check-guards.ts';
import type { PolicyReaders } from './policy-parts.ts';
import { findVersion } from './policy-store.ts';
import { readGround } from './read-ground.ts';
import { readPolicy } from './read-policy.ts';

/**
 * What speaks against a version now that did not when it was saved: an environment that was protected since, a floor that
 * was raised, a metric or a segment that is gone. Asked before a rollout starts with it. How many units are enough, and how
 * many guards a policy may have, was decided when it was saved.
 */
export async function recheckPolicy(
  readers: Pick<PolicyReaders, 'metrics' | 'sources'>,
  db: Db | Tx,
  projectId: number,
  { key, version }: { key: string; version: number },
): Promise<FieldFault[]> {
  const found = await findVersion(db, projectId, key, version);
  if (found === undefined) return [];
  const { document } = found.version;
  const nothing = { rates: async () => [], unitsNeeded: () => undefined, whyRefused: () => undefined };
  const withoutRates = { ...readers, ...nothing };
  const ground = await readGround(withoutRates, db, projectId, document);
  const { faults = [] } = readPolicy(withoutIdleTimes(document), ground, true);
  return faults.filter((fault) => !isNewLimit(fault));
}
