import type { Db, Tx } from '../database/connect.ts';
import { type CommitAccess, NO_RULESET } from './commit.ts';
import { type MadeLink, makeLink } from './make-link.ts';
import { findMembershipOf, insertMembership, updateMembership } from './member-store.ts';
import { newId } from './mint-secret.ts';
import { findPersonByLogin, insertPerson, listAdmins, type PersonRow, updatePerson } from './person-store.ts';
import { ROOT } from './principal.ts';
import { endSessionRows } from './session-store.ts';

export interface RecoveryParts {
  db: Db;
  commit: CommitAccess;
  installationProject(): Promise<number>;
}

export interface Recovered {
  login: string;
  /** True where nobody had this login. */
  made: boolean;
  link: MadeLink;
  sessionsEnded: number;
}

/** How the log calls whoever has the machine: they may read the database, so nothing is kept from them. */
const ACTOR = 'machine';

/** Who is meant where no login is given: the only administrator, or a new one. Undefined where there are several. */
export async function findOnlyAdmin({ db }: Pick<RecoveryParts, 'db'>): Promise<string | undefined> {
  const admins = await db.transaction((tx) => listAdmins(tx));
  return admins.length > 1 ? undefined : (admins[0]?.login ?? 'admin');
}

/**
 * Gives somebody on the machine the way back in: a link with which the account of this login, which is made where there
 * is none, sets a password and manages the installation. Whoever is signed in with it now is signed out.
 */
export async function recoverAdmin(parts: RecoveryParts, login: string): Promise<Recovered> {
  const projectId = await parts.installationProject();
  const id = (await findPersonByLogin(parts.db, login))?.id ?? newId();
  const order = {
    ...{ projectId, environmentIds: [], principal: ROOT, actor: ACTOR, access: true as const },
    ...{ action: 'person.recover', subject: `person/${id}` },
  };
  const committed = await parts.commit<Recovered>(order, async (tx, { now }) => {
    const known = await findPersonByLogin(tx, login);
    const person = await letIn(tx, known ?? (await insertPerson(tx, { id, login, name: login, createdBy: ACTOR })));
    await makeAdmin(tx, person.id);
    const link = await makeLink(tx, person, ACTOR, now, 'recovery');
    const ended = await endSessionRows(tx, person.id, now);
    const made = known === undefined;
    const after = { person: person.id, login: person.login, made, sessionsEnded: ended.length };
    return { result: { login: person.login, made, link, sessionsEnded: ended.length }, touched: NO_RULESET, after };
  });
  return committed.result as Recovered;
}

async function letIn(tx: Tx, person: PersonRow): Promise<PersonRow> {
  return person.disabledAt === null ? person : updatePerson(tx, person.id, { disabledAt: null });
}

async function makeAdmin(tx: Tx, personId: string): Promise<void> {
  const place = { personId, projectId: null, environmentId: null };
  const has = await findMembershipOf(tx, place);
  if (!has) await insertMembership(tx, { id: newId(), ...place, roles: ['admin'], createdBy: ACTOR });
  else if (!has.roles.includes('admin')) {
    await updateMembership(tx, has.id, { roles: [...has.roles, 'admin'], environmentId: null });
  }
}
