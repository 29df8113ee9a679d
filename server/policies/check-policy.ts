import type { PolicyCheckAnswer } from './contract.ts';
import { foresee } from './foresee.ts';
import { isProtectedIn, type RecentTraffic } from './ground.ts';
import { readGroundEnvironments } from './ground-store.ts';
import { loosenings } from './loosening.ts';
import type { Policy } from './policy.ts';
import type { PolicyParts } from './policy-parts.ts';
import { findVersion } from './policy-store.ts';
import { readGround } from './read-ground.ts';
import { readPolicy } from './read-policy.ts';
import { sayBeginning } from './say-beginning.ts';
import { readWritten, type Written } from './written-policy.ts';
import { writeYaml } from './yaml-document.ts';

/** What saving a policy would say of it, and what its guards will see. Changes nothing. */
export async function checkPolicy(
  { door, readers }: PolicyParts,
  projectId: number,
  written: Written,
  { flag, mustBeNew = false }: { flag?: string | undefined; mustBeNew?: boolean | undefined } = {},
): Promise<PolicyCheckAnswer> {
  const text = readWritten(written);
  if (text.fault !== undefined) return { ...NOTHING, faults: [text.fault] };
  const ground = await readGround(readers, door.db, projectId, text.document);
  const { document = null, policy, faults: found = [], remarks } = readPolicy(text.document, ground);
  const newest = document === null ? undefined : await findVersion(door.db, projectId, document.key);
  const taken = mustBeNew && newest !== undefined ? [{ path: '/key', code: 'duplicate', expected: FREE_KEY }] : [];
  const faults = [...taken, ...found];
  return {
    ok: faults.length === 0,
    faults: faults.map(text.place),
    remarks: remarks.map(text.place),
    foresight: policy ? foresee(policy, ground, await trafficOf({ door, readers }, projectId, policy, flag)) : [],
    begins: policy ? sayBeginning(policy, (environment) => isProtectedIn(ground, environment)) : null,
    document,
    yaml: document === null ? null : writeYaml(document),
    loosens: policy && newest && !mustBeNew ? loosenings(newest.version.policy, policy) : [],
  };
}

/** By environment of the path, as far as anybody asked for the flag there for a day. */
async function trafficOf(
  { door, readers }: PolicyParts,
  projectId: number,
  { path }: Policy,
  flag: string | undefined,
): Promise<Map<string, RecentTraffic>> {
  const found = new Map<string, RecentTraffic>();
  if (flag === undefined) return found;
  for (const { id, key } of await readGroundEnvironments(door.db, projectId)) {
    if (!path.some(({ environment }) => environment === key)) continue;
    const traffic = await readers.traffic(door.db, { projectId, environmentId: id }, flag, door.clock.now());
    if (traffic !== undefined && traffic.hours >= 24) found.set(key, traffic);
  }
  return found;
}

const FREE_KEY = 'a key that no policy of this project has: there is one with this key already';

const NOTHING: Omit<PolicyCheckAnswer, 'faults'> = {
  ...{ ok: false, remarks: [], foresight: [], begins: null, document: null, yaml: null, loosens: [] },
};
