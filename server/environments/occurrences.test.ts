import { describe, expect, it } from 'vitest';
import { occurrencesBetween, ruleFault } from './occurrences.ts';

const NOW = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;

describe('a rule by which something recurs', () => {
  it('keeps nobody waiting where nothing ever comes of it', () => {
    const begun = performance.now();
    for (const rule of ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=WEEKLY;BYWEEKNO=1;BYMONTH=7']) {
      expect(ruleFault(rule, NOW), rule).toBe('a rule by which it comes at all within five years');
    }
    for (const rule of ['FREQ=DAILY;INTERVAL=-1', 'FREQ=DAILY;INTERVAL=0', 'FREQ=DAILY;INTERVAL=1.5']) {
      expect(ruleFault(rule, NOW), rule).toMatch(/INTERVAL/);
    }
    // Minutes, or without end, where nobody counts the steps; a loaded machine has room here.
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('may not begin so long ago that each look at it walks through centuries', () => {
    expect(ruleFault('FREQ=DAILY;BYHOUR=17', Date.UTC(1, 0, 1))).toBe('a rule that begins in 2020 or later');
  });

  it('comes at most daily, however its frequency is written', () => {
    expect(ruleFault('FREQ=DAILY;FREQ=SECONDLY;INTERVAL=3600', NOW)).toMatch(/^an RRULE with FREQ/);
    expect(ruleFault('BYDAY=MO', NOW)).toMatch(/^an RRULE with FREQ/);
    expect(ruleFault('freq=weekly;byday=FR;byhour=17;byminute=0', NOW)).toBeUndefined();
  });

  it('goes on for half a century, and is rare where it is', () => {
    const daily = { rule: 'FREQ=DAILY;BYHOUR=17;BYMINUTE=0', from: NOW };
    const later = NOW + 50 * 365 * DAY_MS;
    expect(occurrencesBetween(daily, later, later + DAY_MS)).toHaveLength(1);
    const leap = { rule: 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=0;BYMINUTE=0', from: NOW };
    expect(occurrencesBetween(leap, NOW, NOW + 5 * 366 * DAY_MS)).toEqual([Date.UTC(2028, 1, 29)]);
  });
});
