import type { AccessList } from './access-list.ts';
import type { ListedEnvironment, ListedProject } from './access-store.ts';
import { mayChange } from './may-change.ts';
import { describeMissing, isAllowed, maySee, type Place, type Right, rightsIn, rolesIn } from './permissions.ts';
import type { May, Me, MyEnvironment, MyProject } from './person-contract.ts';
import type { KeyPrincipal, Principal } from './principal.ts';

/** Whoever has rights of more than one environment's apps. */
type Somebody = Exclude<Principal, KeyPrincipal>;

/** Who asks, and what they may do where; of what they may not, why not. All of it from memory. */
export function showMe(list: AccessList, principal: Somebody): Me {
  const session = principal.kind === 'person' ? list.people.findSession(principal.session) : undefined;
  return {
    principal: {
      ...{ kind: principal.kind, id: principal.id },
      name: principal.kind === 'root' ? 'root token' : principal.name,
      ...(principal.kind === 'person' ? { login: principal.login } : {}),
    },
    session: session ? { expiresAt: new Date(session.expiresAt).toISOString() } : null,
    rights: listRights(principal, {}),
    projects: list
      .listProjects()
      .filter(({ id }) => maySee(principal, { projectId: id }))
      .map((project) => showProject(list, principal, project)),
  };
}

function showProject(list: AccessList, principal: Somebody, { id, key, name, demo }: ListedProject): MyProject {
  const environments = list.listEnvironments().filter((row) => {
    return row.projectId === id && maySee(principal, { projectId: id, environmentId: row.id });
  });
  return {
    ...{ key, name, demo: demo ?? false },
    roles: rolesIn(principal, { projectId: id }),
    rights: listRights(principal, { projectId: id }),
    environments: environments.map((row) => showEnvironment(principal, row)),
  };
}

function showEnvironment(principal: Somebody, row: ListedEnvironment): MyEnvironment {
  const place = { projectId: row.projectId, environmentId: row.id };
  const has = (right: Right): May => {
    return isAllowed(principal, right, place) ? { yes: true } : { yes: false, why: describeMissing(right, place) };
  };
  // With a reason: that one is asked for is told apart from what one may do.
  const changing = (way: 'safe' | 'growing'): May => {
    const problem = mayChange({ principal, environment: row, way, reason: 'asked' });
    if (!problem) return { yes: true };
    const asks = problem.code === 'approval_required' ? { asks: true as const } : {};
    return { yes: false, why: problem.message, ...asks };
  };
  return {
    ...{ key: row.key, name: row.name ?? row.key, protected: row.protected },
    roles: rolesIn(principal, place),
    rights: listRights(principal, place),
    may: {
      read: has('read'),
      safe: changing('safe'),
      grow: changing('growing'),
      kill: has('kill'),
      // Whoever lifts a kill gives users more than they have now.
      restore: changing('growing'),
      admin: has('admin'),
    },
    reasonRequired: row.protected,
  };
}

const listRights = (principal: Somebody, place: Place): Right[] => [...rightsIn(principal, place)];
