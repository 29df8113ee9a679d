import type { PolicyCheckAnswer } from './contract.ts';
import { foresee } from './foresee.ts';
import { loosenings } from './loosening.ts';
import type { PolicyParts } from './policy-parts.ts';
import { findVersion } from './policy-store.ts';
import { readGround } from './read-ground.ts';
import { readPolicy } from './read-policy.ts';
import { readWritten, type Written } from './written-policy.ts';
import { writeYaml } from './yaml-document.ts';

/** What saving a policy would say of it, and what its guards will see. Changes nothing. */
export async function checkPolicy(
  { door, readers }: PolicyParts,
  projectId: number,
  written: Written,
): Promise<PolicyCheckAnswer> {
  const text = readWritten(written);
  if (text.fault !== undefined) return { ...NOTHING, faults: [text.fault] };
  const ground = await readGround(readers, door.db, projectId, text.document);
  const { document = null, policy, faults = [], remarks } = readPolicy(text.document, ground);
  const newest = policy && (await findVersion(door.db, projectId, policy.key));
  return {
    ok: faults.length === 0,
    faults: faults.map(text.place),
    remarks: remarks.map(text.place),
    foresight: policy ? foresee(policy, ground) : [],
    document,
    yaml: document === null ? null : writeYaml(document),
    loosens: policy && newest ? loosenings(newest.version.policy, policy) : [],
  };
}

const NOTHING: Omit<PolicyCheckAnswer, 'faults'> = {
  ...{ ok: false, remarks: [], foresight: [], document: null, yaml: null, loosens: [] },
};
