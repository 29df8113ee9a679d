import { expect, test } from 'vitest';
import { mergePieces } from '../flag/merge-pieces.ts';
import { inBoth, inOrder, putSegmentTogether, type SegmentDraft, takeSegmentApart } from './segment-draft.ts';

const draft = (changed: Partial<SegmentDraft> = {}): SegmentDraft => ({
  ...{ name: 'Staff', description: '', by: 'targetingKey', included: ['ada', 'bob'], excluded: ['eve'], if: null },
  ...changed,
});

test.each([
  draft(),
  draft({ included: [], excluded: [], if: { attribute: 'plan', op: 'equals', values: ['beta'] } }),
  draft({ included: [' excluded eve', '__proto__', 'included', 'name'], excluded: ['constructor', 'if'] }),
])('what is taken apart is the same when it is put together', (whole) => {
  expect(putSegmentTogether(takeSegmentApart(whole))).toEqual(whole);
});

function merge(mine: SegmentDraft, theirs: SegmentDraft) {
  const { pieces, conflicts } = mergePieces(
    takeSegmentApart(draft()),
    takeSegmentApart(mine),
    takeSegmentApart(theirs),
  );
  return { draft: putSegmentTogether(pieces), conflicts: conflicts.map(({ place }) => place) };
}

test('lists that two people changed are brought together as sets, and nobody has to choose', () => {
  const mine = draft({ included: ['bob', 'cleo', 'dan'], excluded: ['eve', 'mallory'] });
  const theirs = draft({ included: ['ada', 'bob', 'dan', 'finn'], excluded: [] });
  expect(merge(mine, theirs)).toEqual({
    draft: draft({ included: ['bob', 'cleo', 'dan', 'finn'], excluded: ['mallory'] }),
    conflicts: [],
  });
});

test('a rule that both changed is a choice, and mine stands until it is made', () => {
  const mine = draft({ if: { attribute: 'plan', op: 'equals', values: ['a'] }, name: 'Mine' });
  const theirs = draft({ if: { attribute: 'plan', op: 'equals', values: ['b'] }, included: ['zoe'] });
  expect(merge(mine, theirs)).toEqual({ draft: { ...mine, included: ['zoe'] }, conflicts: ['if'] });
});

test('who is in both lists is found', () => {
  expect(inBoth({ included: ['a', 'b', 'c'], excluded: ['c', 'b', 'x'] })).toEqual(['b', 'c']);
  expect(inBoth({ included: ['a'], excluded: [] })).toEqual([]);
});

test('members stand once, and in the order of the server', () => {
  expect(inOrder(['b', 'a', 'B', 'a', 'ä'])).toEqual(['B', 'a', 'b', 'ä']);
});
