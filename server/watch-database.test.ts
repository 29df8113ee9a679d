import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchDatabase } from './watch-database.ts';

describe('the watch over the database', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('says once that it is away and once that it is back, and nothing before it was ever there', () => {
    const lines: string[] = [];
    const keep = (level: string) => (_fields: object, message: string) => {
      lines.push(`${level} ${message.split(':')[0]}`);
    };
    const heard: { ageMs: number | undefined } = { ageMs: undefined };
    const stop = watchDatabase(heard, { warn: keep('warn'), info: keep('info') });
    const at = (ageMs: number | undefined) => {
      heard.ageMs = ageMs;
      vi.advanceTimersByTime(3_000);
    };
    at(undefined);
    at(1_500);
    expect(lines).toEqual([]);
    at(9_000);
    at(12_000);
    expect(lines).toEqual(['warn the database does not answer']);
    at(100);
    at(1_900);
    expect(lines).toEqual(['warn the database does not answer', 'info the database answers again']);
    at(7_000);
    expect(lines).toHaveLength(3);
    stop();
    at(100);
    expect(lines).toHaveLength(3);
  });
});
