import type { Grant, KeyKind, Principal, Role, TokenPrincipal } from './principal.ts';

/**
 * What a route asks for. `change` is any role but viewer: whether a change is allowed by its direction and protection
 * is decided inside its transaction (may-change.ts). `grant` is to hand out rights, `self` to ask who one is, `session`
 * to look after one's own account. `check` is to post what a check found. `ruleset` and `evaluate` are what SDK keys are for.
 */
export const RIGHTS = [
  'self',
  'session',
  'read',
  'change',
  'kill',
  'admin',
  'grant',
  'root',
  'check',
  'ruleset',
  'evaluate',
] as const;
export type Right = (typeof RIGHTS)[number];

/** Where a right is asked for: in the whole installation, in a project, or in one environment of it. */
export interface Place {
  projectId?: number;
  environmentId?: number;
}

const OF_ROLE: Record<Role, readonly Right[]> = {
  viewer: ['read'],
  editor: ['read', 'change', 'kill'],
  killer: ['read', 'change', 'kill'],
  'release-manager': ['read', 'change', 'kill'],
  admin: ['read', 'change', 'kill', 'admin'],
};

const OF_KEY: Record<KeyKind, ReadonlySet<Right>> = {
  server: new Set(['ruleset', 'evaluate']),
  client: new Set(['evaluate']),
  kill: new Set(['kill']),
};

const OF_ROOT: ReadonlySet<Right> = new Set(['self', 'read', 'change', 'kill', 'admin', 'grant', 'root', 'check']);
const OF_CHECK: ReadonlySet<Right> = new Set(['check']);
const NONE: ReadonlySet<Right> = new Set();

/** Where somebody reaches: null stands for all of it. */
type Scope = Pick<Grant, 'projectId' | 'environmentId'>;
type Reach = (scope: Scope, place: Place) => boolean;

/** True where a scope holds in the whole place. */
const covers: Reach = ({ projectId, environmentId }, place) => {
  if (projectId === null) return true;
  return place.projectId === projectId && (environmentId === null || environmentId === place.environmentId);
};

/** True where a scope holds in the place, or in a part of it. */
const touches: Reach = ({ projectId, environmentId }, place) => {
  if (projectId === null || place.projectId === undefined) return true;
  if (place.projectId !== projectId) return false;
  return environmentId === null || place.environmentId === undefined || environmentId === place.environmentId;
};

/** The rights that hold in the whole place: what is granted is listed, and everything else is refused. */
export function rightsIn(principal: Principal, place: Place): ReadonlySet<Right> {
  return collect(principal, place, covers);
}

/** The rights that hold in the place or in a part of it. */
export function rightsWithin(principal: Principal, place: Place): ReadonlySet<Right> {
  return collect(principal, place, touches);
}

/** All rights of a principal, wherever they hold. */
export function rightsOf(principal: Principal): ReadonlySet<Right> {
  return rightsWithin(principal, {});
}

function collect(principal: Principal, place: Place, reach: Reach): ReadonlySet<Right> {
  if (principal.kind === 'root') return OF_ROOT;
  if (principal.kind === 'key') return reach(principal, place) ? OF_KEY[principal.keyKind] : NONE;
  if (principal.kind === 'token' && principal.check !== undefined) return reach(principal, place) ? OF_CHECK : NONE;
  const roles = rolesBy(principal, place, reach);
  const rights = new Set<Right>(['self', ...roles.flatMap((role) => OF_ROLE[role])]);
  if (principal.kind === 'token') return principal.owner ? heldByOwner(principal, rights, place, reach) : rights;
  rights.add('session');
  // A token hands out nothing: what it made would outlive it.
  if (roles.includes('admin')) rights.add('grant');
  if (rolesOf(principal.grants.filter(isInstallation), place, reach).includes('admin')) rights.add('root');
  return rights;
}

const isInstallation = (grant: Grant) => grant.projectId === null;

function heldByOwner(token: TokenPrincipal, rights: Set<Right>, place: Place, reach: Reach): Set<Right> {
  const roles = rolesOf(token.owner?.grants ?? [], partOf(token, place), reach);
  const held = new Set<Right>(['self', ...roles.flatMap((role) => OF_ROLE[role])]);
  return new Set([...rights].filter((right) => held.has(right)));
}

