import { expect, test } from 'vitest';
import { sameValue } from './same-value.ts';

test.each<[unknown, unknown, boolean]>([
  [1, 1, true],
  [1, '1', false],
  [null, undefined, false],
  [null, {}, false],
  [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
  [{ a: undefined }, {}, true],
  [{ a: 1 }, { b: 1 }, false],
  [[1, 2], [2, 1], false],
  [[1], { 0: 1 }, false],
  [{ a: { toString: 1 } }, { a: {} }, false],
])('%j and %j: %s', (a, b, same) => expect(sameValue(a, b)).toBe(same));
