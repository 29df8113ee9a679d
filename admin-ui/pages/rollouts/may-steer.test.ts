import { expect, test } from 'vitest';
import type { Role } from '../../client/me.ts';
import { asksReason, mayStart, mayStartOn, maySteer } from './may-steer.ts';
import type { Verb } from './tell-rollout.ts';

const place = (isProtected: boolean, ...roles: Role[]) => ({ name: 'Production', protected: isProtected, roles });
const VERBS: Verb[] = ['advance', 'pause', 'resume', 'rollback', 'retry', 'override-ratio', 'ask-again'];
const STOP: Verb[] = ['pause', 'rollback'];

test.each([
  ['viewer', false, []],
  ['killer', false, STOP],
  ['editor', false, ['advance', 'pause', 'resume', 'rollback', 'retry', 'ask-again']],
  ['admin', false, ['advance', 'pause', 'resume', 'rollback', 'retry', 'ask-again']],
  ['release-manager', false, VERBS],
  ['viewer', true, []],
  ['killer', true, STOP],
  ['editor', true, STOP],
  ['admin', true, STOP],
  ['release-manager', true, VERBS],
] as const)('%s, where it is protected: %s', (role, isProtected, may) => {
  expect(VERBS.filter((verb) => maySteer(place(isProtected, role), verb).yes)).toEqual(may);
  for (const verb of VERBS) {
    const { yes, why } = maySteer(place(isProtected, role), verb);
    expect(yes || why?.includes('Production')).toBe(true);
  }
});

test('who sees no environment of it steers nothing', () => {
  expect(maySteer(undefined, 'rollback').yes).toBe(false);
});

test('starting asks for the right in every environment of the path', () => {
  const staging = { ...place(false, 'editor'), name: 'Staging' };
  expect(mayStartOn([staging]).yes).toBe(true);
  expect(mayStartOn([staging, place(true, 'editor')]).why).toMatch(/^Production is protected/);
});

test('somebody who may start nothing anywhere is told what it needs', () => {
  const environment = (roles: Role[]) => ({
    ...place(true, ...roles),
    ...{ key: 'production', rights: [], may: {} as never, reasonRequired: true },
  });
  expect(mayStart({ environments: [environment(['viewer'])] }).yes).toBe(false);
  expect(mayStart({ environments: [environment(['release-manager'])] }).yes).toBe(true);
});

test('pausing, resuming and overriding say why everywhere, the others where the environment asks', () => {
  for (const verb of ['pause', 'resume', 'override-ratio'] as const) {
    expect(asksReason(verb, { reasonRequired: false })).toBe('required');
  }
  expect(asksReason('rollback', { reasonRequired: false })).toBe('optional');
  expect(asksReason('rollback', { reasonRequired: true })).toBe('required');
});
