import { describe, expect, it } from 'vitest';
import { isKeptMoment } from './moment.ts';
import { momentIn } from './problem-contract.ts';

describe('a moment that somebody sends', () => {
  it('is refused where no database keeps it, so that nobody hears of a broken server', () => {
    for (const text of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00', '0001-01-01T00:00:00+00:01']) {
      expect(momentIn.safeParse(text).success, text).toBe(false);
    }
    for (const text of ['0001-01-01T00:00:00Z', '2026-01-31T12:00:00.000Z', '9999-12-31T23:59:59.999Z']) {
      expect(momentIn.safeParse(text).success, text).toBe(true);
    }
  });

  it('is none where it cannot be read', () => {
    for (const text of ['', 'soon', '+275760-09-13T00:00:00.000Z', '-271821-04-20T00:00:00.000Z']) {
      expect(isKeptMoment(new Date(text)), text).toBe(false);
    }
  });
});
