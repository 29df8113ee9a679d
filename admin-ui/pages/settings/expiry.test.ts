import { describe, expect, test } from 'vitest';
import { dayOf, endOf } from './expiry.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');

describe('The end of a secret', () => {
  test.each([
    ['never', undefined, undefined],
    ['month', undefined, '2026-03-31T12:00:00.000Z'],
    ['year', '2030-01-01', '2027-03-01T12:00:00.000Z'],
    ['date', undefined, undefined],
    ['date', 'the day after', undefined],
    ['toString', undefined, undefined],
    [undefined, '2030-01-01', undefined],
  ])('chosen as %s with the day %s is %s', (chosen, day, end) => {
    expect(endOf(chosen, day, NOW)).toBe(end);
  });

  test('on a day is the end of that day where the person is, and reads as that day again', () => {
    const end = endOf('date', '2026-05-31', NOW) ?? '';
    expect(new Date(end).getTime()).toBe(new Date('2026-05-31T23:59:59').getTime());
    expect(dayOf(end)).toBe('2026-05-31');
  });

  test('that never comes is no day', () => {
    expect(dayOf(null)).toBe('');
  });
});
