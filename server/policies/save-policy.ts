import { type Asking, orderOf } from '../access/asking.ts';
import { actorOf } from '../access/principal.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Work } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { requireSecondAdmin } from '../environments/second-admin.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { type FieldFault, invalid, Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import type { PolicyDocument } from './document-contract.ts';
import { readGroundEnvironments } from './ground-store.ts';
import { loosenings } from './loosening.ts';
import { requireMaySave } from './may-save.ts';
import type { Policy } from './policy.ts';
import { NO_RULESET, type PolicyParts } from './policy-parts.ts';
import { addVersion, findVersion, insertPolicy, type PolicyVersion } from './policy-store.ts';
import { readGround } from './read-ground.ts';
import { readPolicy } from './read-policy.ts';
import { logVersion, showPolicy } from './show-policy.ts';
import { readWritten, type Written } from './written-policy.ts';
import { writeYaml } from './yaml-document.ts';

export interface Save {
  written: Written;
  /** Fewer units than `mustSee` needs are enough; somebody says why in the reason. */
  acceptTooFewUnits: boolean;
  /** Refused where there is one already. */
  mustBeNew: boolean;
}

/** Who saves; `approved` where a second person agreed to what a request carries. */
type Saving = Pick<Asking, 'principal' | 'reason' | 'expected'> & { approved?: true };

/** Saves a policy as a new version; the same once more is none. */
export async function savePolicy(
  parts: PolicyParts,
  asking: Asking,
  projectId: number,
  key: string,
  save: Save,
): Promise<Done<PolicyVersion>> {
  const order = { ...orderOf(asking), projectId, environmentIds: [], action: 'policy.save', subject: `policy/${key}` };
  const committed = await commitChange(parts.door, order, savePolicyWork(parts, projectId, key, save, asking));
  return withResult(committed, async () => requireVersion(await findVersion(parts.door.db, projectId, key)));
}

/** The same inside of a change that a second person may have agreed to. */
export function savePolicyWork(
  parts: PolicyParts,
  projectId: number,
  key: string,
  save: Save,
  saving: Saving,
): Work<PolicyVersion> {
  return async (tx, { now }) => {
    const before = await findVersion(tx, projectId, key);
    requireOpen(before, key, save, saving.expected);
    const next = await requireSound(parts, tx, projectId, key, save, saving);
    if (before && isSame(before, next)) return { result: before, touched: NO_RULESET, unchanged: true };
    const environments = await readGroundEnvironments(tx, projectId);
    const both = before ? [before.version.policy, next.policy] : [next.policy];
    await requireMaySave(tx, saving, projectId, both, environments);
    if (before) await refuseLoosening(parts, tx, projectId, before.version.policy, next.policy, saving);
    const version = {
      ...next,
      ...{
        reason: saving.reason ?? null,
        savedBy: saving.approved ? 'request' : actorOf(saving.principal),
        savedAt: now,
      },
    };
    const saved = before ? await addVersion(tx, before.row, version) : await insertPolicy(tx, projectId, key, version);
    return {
      result: saved,
      touched: NO_RULESET,
      before: before ? logVersion(before.version) : null,
      after: logVersion(saved.version),
    };
  };
}

function requireOpen(before: PolicyVersion | undefined, key: string, save: Save, expected: number | undefined): void {
  if (before === undefined) {
    if (expected === undefined) return;
    throw new Problem('not_found', `There is no policy ${key} here. To make it, send If-None-Match: *.`);
  }
  if (save.mustBeNew) {
    throw new Problem('duplicate', `There is a policy ${key} already. To save another version, send If-Match.`);
  }
  if (before.row.archivedAt !== null) {
    throw new Problem('wrong_state', `The policy ${key} is archived: nothing goes by it. Unarchive it first.`);
  }
  requireExpected(expected, before.row.newest, showPolicy(before, []));
}

/** What is to be stored, or 422 with every fault, each with its place in the text. */
async function requireSound(
  { readers }: PolicyParts,
  tx: Tx,
  projectId: number,
  key: string,
  { written, acceptTooFewUnits }: Save,
  { reason }: Saving,
): Promise<{ document: PolicyDocument; policy: Policy; yaml: string }> {
  if (acceptTooFewUnits && !reason?.trim()) {
    const expected = 'a reason: fewer units than must be seen are accepted by somebody who says why';
    throw invalid([{ path: '/reason', code: 'required', expected }]);
  }
  const text = readWritten(written);
  if (text.fault !== undefined) throw invalid([text.fault]);
  const read = readPolicy(text.document, await readGround(readers, tx, projectId, text.document), acceptTooFewUnits);
  const faults: FieldFault[] = [...(read.faults ?? [])];
  if (read.document !== undefined && read.document.key !== key) {
    faults.unshift({ path: '/key', code: 'other_key', expected: `${key}, as in the address` });
  }
  if (read.policy === undefined || faults.length > 0) throw invalid(faults.map(text.place));
  return { document: read.document, policy: read.policy, yaml: written.yaml ?? writeYaml(read.document) };
}

/** The same rules, told in the same words: as data, the words of a file before stay. */
function isSame({ version }: PolicyVersion, next: { document: PolicyDocument; policy: Policy; yaml: string }): boolean {
  const same = (one: object, other: object) =>
    canonicalJson(JSON.parse(JSON.stringify(one))) === canonicalJson(JSON.parse(JSON.stringify(other)));
  if (!same(version.document, next.document) || !same(version.policy, next.policy)) return false;
  return version.yaml === next.yaml || next.yaml === writeYaml(next.document);
}

/** Whoever started a rollout relied on what its policy asks: that it asks for less is not decided by one person. */
async function refuseLoosening(
  { readers }: PolicyParts,
  tx: Tx,
  projectId: number,
  before: Policy,
  after: Policy,
  saving: Saving,
): Promise<void> {
  const [first, ...more] = loosenings(before, after);
  if (first === undefined || !(await readers.hasLiveRollout(tx, projectId, before.key))) return;
  const also = more.length === 0 ? '' : ` and ${more.length} more`;
  const what = `Loosening ${before.key} while a rollout with it is live (${first.path}: ${first.says}${also})`;
  requireSecondAdmin(what, saving, saving.approved === true);
}

export function requireVersion(found: PolicyVersion | undefined): PolicyVersion {
  if (found === undefined)
    throw new Problem('not_found', 'There is no such policy in this project, or no such version.');
  return found;
}
