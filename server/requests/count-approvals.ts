import type { ApprovalRule } from '../access/approval-rule.ts';
import { hasRole } from '../access/permissions.ts';
import type { Grant, PersonPrincipal, Role } from '../access/principal.ts';
import type { Direction } from '../changes/door.ts';
import type { Need } from './request.ts';

/** What approvals are held against. */
export interface Counted {
  projectId: number;
  hash: string;
  /** People whose approval does not count: they wrote it. */
  authors: readonly string[];
}

/** An approval with what its giver may do now; null for whoever may do nothing any more. */
export interface Given {
  personId: string;
  hash: string;
  grants: readonly Grant[] | null;
}

/** Why an approval does not count for a need; undefined where it does. */
export function whyNotCounted(given: Given, { projectId, hash, authors }: Counted, need: Need): string | undefined {
  if (given.hash !== hash) return 'it was given for another draft';
  if (authors.includes(given.personId)) return 'authors do not count';
  if (given.grants === null) return 'they were disabled since';
  return mayGive(given.personId, given.grants, projectId, need)
    ? undefined
    : `they are no ${anyOf(need.roles)} there now`;
}

/** Whether somebody has one of the roles that a need asks for, where it asks for it. */
export function mayGive(personId: string, grants: readonly Grant[], projectId: number, need: Need): boolean {
  const person: PersonPrincipal = { kind: 'person', id: personId, name: '', login: '', session: '', grants };
  const { environmentId } = need;
  return hasRole(person, { projectId, ...(environmentId === undefined ? {} : { environmentId }) }, need.roles);
}

/** What of a need is still missing, given these approvals; each person counts once. */
export function missingOf(given: readonly Given[], counted: Counted, need: Need): number {
  const people = new Set(
    given.filter((one) => whyNotCounted(one, counted, need) === undefined).map(({ personId }) => personId),
  );
  return Math.max(0, need.count - people.size);
}

/** The approvals that a change asks for: where it grows and the environment is protected, those of its rule. */
export function needsOf(
  environments: readonly { id: number; key: string; protected: boolean; rule: ApprovalRule }[],
  directions: Readonly<Record<string, Direction>>,
): Need[] {
  return environments
    .filter((environment) => environment.protected && directions[environment.key] === 'growing')
    .map(({ id, rule }) => ({ environmentId: id, roles: rule.roles, count: rule.count }));
}

export const anyOf = (roles: readonly Role[]): string => roles.join(' or ');

/** `1 more approval by a release-manager in production`. */
export function describeNeed({ roles }: Need, missing: number, environment: string | undefined): string {
  const approvals = missing === 1 ? '1 more approval' : `${missing} more approvals`;
  return `${approvals} by ${anyOf(roles)}${environment === undefined ? '' : ` in ${environment}`}`;
}
