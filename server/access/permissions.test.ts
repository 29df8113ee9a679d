import { describe, expect, it } from 'vitest';
import {
  describeMissing,
  isAllowed,
  maySee,
  type Place,
  RIGHTS,
  type Right,
  rightsIn,
  rightsWithin,
  seenEnvironments,
} from './permissions.ts';
import { type Grant, KEY_KINDS, type KeyKind, type Principal, ROLES, type Role } from './principal.ts';

const HERE: Place = { projectId: 1, environmentId: 10 };
const token = (roles: Role[], environmentId: number | null = null): Principal => ({
  ...{ kind: 'token', id: 't', name: 't', projectId: 1, environmentId, roles },
});
const key = (keyKind: KeyKind): Principal => ({
  ...{ kind: 'key', keyKind, id: 'k', name: 'k', projectId: 1, environmentId: 10 },
  ...{ origins: [], flags: null, tags: null },
});
const root: Principal = { kind: 'root', id: 'root' };
const person = (...grants: Grant[]): Principal => ({
  ...{ kind: 'person', id: 'p', name: 'P', login: 'p', session: 's', grants },
});
const grant = (roles: Role[], projectId: number | null, environmentId: number | null = null): Grant => ({
  ...{ projectId, environmentId, roles },
});
const owned = (roles: Role[], ...grants: Grant[]): Principal => ({
  ...{ kind: 'token', id: 't', name: 't', projectId: 1, environmentId: null, roles, owner: { id: 'p', grants } },
});

/** What is granted, by hand; everything that is not listed is refused. */
const granted: [string, Principal, Right[]][] = [
  ['root', root, ['self', 'read', 'change', 'kill', 'admin', 'grant', 'root', 'check']],
  ['a viewer', token(['viewer']), ['self', 'read']],
  ['an editor', token(['editor']), ['self', 'read', 'change', 'kill']],
  ['a killer', token(['killer']), ['self', 'read', 'change', 'kill']],
  ['a release manager', token(['release-manager']), ['self', 'read', 'change', 'kill']],
  ['an admin', token(['admin']), ['self', 'read', 'change', 'kill', 'admin']],
  ['viewer and killer', token(['viewer', 'killer']), ['self', 'read', 'change', 'kill']],
  ['nobody in particular', token([]), ['self']],
  ['a token of a check', { ...token([]), check: 'acceptance' } as Principal, ['check']],
  ['a server key', key('server'), ['ruleset', 'evaluate']],
  ['a client key', key('client'), ['evaluate']],
  ['a kill key', key('kill'), ['kill']],
  ['a person without a grant', person(), ['self', 'session']],
  ['a person who may kill', person(grant(['killer'], 1, 10)), ['self', 'session', 'read', 'change', 'kill']],
  [
    'a person who is the project’s admin',
    person(grant(['admin'], 1)),
    ['self', 'session', 'read', 'change', 'kill', 'admin', 'grant'],
  ],
  ['a token whose owner may only look', owned(['admin'], grant(['viewer'], 1)), ['self', 'read']],
  ['a token whose owner has left', owned(['admin']), ['self']],
];

/** What everybody has who is somebody, wherever they ask. */
const OWN: Right[] = ['self', 'session'];

