import { describe, expect, it } from 'vitest';
import { flagOf, splitSubject, tellActor, tellDirection } from './change-words.ts';

describe('who did it', () => {
  it.each([
    [{ actor: 'person:p1', actorName: 'Ada' }, 'Ada'],
    [{ actor: 'person:p1', actorName: null }, 'person p1'],
    [{ actor: 'token:a:b' }, 'token a:b'],
    [{ actor: 'root' }, 'Root token'],
    [{ actor: 'somebody' }, 'somebody'],
  ])('of %j is %s', (change, told) => {
    expect(tellActor(change)).toBe(told);
  });
});

describe('what was changed', () => {
  it.each([
    ['flag/new-cart', { kind: 'flag', key: 'new-cart' }, 'new-cart'],
    ['flag/a/b', { kind: 'flag', key: 'a/b' }, 'a/b'],
    ['segment/beta', { kind: 'segment', key: 'beta' }, undefined],
    ['project', { kind: 'project', key: '' }, undefined],
    ['flag/', { kind: 'flag', key: '' }, undefined],
  ])('of %s', (subject, parts, flag) => {
    expect(splitSubject(subject)).toEqual(parts);
    expect(flagOf(subject)).toBe(flag);
  });
});

it('each direction has a sign, a word and a sentence of its own', () => {
  const told = (['growing', 'safe', 'none', null] as const).map(tellDirection);
  for (const part of ['sign', 'word', 'why'] as const) expect(new Set(told.map((one) => one[part])).size).toBe(4);
});
