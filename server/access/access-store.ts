import { and, eq, gt, isNotNull, isNull, ne, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import {
  environments,
  installation,
  keys,
  memberships,
  people,
  projects,
  sessions,
  tokens,
} from '../database/tables.ts';
import type { ApprovalRule } from './approval-rule.ts';
import type { SignedContexts } from './context-rule.ts';
import type { Grant, KeyKind, Role } from './principal.ts';
import { withoutArchived } from './without-archived.ts';

/** The row that carries the installation's own chain. No key reaches it, for keys never begin with a dot. */
export const INSTALLATION_PROJECT = '.installation';

export interface ListedProject {
  id: number;
  key: string;
  name: string;
  /** Made to be tried out. Left out by nodes that did not keep it yet. */
  demo?: boolean;
}

export interface ListedEnvironment {
  id: number;
  projectId: number;
  key: string;
  protected: boolean;
  /** Left out by nodes that did not keep it yet. */
  name?: string;
}

interface ListedCredential {
  id: string;
  name: string;
  verifier: string;
  projectId: number;
  /** Milliseconds since 1970. */
  expiresAt: number | null;
  revoked: boolean;
}

export interface ListedKey extends ListedCredential {
  kind: KeyKind;
  environmentId: number;
  origins: string[];
  flags: string[] | null;
  tags: string[] | null;
  /** How its contexts are signed; null, or left out by nodes that did not know that, where they are not. */
  context?: SignedContexts | null;
}

export interface ListedToken extends ListedCredential {
  environmentId: number | null;
  roles: Role[];
  /** The person whose token it is; null, or left out by nodes that knew no people, where there is none. */
  owner?: string | null;
  /** The one check that it posts; null, or left out by nodes that knew no checks, for a token of the admin API. */
  check?: string | null;
}

export interface ListedPerson {
  id: string;
  login: string;
  name: string;
  disabled: boolean;
  /** True for somebody who has no password yet. */
  invited: boolean;
  grants: Grant[];
}

export interface ListedSession {
  /** SHA-256 of the cookie's secret. */
  id: string;
  person: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/**
 * All that a node keeps in memory of who may do what, as plain JSON. Verifiers, never secrets: what contexts are signed
 * with is in it sealed.
 */
export interface AccessContents {
  v: 1;
  revision: number;
  projects: ListedProject[];
  environments: ListedEnvironment[];
  keys: ListedKey[];
  tokens: ListedToken[];
  /** Both are left out in what nodes that knew no people have kept on their disk. */
  people?: ListedPerson[];
  sessions?: ListedSession[];
}

/** The access revision alone: what is asked every 2 s and for every credential that memory does not know. */
export async function readAccessRevision(db: Db | Tx): Promise<number> {
  const [row] = await db.select({ revision: installation.accessRevision }).from(installation);
  return row?.revision ?? 0;
}

/** Reads everything at one moment. Revoked keys come along, so that a revoked one can be told from an unknown one. */
export async function readAccess(db: Db): Promise<AccessContents> {
  return db.transaction(
    async (tx) => {
      const revision = await readAccessRevision(tx);
      const listedProjects = await tx
        .select({ id: projects.id, key: projects.key, name: projects.name, demo: projects.demo })
        .from(projects)
        .where(ne(projects.key, INSTALLATION_PROJECT))
        .orderBy(projects.key);
      const listedEnvironments = await tx
        .select({
          id: environments.id,
          projectId: environments.projectId,
          key: environments.key,
          name: environments.name,
          protected: environments.protected,
        })
        .from(environments)
        .orderBy(environments.projectId, environments.key);
      const archived = await tx.select({ id: projects.id }).from(projects).where(isNotNull(projects.archivedAt));
      const contents: AccessContents = {
        v: 1,
        revision,
        projects: listedProjects,
        environments: listedEnvironments,
        keys: await readKeys(tx),
        tokens: await readTokens(tx),
        people: await readPeople(tx),
        sessions: await readSessions(tx),
      };
      return withoutArchived(
        contents,
        archived.map(({ id }) => id),
      );
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** Revoked longer ago than this, a credential is only unknown. */
const REMEMBERED = sql`interval '90 days'`;

async function readKeys(tx: Tx): Promise<ListedKey[]> {
  const rows = await tx
    .select()
    .from(keys)
    .where(or(isNull(keys.revokedAt), sql`${keys.revokedAt} > now() - ${REMEMBERED}`));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    verifier: row.verifier,
    projectId: row.projectId,
    environmentId: row.environmentId,
    kind: row.kind,
    origins: row.origins,
    flags: row.flags,
    tags: row.tags,
    context: row.context && { ...row.context, sealed: row.contextSealed },
    expiresAt: row.expiresAt?.getTime() ?? null,
    revoked: row.revokedAt !== null,
  }));
}

async function readTokens(tx: Tx): Promise<ListedToken[]> {
  const rows = await tx
    .select()
    .from(tokens)
    .where(or(isNull(tokens.revokedAt), sql`${tokens.revokedAt} > now() - ${REMEMBERED}`));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    verifier: row.verifier,
    projectId: row.projectId,
    environmentId: row.environmentId,
    roles: row.roles,
    owner: row.owner,
    check: row.check,
    expiresAt: row.expiresAt?.getTime() ?? null,
    revoked: row.revokedAt !== null,
  }));
}

