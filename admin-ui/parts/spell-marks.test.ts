import { expect, it } from 'vitest';
import { spellMarks } from './spell-marks.ts';

it.each([
  ['what reads as it is', 'Grüße, «naïve» 日本', 'Grüße, «naïve» 日本'],
  ['markup', '<b>&amp;', '<b>&amp;'],
  ['an emoji of several parts', '👩\u200d💻', '👩\u200d💻'],
  ['a text that is turned around', 'ab\u202ecd\u2066e', 'ab\\u202ecd\\u2066e'],
  ['what nobody sees', 'a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
])('shows %s', (_what, text, shown) => {
  expect(spellMarks(text)).toBe(shown);
});
