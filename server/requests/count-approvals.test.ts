import { expect, it } from 'vitest';
import type { Grant } from '../access/principal.ts';
import { type Given, missingOf, whyNotCounted } from './count-approvals.ts';

const counted = { projectId: 1, hash: 'of-this-draft', authors: ['ed'] };
const need = { environmentId: 7, roles: ['release-manager' as const], count: 2 };
const manages: Grant[] = [{ projectId: 1, environmentId: null, roles: ['release-manager'] }];
const by = (personId: string, over: Partial<Given> = {}): Given => ({
  ...{ personId, hash: counted.hash, grants: manages, ...over },
});

it.each<[string, Given, string | undefined]>([
  ['of whoever may', by('rita'), undefined],
  ['for another draft', by('rita', { hash: 'of-another-draft' }), 'it was given for another draft'],
  ['of an author', by('ed'), 'authors do not count'],
  ['of somebody disabled', by('rita', { grants: null }), 'they were disabled since'],
  ['of somebody without the role', by('rita', { grants: [] }), 'they are no release-manager there now'],
])('tells whether an approval counts: one %s', (_title, given, why) => {
  expect(whyNotCounted(given, counted, need)).toBe(why);
  expect(missingOf([given], counted, need)).toBe(why === undefined ? 1 : 2);
});

it('counts each person once, and asks for no less than nobody', () => {
  expect(missingOf([by('rita'), by('rita')], counted, need)).toBe(1);
  expect(missingOf([by('rita'), by('sam'), by('pat')], counted, need)).toBe(0);
});
