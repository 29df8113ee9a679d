import type { MyProject, Role } from '../../client/me.ts';

/** What each role may do, in the order in which they may more. */
export const ROLES: Record<Role, string> = {
  viewer: 'Sees flags, rules and the log. Changes nothing.',
  killer: 'Turns flags off and kills them, for whoever is on call. Turns nothing on.',
  editor: 'Changes flags and segments. In a protected environment only towards safe.',
  'release-manager': 'All that an editor may; approves what others ask for, and starts and advances rollouts.',
  admin: 'All that an editor may; and keys, tokens, members and environments.',
};

/** What lies within a role: every role may what those before it may. */
const WITHIN: Record<Role, readonly Role[]> = {
  viewer: ['viewer'],
  killer: ['viewer', 'killer'],
  editor: ['viewer', 'killer', 'editor'],
  'release-manager': ['viewer', 'killer', 'editor', 'release-manager'],
  admin: ['viewer', 'killer', 'editor', 'admin'],
};

/** True where somebody who has some roles may all that a role may: a token can do no more than its owner. */
export function isWithin(role: Role, mine: readonly Role[]): boolean {
  return mine.some((one) => WITHIN[one].includes(role));
}

/** The roles that a person has in a place of a project; undefined is all of it. */
export function myRoles(project: Pick<MyProject, 'roles' | 'environments'>, environment: string | undefined): Role[] {
  const place = project.environments.find(({ key }) => key === environment);
  return [...new Set([...project.roles, ...(place?.roles ?? [])])];
}

/** What somebody with these roles may do, in one sentence: that of the role that may most. */
export function tellRoles(roles: readonly Role[]): string {
  const most = (Object.keys(ROLES) as Role[]).reverse().find((role) => roles.includes(role));
  return most === undefined ? 'May do nothing.' : ROLES[most];
}
