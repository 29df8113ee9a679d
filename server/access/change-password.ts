import { invalid, Problem } from '../platform/problem.ts';
import { NO_RULESET } from './commit.ts';
import { readAgain } from './key-place.ts';
import type { PeopleParts } from './people-parts.ts';
import { findPerson, updatePerson } from './person-store.ts';
import { type PersonPrincipal, ROOT } from './principal.ts';
import { makeSession, type NewSession, type SignInFrom } from './session.ts';
import { endSessionRows, insertSession } from './session-store.ts';
import { checkPassword } from './sign-in.ts';

/** Changes somebody's own password. All their sessions end, and a new one begins with a new id. */
export async function changePassword(
  parts: PeopleParts,
  person: PersonPrincipal,
  { current, next }: { current: string; next: string },
  from: SignInFrom,
): Promise<NewSession> {
  const before = await checkCurrent(parts, person, current, from);
  const password = await parts.hashing.hash(next);
  const order = {
    ...{ projectId: await parts.installationProject(), environmentIds: [], principal: ROOT, access: true as const },
    ...{ actor: `person:${person.id}`, action: 'person.password', subject: `person/${person.id}` },
  };
  const committed = await parts.commit<{ session: NewSession; ended: string[] }>(order, async (tx, { now }) => {
    const found = await findPerson(tx, person.id);
    if (found?.password !== before || found.disabledAt !== null) throw notCurrent();
    await updatePerson(tx, person.id, { password });
    const ended = await endSessionRows(tx, person.id, now);
    const session = makeSession(person.id, from, now);
    await insertSession(tx, session.row);
    return { result: { session, ended }, touched: NO_RULESET, after: { sessionsEnded: ended.length } };
  });
  const { session, ended } = committed.result as { session: NewSession; ended: string[] };
  for (const id of ended) parts.list.revokeHere(id);
  await readAgain(parts);
  return session;
}

/** A wrong one is a fault of a field here: who asks is known. */
async function checkCurrent(parts: PeopleParts, { login }: PersonPrincipal, current: string, from: SignInFrom) {
  try {
    return (await checkPassword(parts, login, current, from)).password;
  } catch (error) {
    throw error instanceof Problem && error.code === 'sign_in_refused' ? notCurrent() : error;
  }
}

const notCurrent = () => invalid([{ path: '/current', code: 'wrong', expected: 'your present password' }]);
