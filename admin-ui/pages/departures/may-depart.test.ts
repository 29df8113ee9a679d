import { expect, test } from 'vitest';
import type { Role } from '../../client/me.ts';
import { type Act, isLate, mayDepart, mayMakeTrain } from './may-depart.ts';

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

test.each([
  [{ state: 'boarding', closesAt: '2026-12-02T05:00:00Z' }, '2026-12-02T04:59:59Z', false],
  [{ state: 'boarding', closesAt: '2026-12-02T05:00:00Z' }, '2026-12-02T05:00:00Z', true],
  [{ state: 'boarding', closesAt: null }, '2026-12-02T05:00:00Z', false],
  [{ state: 'closed', closesAt: null }, '2026-12-02T05:00:00Z', true],
  [{ state: 'under-way', closesAt: '2026-12-02T05:00:00Z' }, '2026-12-02T06:00:00Z', false],
] as const)('Whoever boards %j at %s is late: %s', (told, now, late) => {
  expect(isLate({ kind: 'regular', ...told }, Date.parse(now))).toBe(late);
});

test('An emergency is closed from the beginning, and nobody boards it', () => {
  expect(isLate({ kind: 'chemspill', state: 'closed', closesAt: null }, 0)).toBe(false);
});
