import { Problem } from '../platform/problem.ts';
import { NO_RULESET } from './commit.ts';
import { readAgain } from './key-place.ts';
import type { PeopleParts } from './people-parts.ts';
import { findPerson, findPersonByLogin, type PersonRow } from './person-store.ts';
import { ROOT } from './principal.ts';
import { makeSession, type NewSession, type SignInFrom } from './session.ts';
import { insertSession } from './session-store.ts';

const ROUTE = 'POST /session';

/**
 * Signs somebody in by login and password, with a new session. A login that nobody has, an account that was disabled
 * and a wrong password get the same answer, after the same work.
 */
export async function signIn(
  parts: PeopleParts,
  { login, password }: { login: string; password: string },
  from: SignInFrom,
): Promise<NewSession> {
  const person = await checkPassword(parts, login, password, from);
  const projectId = await parts.installationProject();
  const order = {
    ...{ projectId, environmentIds: [], principal: ROOT, actor: `person:${person.id}`, access: true as const },
    ...{ action: 'session.begin', subject: `person/${person.id}` },
  };
  const committed = await parts.commit<NewSession>(order, async (tx, { now }) => {
    // The account may have been disabled, or its password changed, while the hash was made.
    const found = await findPerson(tx, person.id);
    if (!found || found.disabledAt !== null || found.password !== person.password) throw wrong();
    const session = makeSession(person.id, from, now);
    await insertSession(tx, session.row);
    return { result: session, touched: NO_RULESET, after: { address: from.address } };
  });
  await readAgain(parts);
  return committed.result as NewSession;
}

/** The person whose login and password these are. Throws 401, or 429 where the address or the account has to wait. */
export async function checkPassword(
  parts: PeopleParts,
  login: string,
  password: string,
  { address }: SignInFrom,
): Promise<PersonRow> {
  const attempt = await parts.delay.admit(login, address);
  const person = await findPersonByLogin(parts.db, login);
  const isRight = await parts.hashing.verify(password, person?.password);
  if (!person || !isRight || person.disabledAt !== null) {
    parts.events.noteRefusedSignIn(person?.id, ROUTE);
    throw wrong();
  }
  attempt.succeeded();
  return person;
}

const wrong = () => new Problem('sign_in_refused', 'This login and this password do not belong together. Try again.');
