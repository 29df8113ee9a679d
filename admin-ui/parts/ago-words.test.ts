import { expect, test } from 'vitest';
import { agoWords } from './ago-words.ts';

test.each([
  [0, 'just now'],
  [4_999, 'just now'],
  [5_000, '5 s ago'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [3_600_000, '1 h ago'],
  [47 * 3_600_000, '47 h ago'],
  [48 * 3_600_000, '2 days ago'],
  [-90_000, 'in 1 min'],
])('%i ms is told as “%s”', (ms, words) => {
  expect(agoWords(ms)).toBe(words);
});
