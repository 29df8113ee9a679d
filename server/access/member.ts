import type { JsonValue } from '@turnout/core';
import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import type { Asking } from './asking.ts';
import { accessOrderOf } from './key-place.ts';
import type { MemberAnswer } from './member-contract.ts';
import type { Member } from './member-store.ts';
import type { PeopleParts } from './people-parts.ts';
import { isAllowed } from './permissions.ts';
import { countAdmins, type PersonRow } from './person-store.ts';
import { actorOf, type Principal, ROOT } from './principal.ts';
import { readPrincipalNow } from './principal-store.ts';
import { makeSession, type NewSession, type SignInFrom } from './session.ts';
import { endSessionRows, insertSession } from './session-store.ts';

/** Of what somebody is a member: of a project, or of the whole installation. */
export interface MemberPlace {
  /** Null for the whole installation. */
  projectId: number | null;
  /** The project row whose chain tells of it. */
  chain: number;
}

/** Who asks, and from where: whoever changes their own roles goes on in a new session. */
export interface MemberAsking extends Asking {
  from: SignInFrom;
}

export function stateOf(person: PersonRow): 'active' | 'invited' | 'disabled' {
  if (person.disabledAt !== null) return 'disabled';
  return person.password === null ? 'invited' : 'active';
}

export function showMember({ list }: Pick<PeopleParts, 'list'>, { row, person }: Member): MemberAnswer {
  const { id, roles, version, projectId, environmentId } = row;
  const { login, name } = person;
  return {
    id,
    person: { id: person.id, login, name, state: stateOf(person) },
    roles,
    scope: projectId === null ? 'installation' : environmentId === null ? 'project' : 'environment',
    environment: environmentId === null ? null : (list.environmentById(environmentId)?.key ?? null),
    version,
    createdAt: row.createdAt.toISOString(),
  };
}

/** A member as the log keeps them. */
export function logMember(parts: Pick<PeopleParts, 'list'>, member: Member): JsonValue {
  const { person, roles, scope, environment } = showMember(parts, member);
  return { person: person.id, login: person.login, name: person.name, roles, scope, environment };
}

/**
 * The parts of an order that hands out rights. The door's own check comes after the work, and by then whoever changed
 * their own roles has another session or fewer rights: so `requireGranting` looks before, in the same transaction.
 */
export function grantingOrderOf(asking: Asking) {
  return { ...accessOrderOf(asking), principal: ROOT, actor: actorOf(asking.principal) };
}

/** Inside the transaction: whoever hands out rights must have them still. Answers them as the database has them now. */
export async function requireGranting(tx: Tx, { principal }: Asking, { projectId }: MemberPlace): Promise<Principal> {
  if (principal.kind === 'root') return principal;
  const now = principal.kind === 'person' ? await readPrincipalNow(tx, principal) : undefined;
  const may = now && (projectId === null ? isAllowed(now, 'root', {}) : isAllowed(now, 'grant', { projectId }));
  if (!now || !may) throw new Problem('forbidden', 'You may not hand out rights here any more.');
  return now;
}

/** Inside the transaction: somebody must be left who can manage the installation from the screen. */
export async function requireAdminLeft(tx: Tx, without: { membership?: string; person?: string }): Promise<void> {
  if ((await countAdmins(tx)) === 0 || (await countAdmins(tx, without)) > 0) return;
  throw new Problem(
    'wrong_state',
    'This is the last administrator of the installation. Make somebody else one first, and wait until they signed in.',
  );
}

/** The sessions that ended because somebody's roles changed, and the new one of whoever changed their own. */
export interface Renewed {
  ended: string[];
  own: NewSession | undefined;
}

/** A session never outlives the roles with which it began: all of them end, and one's own goes on under a new id. */
export async function renewSessions(tx: Tx, asking: MemberAsking, personId: string, now: Date): Promise<Renewed> {
  const ended = await endSessionRows(tx, personId, now);
  const { principal, from } = asking;
  if (principal.kind !== 'person' || principal.id !== personId) return { ended, own: undefined };
  const own = makeSession(personId, from, now);
  await insertSession(tx, own.row);
  return { ended, own };
}
