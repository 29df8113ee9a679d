import { expect, test } from 'vitest';
import { divide, looksDivided, parseMembers, tellParsed } from './parse-members.ts';

test.each([
  ['', [], ''],
  [' \n\t\r\n', [], ''],
  ['ada', ['ada'], ''],
  ['ada\r\nbob\rcleo\n', ['ada', 'bob', 'cleo'], ''],
  ['  ada \nada\nada', ['ada'], '1 to add; 2 lines say the same again.'],
  ['zoe', [], '0 to add; 1 is there already.'],
  ['zoe\nzoe\nyan\nada', ['ada'], '1 to add; 2 are there already, 1 line says the same again.'],
  ['a b,c', ['a b,c'], ''],
  [
    `${'x'.repeat(1_025)}\n${'y'.repeat(1_024)}`,
    ['y'.repeat(1_024)],
    '1 to add; 1 is longer than 1024 characters and left out.',
  ],
  ['__proto__\nconstructor', ['__proto__', 'constructor'], ''],
])('of %j comes what it says', (text, fresh, told) => {
  const parsed = parseMembers(text, ['yan', 'zoe']);
  expect(parsed.fresh).toEqual(fresh);
  expect(tellParsed(parsed)).toBe(told);
});

test.each([
  ['ada', false],
  ['ada,', false],
  ['ada, bob', true],
  ['ada;bob', true],
  ['ada\tbob', true],
  ['ada, bob\ncleo', false],
])('%j looks like a list in one line: %s', (text, is) => {
  expect(looksDivided(text)).toBe(is);
});

test('what commas divide is put one a line', () => {
  expect(divide('ada, bob;;cleo\tdan ,\n')).toBe('ada\nbob\ncleo\ndan');
});