/** Everybody, for the log names those who have left, too. Never how a password was hashed. */
async function readPeople(tx: Tx): Promise<ListedPerson[]> {
  const { id, login, name, password, disabledAt } = people;
  const rows = await tx.select({ id, login, name, password, disabledAt }).from(people).orderBy(people.id);
  const { personId, projectId, environmentId, roles } = memberships;
  const granted = await tx.select({ personId, projectId, environmentId, roles }).from(memberships);
  const grants = new Map<string, Grant[]>();
  for (const { personId: whose, ...grant } of granted) grants.set(whose, [...(grants.get(whose) ?? []), grant]);
  return rows.map(({ disabledAt: since, password: hash, ...row }) => {
    return { ...row, disabled: since !== null, invited: hash === null, grants: grants.get(row.id) ?? [] };
  });
}

async function readSessions(tx: Tx): Promise<ListedSession[]> {
  const rows = await tx
    .select({ id: sessions.id, person: sessions.personId, expiresAt: sessions.expiresAt })
    .from(sessions)
    .where(and(isNull(sessions.endedAt), gt(sessions.expiresAt, sql`now()`)));
  return rows.map((row) => ({ ...row, expiresAt: row.expiresAt.getTime() }));
}

/** The id of the project row that carries the installation's own chain. */
export async function findInstallationProject(db: Db): Promise<number> {
  const [row] = await db.select({ id: projects.id }).from(projects).where(eq(projects.key, INSTALLATION_PROJECT));
  if (!row) throw new Error('The database has no installation row: run `turnout migrate`.');
  return row.id;
}

/**
 * Keeps the fingerprints of the secrets in force: those of the node that came last, so that one which was rotated out is
 * none any more. Throws when the database knows others and none of these: a node with a foreign secret could read no
 * token, journal or snapshot of this installation.
 */
export async function agreeOnSecrets(db: Db, fingerprints: string[]): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.select().from(installation).for('update');
    const known = row?.secretFingerprints ?? [];
    if (known.length > 0 && !fingerprints.some((one) => known.includes(one))) {
      throw new Error(
        `TURNOUT_SECRET (or DATA_DIR/secret) is not this installation's: the database knows ${known.join(', ')}, ` +
          `this node has ${fingerprints.join(', ')}. Give this node the secret of the others.`,
      );
    }
    const isSame = known.length === fingerprints.length && fingerprints.every((one) => known.includes(one));
    if (!isSame) await tx.update(installation).set({ secretFingerprints: fingerprints });
  });
}

/** Whether an environment is protected at this moment, inside a transaction. */
export async function isProtected(tx: Tx, environmentId: number): Promise<boolean> {
  const [row] = await tx
    .select({ protected: environments.protected })
    .from(environments)
    .where(eq(environments.id, environmentId));
  return row?.protected ?? true;
}

/** The protected environments in which a role would hold that is given there; without a project, those of all. */
export async function protectedWithin(
  tx: Tx,
  { projectId, environmentId }: { projectId: number | null; environmentId: number | null },
): Promise<{ key: string; approvals: ApprovalRule | null }[]> {
  return tx
    .select({ key: environments.key, approvals: environments.approvals })
    .from(environments)
    .innerJoin(projects, eq(projects.id, environments.projectId))
    .where(
      and(
        eq(environments.protected, true),
        isNull(projects.archivedAt),
        projectId === null ? undefined : eq(environments.projectId, projectId),
        environmentId === null ? undefined : eq(environments.id, environmentId),
      ),
    );
}
