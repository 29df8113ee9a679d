import type { KeyKind, Principal, Role } from './principal.ts';

/**
 * What a route asks for. `change` is any role but viewer: whether a change is allowed by its direction and protection
 * is decided inside its transaction (may-change.ts). `ruleset` and `evaluate` are what SDK keys are for.
 */
export const RIGHTS = ['read', 'change', 'kill', 'admin', 'root', 'ruleset', 'evaluate'] as const;
export type Right = (typeof RIGHTS)[number];

/** Where a right is asked for: nowhere in particular, in a project, or in one environment of it. */
export interface Place {
  projectId?: number;
  environmentId?: number;
}

const OF_ROLE: Record<Role, readonly Right[]> = {
  viewer: ['read'],
  editor: ['read', 'change', 'kill'],
  killer: ['read', 'change', 'kill'],
  admin: ['read', 'change', 'kill', 'admin'],
};

const OF_KEY: Record<KeyKind, ReadonlySet<Right>> = {
  server: new Set(['ruleset', 'evaluate']),
  client: new Set(['evaluate']),
  kill: new Set(['kill']),
};

const OF_ROOT: ReadonlySet<Right> = new Set(['read', 'change', 'kill', 'admin', 'root']);

/** All rights of a principal, wherever its scope is. */
export function rightsOf(principal: Principal): ReadonlySet<Right> {
  if (principal.kind === 'root') return OF_ROOT;
  if (principal.kind === 'key') return OF_KEY[principal.keyKind];
  return new Set(principal.roles.flatMap((role) => OF_ROLE[role]));
}

/** True where a principal may know that a place exists. For everybody else it is 404. */
export function maySee(principal: Principal, place: Place): boolean {
  if (principal.kind === 'root') return true;
  if (place.projectId !== undefined && place.projectId !== principal.projectId) return false;
  return (
    place.environmentId === undefined ||
    principal.environmentId === null ||
    place.environmentId === principal.environmentId
  );
}

/** True where the scope of a principal covers the whole place, and not only an environment of it. */
export function covers(principal: Principal, place: Place): boolean {
  if (principal.kind === 'root') return true;
  if (place.projectId === undefined || !maySee(principal, place)) return false;
  return principal.environmentId === null || place.environmentId !== undefined;
}

/** The rights table: what is granted is listed, and everything else is refused. */
export function isAllowed(principal: Principal, right: Right, place: Place): boolean {
  return rightsOf(principal).has(right) && covers(principal, place);
}

/** Says what is missing, for a person: `admin` in the project, `change` in the environment. */
export function describeMissing(right: Right, place: Place): string {
  if (right === 'root') return 'This needs the root token.';
  const where =
    place.environmentId !== undefined
      ? 'in this environment'
      : place.projectId !== undefined
        ? 'in the whole project'
        : 'in the installation';
  return `This needs the right "${right}" ${where} (${WHO[right]}).`;
}

const WHO: Record<Right, string> = {
  read: 'every token with a role has it',
  change: 'roles editor, killer and admin have it',
  kill: 'roles editor, killer and admin have it, and kill keys',
  admin: 'the role admin has it',
  root: 'the root token has it',
  ruleset: 'server keys have it',
  evaluate: 'server and client keys have it',
};
