import type { JsonValue } from '@turnout/core';
import { expect, it } from 'vitest';
import { type ToldChange, tellChange } from './tell-change.ts';

/** What rooms log that give no teller, and what rooms that come later will. */
it.each<[string, string, string, JsonValue, JsonValue]>([
  [
    'environment live: protected false → true',
    'environment.update',
    'environment/live',
    { protected: false },
    { protected: true },
  ],
  ['key k1 “CI”: made', 'key.create', 'key/k1', null, { name: 'CI', kind: 'server' }],
  ['key k1: revokedAt none → now', 'key.revoke', 'key/k1', { revokedAt: null }, { revokedAt: 'now' }],
  ['key k1: rotated', 'key.rotate', 'key/k1', { id: 'k1' }, { old: { id: 'k1' }, key: { id: 'k2' } }],
  ['project: name a → b', 'project.update', 'project', { name: 'a' }, { name: 'b' }],
  ['member m: roles changed', 'member.update', 'member/m', { roles: ['a'] }, { roles: ['b'] }],
  ['member m: signed in', 'member.signed-in', 'member/m', null, null],
  ['environment live: began a new history', 'environment.new-epoch', 'environment/live', null, null],
])('an entry that nobody knows better is told as: %s', (told, action, subject, before, after) => {
  const [kind = '', key = ''] = subject.split('/');
  const change: ToldChange = { action, kind, key, before, after, undoes: null, erased: false, places: [] };
  expect(tellChange(change, [])).toBe(told);
  // A teller that has nothing to say leaves it to what can be said of anything.
  expect(tellChange(change, [{ kind, tell: () => '' }])).toBe(told);
});
