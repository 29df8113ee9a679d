import { describe, expect, it } from 'vitest';
import { covers, describeMissing, isAllowed, maySee, type Place, RIGHTS, type Right } from './permissions.ts';
import { KEY_KINDS, type KeyKind, type Principal, ROLES, type Role } from './principal.ts';

const HERE: Place = { projectId: 1, environmentId: 10 };
const token = (roles: Role[], environmentId: number | null = null): Principal => ({
  ...{ kind: 'token', id: 't', name: 't', projectId: 1, environmentId, roles },
});
const key = (keyKind: KeyKind): Principal => ({
  ...{ kind: 'key', keyKind, id: 'k', name: 'k', projectId: 1, environmentId: 10 },
  ...{ origins: [], flags: null, tags: null },
});
const root: Principal = { kind: 'root', id: 'root' };

/** What is granted, by hand; everything that is not listed is refused. */
const granted: [string, Principal, Right[]][] = [
  ['root', root, ['read', 'change', 'kill', 'admin', 'root']],
  ['a viewer', token(['viewer']), ['read']],
  ['an editor', token(['editor']), ['read', 'change', 'kill']],
  ['a killer', token(['killer']), ['read', 'change', 'kill']],
  ['an admin', token(['admin']), ['read', 'change', 'kill', 'admin']],
  ['viewer and killer', token(['viewer', 'killer']), ['read', 'change', 'kill']],
  ['nobody in particular', token([]), []],
  ['a server key', key('server'), ['ruleset', 'evaluate']],
  ['a client key', key('client'), ['evaluate']],
  ['a kill key', key('kill'), ['kill']],
];

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
      expect(RIGHTS.filter((right) => isAllowed(principal, right, place))).toEqual([]);
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

  it('only root has a right in the whole installation', () => {
    expect(covers(root, {})).toBe(true);
    for (const [, principal] of granted.slice(1)) expect(covers(principal, {})).toBe(false);
  });

  it('a refusal names the right that is missing and who has it', () => {
    expect(describeMissing('admin', { projectId: 1 })).toBe(
      'This needs the right "admin" in the whole project (the role admin has it).',
    );
    expect(describeMissing('kill', HERE)).toContain('in this environment');
    expect(describeMissing('root', {})).toBe('This needs the root token.');
  });
});