describe('the rights table', () => {
  it.each(granted)('%s has what is listed in its environment, and nothing else', (_title, principal, rights) => {
    const has = RIGHTS.filter((right) => isAllowed(principal, right, HERE));
    expect([...has].sort()).toEqual([...rights].sort());
  });

  it('every role and every kind of key is in the table', () => {
    const roles = granted.flatMap(([, principal]) => (principal.kind === 'token' ? principal.roles : []));
    const kinds = granted.flatMap(([, principal]) => (principal.kind === 'key' ? [principal.keyKind] : []));
    expect(new Set(roles)).toEqual(new Set(ROLES));
    expect(new Set(kinds)).toEqual(new Set(KEY_KINDS));
  });

  it.each(granted.slice(1))('%s has nothing in another project', (_title, principal) => {
    for (const place of [{ projectId: 2 }, { projectId: 2, environmentId: 10 }, { projectId: 2, environmentId: 20 }]) {
      expect(RIGHTS.filter((right) => !OWN.includes(right) && isAllowed(principal, right, place))).toEqual([]);
      expect(maySee(principal, place)).toBe(false);
    }
  });

  it.each(['server', 'client', 'kill'] as const)('a %s key has nothing beyond its environment', (kind) => {
    for (const place of [{ projectId: 1 }, { projectId: 1, environmentId: 11 }, {}]) {
      expect(RIGHTS.filter((right) => isAllowed(key(kind), right, place))).toEqual([]);
    }
  });

  it('a token of one environment has nothing in another, and nothing of the whole project', () => {
    const admin = token(['admin'], 10);
    expect(isAllowed(admin, 'admin', HERE)).toBe(true);
    expect(isAllowed(admin, 'read', { projectId: 1, environmentId: 11 })).toBe(false);
    expect(maySee(admin, { projectId: 1, environmentId: 11 })).toBe(false);
    expect(isAllowed(admin, 'read', { projectId: 1 })).toBe(false);
    expect(maySee(admin, { projectId: 1 })).toBe(true);
  });

  it('only root and admins of the whole installation have a right in it', () => {
    expect(isAllowed(root, 'root', {})).toBe(true);
    const all: Right[] = ['self', 'session', 'read', 'change', 'kill', 'admin', 'grant', 'root'];
    expect([...rightsIn(person(grant(['admin'], null)), {})].sort()).toEqual(all.sort());
    expect(isAllowed(person(grant(['editor'], null)), 'root', {})).toBe(false);
    for (const [, principal] of granted.slice(1)) {
      expect(RIGHTS.filter((right) => !OWN.includes(right) && isAllowed(principal, right, {}))).toEqual([]);
    }
  });

  it('roles add up over grants, and each holds where it was given', () => {
    const ann = person(grant(['viewer'], 1), grant(['killer'], 1, 10), grant(['editor'], 2, 20));
    expect(isAllowed(ann, 'kill', HERE)).toBe(true);
    expect(isAllowed(ann, 'kill', { projectId: 1, environmentId: 11 })).toBe(false);
    expect(isAllowed(ann, 'read', { projectId: 1, environmentId: 11 })).toBe(true);
    expect(isAllowed(ann, 'read', { projectId: 2 })).toBe(false);
    expect(rightsWithin(ann, { projectId: 2 }).has('change')).toBe(true);
    expect([1, 2, 3].map((id) => maySee(ann, { projectId: id }))).toEqual([true, true, false]);
  });

  it('a person with grants in some environments hears of those alone', () => {
    const ann = person(grant(['viewer'], 1, 12), grant(['killer'], 1, 10));
    expect(seenEnvironments(ann, 1)).toEqual([10, 12]);
    expect(seenEnvironments(ann, 2)).toEqual([]);
    expect(seenEnvironments(person(grant(['viewer'], 1), grant(['editor'], 1, 10)), 1)).toBeUndefined();
    expect(seenEnvironments(person(grant(['viewer'], null)), 1)).toBeUndefined();
    expect(seenEnvironments(owned(['admin'], grant(['viewer'], 1, 12)), 1)).toEqual([12]);
    expect(seenEnvironments(token(['viewer'], 10), 1)).toEqual([10]);
    expect(seenEnvironments(root, 1)).toBeUndefined();
  });

  it('a token reaches no further than its owner does now', () => {
    const narrow = owned(['admin'], grant(['editor'], 1, 10));
    expect(isAllowed(narrow, 'change', HERE)).toBe(true);
    expect(isAllowed(narrow, 'admin', HERE)).toBe(false);
    expect(isAllowed(narrow, 'read', { projectId: 1 })).toBe(false);
    expect(maySee(narrow, { projectId: 1, environmentId: 11 })).toBe(false);
    const admin = owned(['viewer'], grant(['admin'], null));
    expect(RIGHTS.filter((right) => isAllowed(admin, right, HERE))).toEqual(['self', 'read']);
  });

  it('no token hands out rights, whatever its owner may', () => {
    const strongest = owned(['admin'], grant(['admin'], null));
    expect(isAllowed(strongest, 'grant', HERE)).toBe(false);
    expect(isAllowed(strongest, 'root', {})).toBe(false);
  });

  it('a refusal names the right that is missing and who has it', () => {
    expect(describeMissing('admin', { projectId: 1 })).toBe(
      'This needs the right "admin" in the whole project (the role admin has it).',
    );
    expect(describeMissing('kill', HERE)).toContain('in this environment');
    expect(describeMissing('root', {})).toBe('This needs the root token, or an admin of the whole installation.');
  });
});
