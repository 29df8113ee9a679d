import { describe, expect, it } from 'vitest';
import type { May, MyEnvironment, MyProject } from '../client/me.ts';
import type { ToldChange } from './change-words.ts';
import { mayUndo, undoAsksReason } from './may-undo.ts';

const yes: May = { yes: true };
const no = (why: string): May => ({ yes: false, why });

const environment = (key: string, over: Partial<MyEnvironment['may']> = {}, reasonRequired = false): MyEnvironment => ({
  ...{ key, name: key, protected: false, roles: [], rights: [], reasonRequired },
  may: { read: yes, safe: yes, grow: yes, kill: yes, restore: yes, admin: yes, ...over },
});
const project: Pick<MyProject, 'rights' | 'environments'> = {
  rights: ['change'],
  environments: [environment('open'), environment('guarded', { grow: no('It is protected.') }, true)],
};
const now = Date.parse('2026-03-01T12:00:00Z');
const change = (over: Partial<ToldChange>, ...places: [string, 'safe' | 'growing' | 'none' | null][]): ToldChange => ({
  ...{ id: 7, seq: 7, at: '2026-03-01T11:00:00Z', actor: 'person:a', action: 'flag.configure', subject: 'flag/cart' },
  ...{ reason: null, killId: null, undoes: null },
  environments: places.map(([key, direction]) => ({ key, position: 'e.1', direction })),
  ...over,
});
const just = '2026-03-01T11:59:30Z';

describe('whether a change may be undone', () => {
  it.each([
    ['where everything is allowed', change({}, ['open', 'growing']), true],
    ['where it grew, which takes the right to make safer alone', change({}, ['guarded', 'growing']), true],
    ['not where the way back grows and that is not allowed', change({}, ['guarded', 'safe']), false],
    ['by whoever did it within a minute', change({ at: just }, ['guarded', 'safe']), true],
    ['not by somebody else within a minute', change({ at: just, actor: 'person:b' }, ['guarded', 'safe']), false],
    ['not where one of its environments is not mine', change({}, ['open', 'safe'], ['elsewhere', 'safe']), false],
    ['of a segment', change({ subject: 'segment/beta', action: 'segment.update' }, ['open', 'none']), true],
    ['of a rollback', change({ subject: 'rollback/open', action: 'environment.rollback' }, ['open', 'safe']), true],
    [
      'not of a rollback undone',
      change({ subject: 'rollback/open', action: 'rollback.undo' }, ['open', 'none']),
      false,
    ],
    ['not of a kill', change({ action: 'flag.kill' }, ['open', 'safe']), false],
    ['not of a restore', change({ action: 'flag.restore' }, ['open', 'growing']), false],
    ['not of a key', change({ subject: 'key/x', action: 'key.create' }), false],
    ['not of an import', change({ subject: 'import/flagd', action: 'flag.import' }, ['open', 'growing']), false],
    ['not of what was erased', change({ erased: true }, ['open', 'growing']), false],
  ])('%s', (_when, given, expected) => {
    const may = mayUndo(given, project, { actor: 'person:a', now });
    expect(may.yes).toBe(expected);
    if (!expected) expect(may.why).toMatch(/\w{3,}.*\.$/);
  });

  it('not where nothing may be changed at all', () => {
    const may = mayUndo(change({}), { ...project, rights: ['read'] }, { actor: 'person:a', now });
    expect(may.yes).toBe(false);
  });

  it('asks for a reason where one of its environments does', () => {
    expect(undoAsksReason(change({}, ['open', 'safe']), project)).toBe(false);
    expect(undoAsksReason(change({}, ['open', 'safe'], ['guarded', 'safe']), project)).toBe(true);
  });
});
