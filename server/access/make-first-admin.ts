import { Problem } from '../platform/problem.ts';
import { NO_RULESET } from './commit.ts';
import { readAgain } from './key-place.ts';
import { insertMembership } from './member-store.ts';
import { newId } from './mint-secret.ts';
import type { PeopleParts } from './people-parts.ts';
import { countAdmins, findPersonByLogin, insertPerson } from './person-store.ts';
import { ROOT } from './principal.ts';
import { makeSession, type NewSession, type SignInFrom } from './session.ts';
import { insertSession } from './session-store.ts';
import { requireLink, useUp } from './use-link.ts';

export interface FirstAdmin {
  token: string;
  login: string;
  name: string;
  password: string;
}

/**
 * Makes the first administrator by the link of the first start, and signs them in. That there is none yet is decided in
 * the same transaction, under the installation's lock: however many come at once, one is made.
 */
export async function makeFirstAdmin(parts: PeopleParts, wanted: FirstAdmin, from: SignInFrom): Promise<NewSession> {
  const { login, name } = wanted;
  if (parts.list.people.hasAdmin()) throw thereIsOne();
  // Before the password is hashed: whoever has no link makes nobody work.
  const link = await findSetupLink(parts, wanted.token);
  const password = await parts.hashing.hash(wanted.password);
  const projectId = await parts.installationProject();
  const id = newId();
  const order = {
    ...{ projectId, environmentIds: [], principal: ROOT, actor: `person:${id}`, access: true as const },
    ...{ action: 'person.first', subject: `person/${id}` },
  };
  const committed = await parts.commit<NewSession>(order, async (tx, { now }) => {
    if ((await countAdmins(tx)) > 0) throw thereIsOne();
    await useUp(tx, link, now);
    if (await findPersonByLogin(tx, login)) throw new Problem('duplicate', `The login ${login} is taken.`);
    const createdBy = `person:${id}`;
    await insertPerson(tx, { id, login, name, password, createdBy });
    const grant = { personId: id, projectId: null, environmentId: null, roles: ['admin' as const] };
    await insertMembership(tx, { id: newId(), ...grant, createdBy });
    const session = makeSession(id, from, now);
    await insertSession(tx, session.row);
    return { result: session, touched: NO_RULESET, after: { login, name, roles: ['admin'] } };
  });
  await readAgain(parts);
  return committed.result as NewSession;
}

/** While the link is used by somebody else, the better answer is that there is an administrator. */
async function findSetupLink(parts: PeopleParts, token: string) {
  try {
    return await requireLink(parts, token, ['setup']);
  } catch (error) {
    await parts.list.refresh().catch(() => undefined);
    throw parts.list.people.hasAdmin() ? thereIsOne() : error;
  }
}

const thereIsOne = () =>
  new Problem(
    'wrong_state',
    'There is an administrator already: sign in. Where nobody can, run on the machine: turnout admin recover',
  );