/** The roles that hold in the whole place; a token's own, whatever its owner has. */
export function rolesIn(principal: Principal, place: Place): Role[] {
  return principal.kind === 'token' || principal.kind === 'person' ? rolesBy(principal, place, covers) : [];
}

/** True where one of these roles holds in the whole place, and the owner of a token has one of them there too. */
export function hasRole(principal: Principal, place: Place, wanted: readonly Role[]): boolean {
  const isWanted = (role: Role) => wanted.includes(role);
  if (!rolesIn(principal, place).some(isWanted)) return false;
  if (principal.kind !== 'token' || principal.owner === undefined) return true;
  return rolesOf(principal.owner.grants, place, covers).some(isWanted);
}

function rolesBy(principal: Exclude<Principal, { kind: 'root' | 'key' }>, place: Place, reach: Reach): Role[] {
  return rolesOf(principal.kind === 'token' ? [principal] : principal.grants, place, reach);
}

function rolesOf(grants: readonly Grant[], place: Place, reach: Reach): Role[] {
  return [...new Set(grants.filter((grant) => reach(grant, place)).flatMap(({ roles }) => roles))];
}

/** The part of a place that a token reaches. */
function partOf(token: TokenPrincipal, { environmentId = token.environmentId ?? undefined }: Place): Place {
  return { projectId: token.projectId, ...(environmentId === undefined ? {} : { environmentId }) };
}

/** True where a principal may know that a place exists. For everybody else it is 404. */
export function maySee(principal: Principal, place: Place): boolean {
  if (principal.kind === 'root') return true;
  if (principal.kind === 'person') return principal.grants.some((grant) => touches(grant, place));
  if (!touches(principal, place)) return false;
  if (principal.kind !== 'token' || principal.owner === undefined) return true;
  return principal.owner.grants.some((grant) => touches(grant, partOf(principal, place)));
}

/** The environments of a project that a principal may hear of; undefined for all of them. */
export function seenEnvironments(principal: Principal, projectId: number): readonly number[] | undefined {
  if (principal.kind === 'root') return undefined;
  const scopes = principal.kind === 'person' ? principal.grants : [principal];
  const own = environmentsOf(scopes, projectId);
  if (principal.kind !== 'token' || principal.owner === undefined) return own;
  const owners = environmentsOf(principal.owner.grants, projectId);
  return own && owners ? own.filter((id) => owners.includes(id)) : (own ?? owners);
}

function environmentsOf(scopes: readonly Scope[], projectId: number): readonly number[] | undefined {
  const ids = new Set<number>();
  for (const scope of scopes) {
    if (!touches(scope, { projectId })) continue;
    if (scope.environmentId === null) return undefined;
    ids.add(scope.environmentId);
  }
  return [...ids].sort((a, b) => a - b);
}

/** True where a right holds in the whole place. */
export function isAllowed(principal: Principal, right: Right, place: Place): boolean {
  return rightsIn(principal, place).has(right);
}

/** Says what is missing, for a person: `admin` in the project, `change` in the environment. */
export function describeMissing(right: Right, place: Place): string {
  if (right === 'root') return `This needs ${WHO.root}.`;
  if (right === 'session') return `Only ${WHO.session} can do this: a token or key has no account.`;
  const where =
    place.environmentId !== undefined
      ? 'in this environment'
      : place.projectId !== undefined
        ? 'in the whole project'
        : 'in the installation';
  return `This needs the right "${right}" ${where} (${WHO[right]}).`;
}

const WHO: Record<Right, string> = {
  self: 'everybody but keys and check tokens has it',
  session: 'somebody who has signed in',
  read: 'every role has it',
  change: 'every role but viewer has it',
  kill: 'every role but viewer has it, and kill keys',
  admin: 'the role admin has it',
  grant: 'people with the role admin have it, and the root token; a token never has',
  root: 'the root token, or an admin of the whole installation',
  check: 'check tokens have it',
  ruleset: 'server keys have it',
  evaluate: 'server and client keys have it',
};
