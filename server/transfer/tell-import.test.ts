import type { JsonValue } from '@turnout/core';
import { expect, it } from 'vitest';
import { tellChange } from '../changes/tell-change.ts';
import { importTeller } from './tell-import.ts';

const unread = (): never => {
  throw new Error('the patch of an import is long');
};

it.each<[string, JsonValue]>([
  ['1 flag made', { flags: { a: {} }, environments: { staging: { flags: { a: {} }, segments: {} } } }],
  [
    '1 flag made, 2 flags changed, 1 segment written',
    { flags: { a: {} }, environments: { staging: { flags: { a: {}, b: {}, c: {} }, segments: { s: {} } } } },
  ],
])('an import is told as: %s', (told, after) => {
  const change = {
    ...{ action: 'flag.import', kind: 'import', key: 'flagd', before: null, after, undoes: null, erased: false },
    places: [{ key: 'staging', patch: unread }],
  };
  expect(tellChange(change, [importTeller])).toBe(`import of flagd into staging: ${told}`);
});
