import { describe, expect, test } from 'vitest';
import type { Role } from '../../client/me.ts';
import { isWithin, myRoles, ROLES, tellRoles } from './role-words.ts';

describe('A role that a token is to have', () => {
  test.each<[Role, Role[], boolean]>([
    ['viewer', ['viewer'], true],
    ['killer', ['viewer'], false],
    ['killer', ['editor'], true],
    ['editor', ['killer', 'viewer'], false],
    ['editor', ['admin'], true],
    ['admin', ['editor', 'killer'], false],
    ['viewer', [], false],
  ])('%s for somebody with %j: %s', (role, mine, within) => {
    expect(isWithin(role, mine)).toBe(within);
  });
});

test('Roles of a project and of its environment add up', () => {
  const environment = { ...{ key: 'production', name: '', protected: false, rights: [], reasonRequired: false } };
  const yes = { yes: true };
  const may = { read: yes, safe: yes, grow: yes, kill: yes, restore: yes, admin: yes };
  const project = { roles: ['viewer'] as Role[], environments: [{ ...environment, may, roles: ['killer'] as Role[] }] };
  expect(myRoles(project, 'production')).toEqual(['viewer', 'killer']);
  expect(myRoles(project, undefined)).toEqual(['viewer']);
});

test('Of several roles the one that may most is told', () => {
  expect(tellRoles(['viewer', 'editor', 'killer'])).toBe(ROLES.editor);
  expect(tellRoles([])).toBe('May do nothing.');
});
