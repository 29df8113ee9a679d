import type { Tx } from '../database/connect.ts';
import type { ChangeReceipt } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { findEnvironment, requireMember } from './add-member.ts';
import { type AccessWritten, NO_RULESET } from './commit.ts';
import { readAgain, receiptOf } from './key-place.ts';
import {
  grantingOrderOf,
  logMember,
  type MemberAsking,
  type MemberPlace,
  type Renewed,
  renewSessions,
  requireAdminLeft,
  requireGranting,
  showMember,
} from './member.ts';
import type { MemberPatch } from './member-contract.ts';
import { deleteMembership, findMembershipOf, type Member, updateMembership } from './member-store.ts';
import { gainedRoles, requireNoNewApprover } from './new-approver.ts';
import type { PeopleParts } from './people-parts.ts';

export interface ChangedMember {
  member: Member;
  change: ChangeReceipt | undefined;
  own: Renewed['own'];
}

/** Changes somebody's roles, or where they hold, by RFC 7396. */
export async function editMember(
  parts: PeopleParts,
  asking: MemberAsking,
  place: MemberPlace,
  id: string,
  patch: MemberPatch,
): Promise<ChangedMember> {
  const order = orderOf(asking, place, id, 'member.update');
  const work = editMemberWork(parts, asking, place, id, patch);
  const committed = await parts.commit<{ member: Member } & Renewed>(order, work);
  if (committed.replayed) return replayed(parts, place, id, committed.change);
  await forget(parts, committed.result);
  return { member: committed.result.member, change: committed.change, own: committed.result.own };
}

/** The same inside of a change that a second admin may have agreed to. */
export function editMemberWork(
  parts: Pick<PeopleParts, 'list'>,
  asking: MemberAsking & { approved?: true },
  place: MemberPlace,
  id: string,
  patch: MemberPatch,
): (tx: Tx, ground: { now: Date }) => Promise<AccessWritten<{ member: Member } & Renewed>> {
  return async (tx, { now }) => {
    await requireGranting(tx, asking, place);
    const before = await requireMember({ db: tx }, place, id);
    requireExpected(asking.expected, before.row.version, showMember(parts, before));
    const { roles = before.row.roles } = patch;
    const environmentId =
      patch.environment === undefined ? before.row.environmentId : findEnvironment(parts, place, patch.environment);
    const isSame = sameRoles(roles, before.row.roles);
    if (isSame && environmentId === before.row.environmentId) {
      const result = { member: before, ended: [], own: undefined };
      return { result, touched: NO_RULESET, unchanged: true };
    }
    const gained = gainedRoles(before.row, { roles, environmentId });
    await requireNoNewApprover(tx, asking, { projectId: place.projectId, environmentId, roles: gained });
    const there = { personId: before.person.id, projectId: place.projectId, environmentId };
    const other = await findMembershipOf(tx, there);
    if (other && other.id !== id) throw new Problem('duplicate', 'They are a member there already.');
    if (!roles.includes('admin') && place.projectId === null) await requireAdminLeft(tx, { membership: id });
    const member = { row: await updateMembership(tx, id, { roles, environmentId }), person: before.person };
    const renewed = await renewSessions(tx, asking, before.person.id, now);
    return {
      ...{ result: { member, ...renewed }, touched: NO_RULESET },
      ...{ before: logMember(parts, before), after: logMember(parts, member) },
    };
  };
}

/** Takes somebody's roles away there. Their account stays, and what they made. */
export async function removeMember(
  parts: PeopleParts,
  asking: MemberAsking,
  place: MemberPlace,
  id: string,
): Promise<{ change: ChangeReceipt; own: Renewed['own'] }> {
  const order = orderOf(asking, place, id, 'member.remove');
  const committed = await parts.commit<Renewed>(order, async (tx, { now }) => {
    await requireGranting(tx, asking, place);
    const before = await requireMember({ db: tx }, place, id);
    requireExpected(asking.expected, before.row.version, showMember(parts, before));
    if (place.projectId === null) await requireAdminLeft(tx, { membership: id });
    await deleteMembership(tx, id);
    const renewed = await renewSessions(tx, asking, before.person.id, now);
    return { result: renewed, touched: NO_RULESET, before: logMember(parts, before) };
  });
  await forget(parts, committed.result);
  return { change: receiptOf(committed), own: committed.result?.own };
}

function orderOf(asking: MemberAsking, { chain }: MemberPlace, id: string, action: string) {
  return { ...grantingOrderOf(asking), projectId: chain, environmentIds: [], action, subject: `member/${id}` };
}

async function replayed(parts: PeopleParts, place: MemberPlace, id: string, change: ChangeReceipt) {
  return { member: await requireMember(parts, place, id), change, own: undefined };
}

/** The sessions that ended are over on this node at once. */
async function forget(parts: PeopleParts, renewed: Renewed | undefined): Promise<void> {
  for (const session of renewed?.ended ?? []) parts.list.revokeHere(session);
  await readAgain(parts);
}

const sameRoles = (one: readonly string[], other: readonly string[]) =>
  JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
