import type { JsonValue } from '@turnout/core';
import { expect, it } from 'vitest';
import { tellChange } from '../changes/tell-change.ts';
import { segmentTeller } from './tell-segment-change.ts';

const there = (fields: JsonValue): JsonValue => fields && { environments: { production: fields } };

it.each<[string, JsonValue, JsonValue]>([
  ['made with 2 members', null, { name: '', included: ['a', 'b'], excluded: [], if: null }],
  ['deleted', { name: '', included: [], excluded: [], if: null }, null],
  ['1 member added', { included: { a: false } }, { included: { a: true } }],
  [
    '1 member added, 2 members removed',
    { included: { a: false, b: true, c: true } },
    { included: { a: true, b: false, c: false } },
  ],
  ['1 excluded unit added', { excluded: { a: false } }, { excluded: { a: true } }],
  ['condition added', { if: null }, { if: { all: [] } }],
  ['condition changed, by userId → account', { if: { any: [] }, by: 'userId' }, { if: { all: [] }, by: 'account' }],
  ['condition removed', { if: { all: [] } }, { if: null }],
])('a change of a segment is told as: %s', (told, before, after) => {
  const change = {
    ...{ action: 'segment.update', kind: 'segment', key: 'beta', before: there(before), after: there(after) },
    ...{ undoes: null, erased: false, places: [] },
  };
  expect(tellChange(change, [segmentTeller])).toBe(`beta in production: ${told}`);
});
