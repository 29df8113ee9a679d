import { beforeEach, describe, expect, test } from 'vitest';
import { Desk, type Shelf } from './desk.ts';
import type { Draft, DraftRule } from './draft.ts';
import { putTogether, takeApart } from './draft-pieces.ts';

const grace = { name: 'Grace', reason: 'The bank asked' };
const rule = (id: string, variant = 'on'): DraftRule => ({ id, if: { segment: id }, serve: { variant } });
const stored: Draft = {
  offVariant: 'off',
  prerequisites: [],
  rules: [rule('a'), rule('b')],
  fallthrough: { variant: 'off' },
  shedAt: null,
  maxStalenessMs: null,
  whenStale: null,
};

let kept: Map<string, string>;
let shelf: Shelf;
beforeEach(() => {
  kept = new Map();
  shelf = {
    read: (name) => kept.get(name) ?? null,
    write: (name, text) => (text === null ? kept.delete(name) : kept.set(name, text)),
  };
});
const open = () => new Desk<Draft>('flag', { takeApart, putTogether }, shelf);
function openWith(version = 1): Desk<Draft> {
  const desk = open();
  desk.take(stored, version, grace);
  return desk;
}

describe('A desk', () => {
  test('keeps nothing on the shelf while nothing is typed', () => {
    const desk = openWith();
    expect([desk.isChanged, kept.size]).toEqual([false, 0]);
    desk.edit({ ...stored, shedAt: 1 });
    expect([desk.isChanged, kept.size]).toEqual([true, 1]);
    desk.discard();
    expect([desk.isChanged, kept.size]).toEqual([false, 0]);
  });

  test('has what was typed when it is opened again, also beside a newer version', () => {
    openWith().edit({ ...stored, rules: [rule('a', 'x'), rule('b')] });
    const again = open();
    expect(again.take({ ...stored, shedAt: 3 }, 2, grace)).toEqual({ arrived: ['shedAt'], conflicts: 0 });
    expect(again.state.value?.draft).toEqual({ ...stored, rules: [rule('a', 'x'), rule('b')], shedAt: 3 });
    expect(again.state.value?.version).toBe(2);
  });

  test('begins anew where the shelf holds what it cannot read', () => {
    kept.set('flag', '{"draft":{"rules":7}}');
    expect(openWith().state.value?.draft).toEqual(stored);
    kept.set('flag', 'not JSON');
    expect(openWith().state.value?.draft).toEqual(stored);
  });

  test('tells what somebody else brought, where nobody has typed', () => {
    const desk = openWith();
    expect(desk.take({ ...stored, rules: [rule('a', 'y'), rule('b')] }, 2, grace).arrived).toEqual(['rule a']);
    expect(desk.isChanged).toBe(false);
  });

  test('is empty again once it was stored', () => {
    const desk = openWith();
    const mine = { ...stored, shedAt: 1 as const };
    desk.edit(mine);
    desk.settle(mine, 2);
    expect([desk.isChanged, kept.size, desk.state.value?.version]).toEqual([false, 0, 2]);
  });
});

describe('A conflict', () => {
  const mine = { ...stored, rules: [rule('a', 'mine'), rule('b')] };
  const theirs = { ...stored, rules: [rule('a', 'theirs'), rule('b')] };
  function inConflict(): Desk<Draft> {
    const desk = openWith();
    desk.edit(mine);
    expect(desk.take(theirs, 2, grace)).toEqual({ arrived: [], conflicts: 1 });
    return desk;
  }

  test('names who stored the other, and leaves mine until somebody chooses', () => {
    const desk = inConflict();
    expect(desk.state.value?.conflicts).toEqual([
      { place: 'rule a', mine: rule('a', 'mine'), theirs: rule('a', 'theirs'), by: grace },
    ]);
    expect(desk.state.value?.draft).toEqual(mine);
  });
  test('ends with mine', () => {
    const desk = inConflict();
    desk.choose('rule a', 'mine');
    expect([desk.state.value?.draft, desk.state.value?.conflicts, desk.isChanged]).toEqual([mine, [], true]);
  });
  test('ends with theirs', () => {
    const desk = inConflict();
    desk.choose('rule a', 'theirs');
    expect([desk.state.value?.draft, desk.state.value?.conflicts, desk.isChanged]).toEqual([theirs, [], false]);
  });
  test('outlives a reload and a version that is about something else', () => {
    inConflict();
    const again = open();
    expect(again.take({ ...theirs, shedAt: 2 }, 3, grace)).toEqual({ arrived: ['shedAt'], conflicts: 1 });
    expect(again.state.value?.draft).toEqual({ ...mine, shedAt: 2 });
  });
  test('is about the newest that they stored, and ends where they come to store the same', () => {
    const desk = inConflict();
    desk.take({ ...stored, rules: [rule('a', 'newest'), rule('b')] }, 3, { name: 'Heidi', reason: null });
    expect(desk.state.value?.conflicts).toMatchObject([{ theirs: rule('a', 'newest'), by: { name: 'Heidi' } }]);
    desk.take(mine, 4, grace);
    expect([desk.state.value?.conflicts, desk.isChanged]).toEqual([[], false]);
  });
  test('about a rule that I took out can bring it back where it stood', () => {
    const desk = openWith();
    desk.edit({ ...stored, rules: [rule('b')] });
    desk.take(theirs, 2, grace);
    desk.choose('rule a', 'theirs');
    expect(desk.state.value?.draft).toEqual(theirs);
  });
});
