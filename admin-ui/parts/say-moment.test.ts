import { expect, test } from 'vitest';
import { sayMoment } from './say-moment.ts';

test('A moment is said with its weekday, and with its year where that is another', () => {
  const at = new Date(2026, 10, 30, 8);
  expect(sayMoment(at, new Date(2026, 0, 1))).toMatch(/^Mon,? 30 Nov, 08:00$/);
  expect(sayMoment(at.toISOString(), new Date(2025, 0, 1))).toMatch(/^Mon,? 30 Nov 2026, 08:00$/);
});
