import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { memberships, people, sessions, tokens } from '../database/tables.ts';
import { seenEnvironments } from './permissions.ts';
import { type Grant, type PersonPrincipal, type Principal, ROOT, type TokenPrincipal } from './principal.ts';

/**
 * A person or token as the database has it now, by its own rows and clock: with the grants of this moment. Undefined
 * where the session or the token has ended, or its person was disabled.
 */
export async function readPrincipalNow(
  tx: Db | Tx,
  principal: TokenPrincipal | PersonPrincipal,
): Promise<TokenPrincipal | PersonPrincipal | undefined> {
  if (principal.kind === 'person') return readPersonNow(tx, principal);
  const [row] = await tx
    .select({ owner: tokens.owner, disabledAt: people.disabledAt })
    .from(tokens)
    .leftJoin(people, eq(people.id, tokens.owner))
    .where(and(eq(tokens.id, principal.id), isNull(tokens.revokedAt), isAhead(tokens.expiresAt)));
  if (!row || row.disabledAt !== null) return undefined;
  const { owner: _believed, ...token } = principal;
  if (row.owner === null) return token;
  return { ...token, owner: { id: row.owner, grants: await readGrants(tx, row.owner) } };
}

async function readPersonNow(tx: Db | Tx, principal: PersonPrincipal): Promise<PersonPrincipal | undefined> {
  const [row] = await tx
    .select({ id: people.id })
    .from(sessions)
    .innerJoin(people, eq(people.id, sessions.personId))
    .where(
      and(
        eq(sessions.id, principal.session),
        eq(people.id, principal.id),
        isNull(people.disabledAt),
        isNull(sessions.endedAt),
        gt(sessions.expiresAt, sql`now()`),
      ),
    );
  return row && { ...principal, grants: await readGrants(tx, principal.id) };
}

/**
 * Whoever the log calls so, as the database has them now, signed in or not; undefined for whoever was disabled. Who has
 * the machine counts as root.
 */
export async function readActorNow(tx: Db | Tx, actor: string): Promise<Principal | undefined> {
  if (actor === 'root' || actor === 'machine') return ROOT;
  const [kind, id = ''] = actor.split(':');
  if (kind !== 'person') return undefined;
  const { login, name } = people;
  const [row] = await tx
    .select({ login, name })
    .from(people)
    .where(and(eq(people.id, id), isNull(people.disabledAt)));
  return row && { kind: 'person', id, ...row, session: '', grants: await readGrants(tx, id) };
}

/**
 * The environments of a project that whoever the log calls so may hear of, as they are now; undefined for all. Keys, hooks,
 * rollouts and whoever is gone hear of none.
 */
export async function seenByActor(
  tx: Db | Tx,
  projectId: number,
  actor: string,
): Promise<readonly number[] | undefined> {
  const now = await readWhoNow(tx, actor);
  return now === undefined ? [] : seenEnvironments(now, projectId);
}

/** The same for tokens, too: undefined for one that was revoked, has expired, or whose owner was disabled. */
export async function readWhoNow(tx: Db | Tx, actor: string): Promise<Principal | undefined> {
  const [kind, id = ''] = actor.split(':');
  return kind === 'token' ? readTokenNow(tx, id) : readActorNow(tx, actor);
}

async function readTokenNow(tx: Db | Tx, id: string): Promise<Principal | undefined> {
  const [row] = await tx.select().from(tokens).where(eq(tokens.id, id));
  if (row === undefined || row.check !== null) return undefined;
  const { name, projectId, environmentId, roles } = row;
  return readPrincipalNow(tx, { kind: 'token', id, name, projectId, environmentId, roles });
}

/** What somebody may do where, at this moment. */
export async function readGrants(tx: Db | Tx, personId: string): Promise<Grant[]> {
  return tx
    .select({
      projectId: memberships.projectId,
      environmentId: memberships.environmentId,
      roles: memberships.roles,
    })
    .from(memberships)
    .where(eq(memberships.personId, personId));
}

const isAhead = (column: typeof tokens.expiresAt) => or(isNull(column), gt(column, sql`now()`));
