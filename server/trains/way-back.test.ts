import type { Serve } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import type { Configuration } from '../flags/configuration.ts';
import { type FinishedRun, wayBackOfFlag, wayBackOfRun, wayBackOfSegment } from './way-back.ts';

const off: Serve = { variant: 'off' };
const on: Serve = { variant: 'on' };
const rule = (serve: Serve) => ({ id: 'r-1', if: { all: [] }, serve });
const flag = (over: Partial<Configuration> = {}): Configuration => ({
  ...{ state: 'on', offVariant: 'off', prerequisites: [], rules: [rule(off)], fallthrough: off },
  ...{ shedAt: null, maxStalenessMs: null, whenStale: null },
  ...over,
});
const finished: FinishedRun = { target: 'fallthrough', to: 'on', anchor: off };

describe('the way back of a flag that a car edited', () => {
  const car = { before: flag(), departed: flag({ rules: [rule(on)] }) };

  it.each<[string, Configuration, FinishedRun | undefined, ReturnType<typeof wayBackOfFlag>]>([
    ['is what it was before', car.departed, undefined, { effect: 'back', write: car.before }],
    ['is nothing where it is so already', car.before, undefined, { effect: 'same' }],
    [
      'stays off where somebody turned it off since',
      flag({ rules: [rule(on)], state: 'off' }),
      undefined,
      {
        ...{ effect: 'back', write: flag({ state: 'off' }) },
      },
    ],
    [
      'is none where somebody edited it since',
      flag({ rules: [rule(on)], shedAt: 1 }),
      undefined,
      {
        ...{ effect: 'kept', because: 'Somebody edited it since: that stands.' },
      },
    ],
    [
      'counts what its own rollout wrote as its own',
      flag({ rules: [rule(on)], fallthrough: on }),
      finished,
      {
        ...{ effect: 'back', write: car.before },
      },
    ],
    [
      'is none where somebody wrote what its rollout would have',
      flag({ rules: [rule(on)], fallthrough: on }),
      undefined,
      {
        ...{ effect: 'kept', because: 'Somebody edited it since: that stands.' },
      },
    ],
  ])('%s', (_title, present, run, expected) => {
    expect(wayBackOfFlag(car, present, run)).toEqual(expected);
  });

  it('does not turn off what somebody turned on since', () => {
    const turnedOff = { before: flag(), departed: flag({ state: 'off' }) };
    expect(wayBackOfFlag(turnedOff, flag({ shedAt: null }), undefined)).toEqual({ effect: 'same' });
    const edited = { before: flag(), departed: flag({ state: 'off', shedAt: 2 }) };
    expect(wayBackOfFlag(edited, flag({ shedAt: 2 }), undefined)).toEqual({
      ...{ effect: 'kept', because: 'Somebody turned it on since.' },
    });
  });
});

describe('the way back of a flag that only a rollout changed', () => {
  const car = { before: flag(), departed: flag() };

  it('is its anchor, and an edit beside it stands', () => {
    const present = flag({ rules: [rule(on)], fallthrough: on });
    expect(wayBackOfFlag(car, present, finished)).toEqual({ effect: 'back', write: flag({ rules: [rule(on)] }) });
  });

  it('is none where the rollout never finished: its own way back is its anchor', () => {
    expect(wayBackOfFlag(car, flag({ fallthrough: on }), undefined)).toEqual({ effect: 'same' });
  });

  it('is none where somebody serves something else by now', () => {
    const other: Serve = { default: true } as never;
    expect(wayBackOfRun(flag({ fallthrough: other }), finished).effect).toBe('kept');
    expect(wayBackOfRun(flag({ rules: [] }), { ...finished, target: 'r-1' }).effect).toBe('kept');
    expect(wayBackOfRun(flag(), finished)).toEqual({ effect: 'same' });
    expect(wayBackOfRun(flag({ rules: [rule(on)] }), { ...finished, target: 'r-1' })).toEqual({
      ...{ effect: 'back', write: flag() },
    });
  });
});

describe('the way back of a segment', () => {
  const car = { before: null, departed: { name: 'staff', included: ['ada'] } };

  it.each<[string, Parameters<typeof wayBackOfSegment>[1], ReturnType<typeof wayBackOfSegment>]>([
    ['goes where the car made it', car.departed, { effect: 'back', write: null }],
    ['is nothing where it is gone already', null, { effect: 'same' }],
    [
      'is none where somebody edited it',
      { name: 'staff', included: ['ada', 'bo'] },
      {
        ...{ effect: 'kept', because: 'Somebody edited it since: that stands.' },
      },
    ],
  ])('%s', (_title, present, expected) => {
    expect(wayBackOfSegment(car, present)).toEqual(expected);
  });
});
