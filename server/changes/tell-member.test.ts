import type { JsonValue } from '@turnout/core';
import { expect, it } from 'vitest';
import { tellChange } from './tell-change.ts';
import { memberTeller } from './tell-member.ts';

const ben = (roles: string[], over: object = {}) => ({
  ...{ person: 'p1', login: 'ben', name: 'Ben', roles, scope: 'project', environment: null },
  ...over,
});

it.each<[string, string, JsonValue, JsonValue]>([
  ['Ben: editor', 'member.add', null, ben(['editor'])],
  [
    'Ben: viewer and killer in staging',
    'member.add',
    null,
    ben(['viewer', 'killer'], { scope: 'environment', environment: 'staging' }),
  ],
  ['Ben: admin of the whole installation', 'member.add', null, ben(['admin'], { scope: 'installation' })],
  ['Ben: viewer → editor', 'member.update', ben(['viewer']), ben(['editor'])],
  ['Ben: no longer editor', 'member.remove', ben(['editor']), null],
  ['ben: a new link to set a password', 'member.invite', null, { person: 'p1', login: 'ben', expiresAt: 'then' }],
  ['member m1: changed', 'member.update', null, null],
])('a change of a member is told as: %s', (told, action, before, after) => {
  const change = { action, kind: 'member', key: 'm1', before, after, undoes: null, erased: false, places: [] };
  expect(tellChange(change, [memberTeller])).toBe(told);
});
