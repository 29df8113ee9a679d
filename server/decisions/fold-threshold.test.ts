import { describe, expect, it } from 'vitest';
import type { QueryAnswer } from '../metrics/query-answer.ts';
import type { ThresholdReading } from './decision.ts';
import { foldThreshold } from './fold-threshold.ts';

const START = Date.parse('2026-01-31T12:00:00Z');
const at = (second: number) => new Date(START + second * 1_000);
const value = (number: number): QueryAnswer => ({ kind: 'value', value: number });
const error: QueryAnswer = { kind: 'error', message: 'away' };
const guard = { above: 0.4 };

/** The reading after these answers, each at its second. */
function fold(answers: [number, QueryAnswer][], bound: { above?: number; below?: number } = guard): ThresholdReading {
  let reading: ThresholdReading | undefined;
  for (const [second, answer] of answers) reading = foldThreshold(reading, answer, bound, at(second));
  if (reading === undefined) throw new Error('there were no answers');
  return reading;
}

/** For how many seconds it is beyond, by a reading with a value; −1 where it is not. */
function beyondSeconds(answers: [number, QueryAnswer][]): number {
  const reading = fold(answers);
  if (reading.kind !== 'value') throw new Error(`this is ${reading.kind}`);
  if (reading.beyondSince === null) return -1;
  return (Date.parse(reading.at) - Date.parse(reading.beyondSince)) / 1_000;
}

describe('a threshold over time', () => {
  it('is beyond from the first value beyond the bound, and not any more with the first that is within', () => {
    expect(beyondSeconds([[0, value(0.5)]])).toBe(0);
    expect(
      beyondSeconds([
        [0, value(0.5)],
        [5, value(0.5)],
        [10, value(0.6)],
      ]),
    ).toBe(10);
    expect(
      beyondSeconds([
        [0, value(0.5)],
        [5, value(0.4)],
      ]),
    ).toBe(-1);
    expect(
      beyondSeconds([
        [0, value(0.5)],
        [5, value(0.3)],
        [10, value(0.5)],
        [15, value(0.5)],
      ]),
    ).toBe(5);
  });

  it('the bound itself is within, on either side', () => {
    const kindOf = (number: number, bound: object) => {
      const reading = fold([[0, value(number)]], bound);
      return reading.kind === 'value' && reading.beyondSince !== null;
    };
    expect([0.4, 0.400001].map((number) => kindOf(number, { above: 0.4 }))).toEqual([false, true]);
    expect([0.4, 0.399999, -1].map((number) => kindOf(number, { below: 0.4 }))).toEqual([false, true, true]);
    expect([1, 5, 11].map((number) => kindOf(number, { below: 2, above: 10 }))).toEqual([true, false, true]);
  });

  it('an error, no data, no number and several series break nothing and prove nothing', () => {
    const silences: QueryAnswer[] = [
      error,
      { kind: 'no-data' },
      { kind: 'not-a-number' },
      { kind: 'several-series', count: 3 },
    ];
    for (const silence of silences) {
      // Ten seconds before it and five after; what was between is not known.
      expect(
        beyondSeconds([
          [0, value(1)],
          [10, value(1)],
          [20, silence],
          [3_600, silence],
          [3_610, value(1)],
          [3_615, value(1)],
        ]),
      ).toBe(15);
      expect(
        beyondSeconds([
          [0, value(1)],
          [10, silence],
          [20, value(0.1)],
        ]),
      ).toBe(-1);
      expect(
        beyondSeconds([
          [0, value(0.1)],
          [10, silence],
          [20, value(1)],
        ]),
      ).toBe(0);
      expect(
        beyondSeconds([
          [0, silence],
          [20, value(1)],
        ]),
      ).toBe(0);
    }
  });

  it('time in which nobody looked proves nothing either, and a clock that was set back takes nothing away', () => {
    expect(
      beyondSeconds([
        [0, value(1)],
        [10, value(1)],
        [4_000, value(1)],
        [4_010, value(1)],
      ]),
    ).toBe(20);
    expect(
      beyondSeconds([
        [0, value(1)],
        [30, value(1)],
        [20, value(1)],
      ]),
    ).toBe(30);
  });

  it('without a value it says what the source says now, and since when there is none', () => {
    expect(
      fold([
        [0, value(1)],
        [10, value(1)],
        [20, error],
      ]),
    ).toEqual({
      ...{ kind: 'error', message: 'away', since: at(20).toISOString(), beyondMs: 10_000 },
    });
    expect(
      fold([
        [0, error],
        [10, { kind: 'no-data' }],
        [20, { kind: 'several-series', count: 2 }],
      ]),
    ).toEqual({
      ...{ kind: 'several-series', count: 2, since: at(0).toISOString() },
    });
    expect(
      fold([
        [0, error],
        [10, value(0)],
        [20, error],
      ]),
    ).toMatchObject({ since: at(20).toISOString() });
  });

  it('what it knows is plain JSON, so a loop that starts again goes on with it', () => {
    let reading: ThresholdReading | undefined;
    const answers: [number, QueryAnswer][] = [
      [0, value(1)],
      [10, error],
      [20, value(1)],
      [30, value(1)],
    ];
    for (const [second, answer] of answers) {
      reading = JSON.parse(JSON.stringify(foldThreshold(reading, answer, guard, at(second))));
    }
    expect(reading).toEqual(fold(answers));
  });
});
