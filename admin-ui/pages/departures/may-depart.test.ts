import { expect, test } from 'vitest';
import type { Role } from '../../client/me.ts';
import { type Act, mayDepart, mayMakeTrain } from './may-depart.ts';

const place = (...roles: Role[]) => ({ name: 'Production', roles });

test.each<[Act, Role[]]>([
  ['manage', ['release-manager', 'admin']],
  ['board', ['editor', 'release-manager', 'admin']],
  ['depart', ['release-manager']],
  ['start', ['release-manager']],
  ['stop', ['viewer', 'editor', 'killer', 'release-manager', 'admin']],
  ['eject', ['editor', 'killer', 'release-manager', 'admin']],
  ['recall', ['editor', 'killer', 'release-manager', 'admin']],
  ['postmortem', ['editor', 'killer', 'release-manager', 'admin']],
  ['chemspill', ['release-manager']],
])('To %s is for %j, and whoever may not is told who may', (act, allowed) => {
  for (const role of ['viewer', 'editor', 'killer', 'release-manager', 'admin'] as const) {
    const may = mayDepart(place(role), act);
    expect([role, may.yes]).toEqual([role, allowed.includes(role)]);
    if (!may.yes) expect(may.why).toMatch(/ in Production\.$/);
  }
});

test('A train is made by whoever may make one in any environment', () => {
  expect(mayMakeTrain({ environments: [] }).yes).toBe(false);
  expect(mayDepart(undefined, 'stop').yes).toBe(false);
});
