import type { FlagType } from '@turnout/core';
import { type Asking, orderOf } from '../access/asking.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import type { FlagKind } from '../flags/tables.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { invalid, Problem } from '../platform/problem.ts';
import type { Attachment } from './attachment.ts';
import { hasFlag, listAttachments, replaceAttachments } from './attachment-store.ts';
import { readGroundEnvironments } from './ground-store.ts';
import { requireMaySave } from './may-save.ts';
import { NO_RULESET, type PolicyParts } from './policy-parts.ts';
import { findVersion, type PolicyVersion, setPolicyArchived } from './policy-store.ts';
import { requireVersion } from './save-policy.ts';

type Selected = Pick<Attachment, 'by' | 'value'>;

const KINDS: readonly string[] = ['release', 'experiment', 'ops', 'permission'] satisfies FlagKind[];
const TYPES: readonly string[] = ['boolean', 'string', 'number', 'object'] satisfies FlagType[];

/**
 * Archives a policy, or brings it back. Its versions stay, and rollouts that go by one of them go on; what it was
 * attached to is left without, for nothing may start with it.
 */
export function archivePolicy(
  parts: PolicyParts,
  asking: Asking,
  projectId: number,
  key: string,
  archived: boolean,
): Promise<Done<PolicyVersion>> {
  const action = archived ? 'policy.archive' : 'policy.unarchive';
  return changePolicy(parts, asking, projectId, key, action, async (tx, found, now) => {
    const { row } = found;
    if ((row.archivedAt !== null) === archived) return { result: found, touched: NO_RULESET, unchanged: true };
    const attached = await listAttachments(tx, projectId, row.id);
    if (archived) await replaceAttachments(tx, projectId, row.id, []);
    const archivedAt = archived ? now : null;
    await setPolicyArchived(tx, row.id, archivedAt);
    return {
      result: { ...found, row: { ...row, archivedAt } },
      touched: NO_RULESET,
      before: { archived: !archived, attachments: attached.map(({ by, value }) => ({ by, value })) },
      after: { archived, attachments: [] },
    };
  });
}

/** Attaches a policy to a flag, or to all with a tag, of a kind or of a type. One of these has one policy. */
export function attachPolicy(
  parts: PolicyParts,
  asking: Asking,
  projectId: number,
  key: string,
  selected: Selected,
): Promise<Done<PolicyVersion>> {
  return changePolicy(parts, asking, projectId, key, 'policy.attach', async (tx, found) => {
    if (found.row.archivedAt !== null) {
      throw new Problem('wrong_state', `The policy ${key} is archived: nothing starts with it. Unarchive it first.`);
    }
    const all = await listAttachments(tx, projectId);
    const holder = all.find((one) => one.by === selected.by && one.value === selected.value);
    if (holder?.policy === key) return { result: found, touched: NO_RULESET, unchanged: true };
    if (holder !== undefined) {
      throw new Problem(
        'duplicate',
        `The ${selected.by} ${selected.value} has the policy ${holder.policy}. Detach that one first.`,
        { errors: [{ path: '/value', code: 'duplicate', expected: `a ${selected.by} that has no policy` }] },
      );
    }
    await requireThere(tx, projectId, selected);
    const own = all.filter(({ policy }) => policy === key);
    return attachedTo(tx, projectId, found, own, [...own, selected]);
  });
}

/** Tags come and go; a flag, a kind or a type that there is not would never be found. */
async function requireThere(tx: Tx, projectId: number, { by, value }: Selected): Promise<void> {
  const refuse = (expected: string) => invalid([{ path: '/value', code: `unknown_${by}`, expected }]);
  if (by === 'flag' && !(await hasFlag(tx, projectId, value))) throw refuse('the key of a flag of this project');
  if (by === 'kind' && !KINDS.includes(value)) throw refuse(`one of ${KINDS.join(', ')}`);
  if (by === 'type' && !TYPES.includes(value)) throw refuse(`one of ${TYPES.join(', ')}`);
}

export function detachPolicy(
  parts: PolicyParts,
  asking: Asking,
  projectId: number,
  key: string,
  selected: Selected,
): Promise<Done<PolicyVersion>> {
  return changePolicy(parts, asking, projectId, key, 'policy.detach', async (tx, found) => {
    const own = await listAttachments(tx, projectId, found.row.id);
    const rest = own.filter(({ by, value }) => by !== selected.by || value !== selected.value);
    if (rest.length === own.length) return { result: found, touched: NO_RULESET, unchanged: true };
    return attachedTo(tx, projectId, found, own, rest);
  });
}

async function attachedTo(
  tx: Tx,
  projectId: number,
  found: PolicyVersion,
  before: readonly Selected[],
  after: readonly Selected[],
): Promise<Written<PolicyVersion>> {
  await replaceAttachments(tx, projectId, found.row.id, after);
  const logged = (all: readonly Selected[]) => ({ attachments: all.map(({ by, value }) => ({ by, value })) });
  return { result: found, touched: NO_RULESET, before: logged(before), after: logged(after) };
}

async function changePolicy(
  parts: PolicyParts,
  asking: Asking,
  projectId: number,
  key: string,
  action: string,
  write: (tx: Tx, found: PolicyVersion, now: Date) => Promise<Written<PolicyVersion>>,
): Promise<Done<PolicyVersion>> {
  const order = { ...orderOf(asking), projectId, environmentIds: [], action, subject: `policy/${key}` };
  const committed = await commitChange(parts.door, order, async (tx, { now }) => {
    const found = requireVersion(await findVersion(tx, projectId, key));
    const environments = await readGroundEnvironments(tx, projectId);
    await requireMaySave(tx, asking, projectId, [found.version.policy], environments);
    return write(tx, found, now);
  });
  return withResult(committed, async () => requireVersion(await findVersion(parts.door.db, projectId, key)));
}
