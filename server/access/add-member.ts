import type { Tx } from '../database/connect.ts';
import type { ChangeReceipt } from '../platform/committed.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { type AccessWritten, NO_RULESET } from './commit.ts';
import { madeBefore, readAgain, receiptOf } from './key-place.ts';
import { type MadeLink, makeLink } from './make-link.ts';
import {
  grantingOrderOf,
  logMember,
  type MemberAsking,
  type MemberPlace,
  type Renewed,
  renewSessions,
  requireGranting,
} from './member.ts';
import type { NewMember } from './member-contract.ts';
import { findMember, findMembershipOf, insertMembership, type Member } from './member-store.ts';
import { newId } from './mint-secret.ts';
import { requireNoNewApprover } from './new-approver.ts';
import type { PeopleParts } from './people-parts.ts';
import { findPersonByLogin, insertPerson, type PersonRow } from './person-store.ts';
import { actorOf } from './principal.ts';

export interface AddedMember {
  member: Member;
  /** For an account that was made now. */
  link: MadeLink | undefined;
  change: ChangeReceipt;
  own: Renewed['own'];
}

/**
 * Makes somebody a member by their login. Where nobody has it an account is made, and the answer carries the link by
 * which its owner sets a password. An account that is there is never given a link here: whoever may add members to one
 * project could take over somebody who may more.
 */
export async function addMember(
  parts: PeopleParts,
  asking: MemberAsking,
  place: MemberPlace,
  wanted: NewMember,
): Promise<AddedMember> {
  const id = newId();
  const work = addMemberWork(parts, asking, place, id, wanted);
  const order = {
    ...{ ...grantingOrderOf(asking), projectId: place.chain, environmentIds: [] },
    ...{ action: 'member.add', subject: `member/${id}` },
  };
  const committed = await parts.commit<Omit<AddedMember, 'change'> & Renewed>(order, work);
  await readAgain(parts);
  const change = receiptOf(committed);
  if (committed.replayed) {
    const member = await requireMember(parts, place, await madeBefore(parts, place.chain, change.id));
    return { member, link: undefined, change, own: undefined };
  }
  return { ...committed.result, change };
}

/**
 * The same inside of a change that a second admin may have agreed to. Then nobody is there to whom a new account's link
 * could be shown: it is made afterwards.
 */
export function addMemberWork(
  parts: Pick<PeopleParts, 'list'>,
  asking: MemberAsking & { approved?: true },
  place: MemberPlace,
  id: string,
  wanted: NewMember,
): (tx: Tx, ground: { now: Date }) => Promise<AccessWritten<Omit<AddedMember, 'change'> & Renewed>> {
  const environmentId = findEnvironment(parts, place, wanted.environment);
  return async (tx, { now }) => {
    await requireGranting(tx, asking, place);
    const { projectId } = place;
    await requireNoNewApprover(tx, asking, { projectId, environmentId, roles: wanted.roles });
    const { person, link } = await findOrMake(tx, asking, wanted, now);
    if (await findMembershipOf(tx, { personId: person.id, projectId, environmentId })) {
      throw new Problem('duplicate', `${person.login} is a member there already: change their roles instead.`);
    }
    const createdBy = asking.approved ? 'request' : actorOf(asking.principal);
    const row = await insertMembership(tx, {
      ...{ id, personId: person.id, projectId, environmentId, roles: wanted.roles, createdBy },
    });
    const renewed = await renewSessions(tx, asking, person.id, now);
    const member = { row, person };
    return { result: { member, link, ...renewed }, touched: NO_RULESET, before: null, after: logMember(parts, member) };
  };
}

/** A membership of exactly there, or 404. */
export async function requireMember(
  { db }: { db: Tx | PeopleParts['db'] },
  { projectId }: MemberPlace,
  id: string,
): Promise<Member> {
  const member = await findMember(db, projectId, id);
  if (member) return member;
  const where = projectId === null ? 'of the whole installation' : 'of this project';
  throw new Problem('not_found', `There is no such member ${where}.`);
}

/** The environment that roles are limited to, null for the whole project. Throws 422 where it is none. */
export function findEnvironment(
  { list }: Pick<PeopleParts, 'list'>,
  { projectId }: MemberPlace,
  key: string | null | undefined,
): number | null {
  if (key === undefined || key === null) return null;
  const found = projectId === null ? undefined : list.findEnvironment(projectId, key);
  if (found) return found.id;
  throw invalid([{ path: '/environment', code: 'unknown', expected: 'the key of an environment of this project' }]);
}

async function findOrMake(
  tx: Tx,
  asking: MemberAsking & { approved?: true },
  { login, name }: NewMember,
  now: Date,
): Promise<{ person: PersonRow; link: MadeLink | undefined }> {
  const known = await findPersonByLogin(tx, login);
  if (known?.disabledAt) {
    throw new Problem('wrong_state', `The account ${known.login} is disabled: an installation admin can enable it.`);
  }
  if (known) return { person: known, link: undefined };
  const createdBy = asking.approved ? 'request' : actorOf(asking.principal);
  const person = await insertPerson(tx, { id: newId(), login, name: name ?? login, createdBy });
  return { person, link: asking.approved ? undefined : await makeLink(tx, person, createdBy, now) };
}
