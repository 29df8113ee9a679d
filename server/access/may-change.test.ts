import { describe, expect, it } from 'vitest';
import { mayChange } from './may-change.ts';
import type { KeyKind, Principal, Role } from './principal.ts';

const environment = { id: 10, projectId: 1, key: 'production', protected: false };
const token = (roles: Role[], over: Partial<Extract<Principal, { kind: 'token' }>> = {}): Principal => ({
  ...{ kind: 'token', id: 't', name: 't', projectId: 1, environmentId: null, roles },
  ...over,
});
const key = (keyKind: KeyKind, environmentId = 10): Principal => ({
  ...{ kind: 'key', keyKind, id: 'k', name: 'k', projectId: 1, environmentId },
  ...{ origins: [], flags: null, tags: null },
});
const root: Principal = { kind: 'root', id: 'root' };

const person = (roles: Role[], projectId: number | null = 1, environmentId: number | null = null): Principal => ({
  ...{ kind: 'person', id: 'p', name: 'P', login: 'p', session: 's', grants: [{ projectId, environmentId, roles }] },
});

type Answer = 'yes' | 'forbidden' | 'approval_required';
type Row = [title: string, who: Principal, safe: Answer, growing: Answer, protectedGrowing: Answer];

/** With a reason given. Towards safe is answered alike in a protected environment. */
const table: Row[] = [
  ['root', root, 'yes', 'yes', 'yes'],
  ['a viewer', token(['viewer']), 'forbidden', 'forbidden', 'forbidden'],
  ['a killer', token(['killer']), 'yes', 'forbidden', 'forbidden'],
  ['an editor', token(['editor']), 'yes', 'yes', 'approval_required'],
  ['an admin', token(['admin']), 'yes', 'yes', 'approval_required'],
  ['viewer and editor', token(['viewer', 'editor']), 'yes', 'yes', 'approval_required'],
  ['an editor of this environment', token(['editor'], { environmentId: 10 }), 'yes', 'yes', 'approval_required'],
  ['an editor of another one', token(['editor'], { environmentId: 11 }), 'forbidden', 'forbidden', 'forbidden'],
  ['an admin of another project', token(['admin'], { projectId: 2 }), 'forbidden', 'forbidden', 'forbidden'],
  ['a person who views', person(['viewer']), 'forbidden', 'forbidden', 'forbidden'],
  ['a person who may kill here', person(['killer'], 1, 10), 'yes', 'forbidden', 'forbidden'],
  ['a person who may kill elsewhere', person(['killer'], 1, 11), 'forbidden', 'forbidden', 'forbidden'],
  ['a person who edits', person(['editor']), 'yes', 'yes', 'approval_required'],
  ['an admin of the whole installation', person(['admin'], null), 'yes', 'yes', 'approval_required'],
  [
    'an admin’s token whose owner may only kill',
    token(['admin'], { owner: { id: 'p', grants: [{ projectId: 1, environmentId: 10, roles: ['killer'] }] } }),
    ...(['yes', 'forbidden', 'forbidden'] as const),
  ],
  ['a kill key', key('kill'), 'yes', 'forbidden', 'forbidden'],
  ['a kill key of another one', key('kill', 11), 'forbidden', 'forbidden', 'forbidden'],
  ['a server key', key('server'), 'forbidden', 'forbidden', 'forbidden'],
  ['a client key', key('client'), 'forbidden', 'forbidden', 'forbidden'],
];

const answerTo = (who: Principal, way: 'safe' | 'growing' | 'none', isProtected: boolean, over: object = {}): string =>
  mayChange({
    ...{ principal: who, environment: { ...environment, protected: isProtected }, way, reason: 'because', ...over },
  })?.code ?? 'yes';

describe('who may change what, by its direction', () => {
  it.each(table)('%s', (_title, who, safe, growing, protectedGrowing) => {
    expect(answerTo(who, 'safe', false)).toBe(safe);
    expect(answerTo(who, 'safe', true)).toBe(safe);
    expect(answerTo(who, 'growing', false)).toBe(growing);
    expect(answerTo(who, 'growing', true)).toBe(protectedGrowing);
  });

  it('what alters nothing that is served is an editor’s, and needs no approval anywhere', () => {
    for (const isProtected of [false, true]) {
      expect(answerTo(token(['killer']), 'none', isProtected)).toBe('forbidden');
      expect(answerTo(token(['editor']), 'none', isProtected)).toBe('yes');
    }
  });

  it('a protected environment wants a reason from everybody, whichever way it goes', () => {
    for (const who of [root, token(['editor']), token(['killer'])]) {
      for (const reason of [undefined, '', '  ']) {
        const refused = mayChange({
          ...{ principal: who, environment: { ...environment, protected: true }, way: 'safe', reason },
        });
        expect(refused).toMatchObject({ code: 'invalid', extra: { errors: [{ path: '/reason' }] } });
      }
      expect(answerTo(who, 'safe', false, { reason: undefined })).toBe('yes');
    }
  });

  it('within the grace one may take back what one just did, but no key does, and no viewer', () => {
    const grace = { grace: true };
    expect(answerTo(token(['killer']), 'growing', true, grace)).toBe('yes');
    expect(answerTo(token(['editor']), 'growing', true, grace)).toBe('yes');
    expect(answerTo(person(['killer'], 1, 10), 'growing', true, grace)).toBe('yes');
    expect(answerTo(token(['editor']), 'growing', true, { ...grace, reason: '' })).toBe('invalid');
    expect(answerTo(token(['viewer']), 'growing', false, grace)).toBe('forbidden');
    expect(answerTo(token(['killer'], { environmentId: 11 }), 'growing', false, grace)).toBe('forbidden');
    expect(answerTo(key('kill'), 'growing', false, grace)).toBe('forbidden');
  });

  it('a refusal in a protected environment says what still works', () => {
    const refused = mayChange({
      ...{ principal: token(['admin']), environment: { ...environment, protected: true }, way: 'growing' },
      reason: 'r',
    });
    expect(refused?.message).toMatch(/root token.*Turning off and killing need no approval/);
  });
});
