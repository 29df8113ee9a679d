import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventFold, isEventName, MOST_EVENTS, MOST_VALUE } from './event-fold.ts';

describe('a fold of events', () => {
  it('adds up how many there were by name, how many brought a value, and the values', () => {
    const fold = new EventFold();
    fold.count('bought', 7.5);
    fold.count('bought', -2);
    fold.count('bought');
    fold.count('seen');
    expect(fold.take()).toEqual([
      { event: 'bought', count: 3, valued: 2, sum: 5.5 },
      { event: 'seen', count: 1, valued: 0, sum: 0 },
    ]);
    expect(fold.take()).toEqual([]);
  });

  it.each([
    ['none', undefined],
    ['not a number', Number.NaN],
    ['endless', Number.POSITIVE_INFINITY],
    ['beyond what is summed', MOST_VALUE * 2],
    ['a text', '7' as never],
    ['an object', { valueOf: () => 7 } as never],
    ['of another kind of number', 7n as never],
  ])('counts an event whose value is %s as one without', (_name, value) => {
    const fold = new EventFold();
    fold.count('bought', value);
    expect(fold.take()).toEqual([{ event: 'bought', count: 1, valued: 0, sum: 0 }]);
  });

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(129)],
    ['a control', 'a\u0000b'],
    ['half a sign', 'a\ud800'],
    ['no text', Symbol('event') as never],
    ['nothing', undefined as never],
  ])('keeps no name that is %s, and counts the event', (_name, name) => {
    const fold = new EventFold();
    fold.count(name, 3);
    expect(fold.take()).toEqual([{ event: '', count: 1, valued: 1, sum: 3 }]);
    expect(isEventName(name)).toBe(false);
  });

  it('takes names of any script, and what is called like something of the prototype', () => {
    const fold = new EventFold();
    for (const name of ['gekauft ✓', '購入', '😀'.repeat(128), '__proto__', 'constructor']) fold.count(name);
    expect(fold.take().map(({ event }) => event)).toEqual([
      ...['gekauft ✓', '購入', '😀'.repeat(128), '__proto__', 'constructor'],
    ]);
  });

  it('stays bounded and loses no event when names are made of data', () => {
    const fold = new EventFold();
    for (let i = 0; i < 50_000; i++) fold.count(`bought-by-${i}`, 1);
    const taken = fold.take();
    expect(taken).toHaveLength(MOST_EVENTS + 1);
    expect(taken.reduce((sum, { count }) => sum + count, 0)).toBe(50_000);
    expect(taken.at(-1)).toEqual({
      event: '',
      count: 50_000 - MOST_EVENTS,
      valued: 50_000 - MOST_EVENTS,
      sum: 50_000 - MOST_EVENTS,
    });
  });

  it('adds up what was folded apart to what was folded at once', () => {
    const names = fc.oneof(fc.constantFrom('a', 'b', ''), fc.string({ unit: 'binary', maxLength: 5 }));
    const many = fc.array(fc.tuple(names, fc.option(fc.integer(), { nil: undefined })), { maxLength: 40 });
    fc.assert(
      fc.property(many, many, (first, second) => {
        const fold = (events: typeof first) => {
          const folded = new EventFold();
          for (const [name, value] of events) folded.count(name, value);
          return folded.take();
        };
        const apart = new EventFold();
        for (const events of [fold(first), fold(second)]) apart.add(events);
        const sorted = (events: ReturnType<typeof fold>) => new Map(events.map((one) => [one.event, one]));
        expect(sorted(apart.take())).toEqual(sorted(fold([...first, ...second])));
      }),
      { numRuns: 40 },
    );
  });
});
