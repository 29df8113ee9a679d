import { expect, test } from 'vitest';
import { addTexts } from './add-texts.ts';

test.each([
  [[], '', []],
  [['a'], '  ', ['a']],
  [['a'], 'b', ['a', 'b']],
  [['a'], 'b, a,,c\n d ', ['a', 'b', 'c', 'd']],
])('To %j the text %j is added', (texts, typed, all) => {
  expect(addTexts(texts, typed)).toEqual(all);
});
