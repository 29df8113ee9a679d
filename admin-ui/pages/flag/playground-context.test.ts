import { describe, expect, it } from 'vitest';
import {
  keepContext,
  readContext,
  readFragment,
  readValue,
  showValue,
  valueAt,
  withValue,
  writeFragment,
} from './playground-context.ts';

describe('a context that was typed', () => {
  it.each([
    ['nothing', '  ', { context: {} }],
    ['an object', '{"targetingKey": "u", "a": [1]}', { context: { targetingKey: 'u', a: [1] } }],
    ['a list', '[1]', { fault: expect.stringContaining('object') }],
    ['a number as the user', '{"targetingKey": 7}', { fault: expect.stringContaining('targetingKey') }],
    ['half of one', '{"a": ', { fault: expect.stringContaining('not JSON') }],
  ])('as %s', (_what, text, read) => {
    expect(readContext(text)).toEqual(read);
  });
});

describe('a field of it', () => {
  it('is found as it stands, or by its dots, and never by what objects inherit', () => {
    expect(valueAt({ 'user.plan': 'pro', user: { plan: 'free' } }, 'user.plan')).toBe('pro');
    expect(valueAt({ user: { plan: 'free' } }, 'user.plan')).toBe('free');
    expect(valueAt({}, 'constructor')).toBeUndefined();
    expect(valueAt({ user: 'x' }, 'user.length')).toBeUndefined();
  });

  it('is set, changed in its place and taken away', () => {
    expect(withValue({ a: 1 }, 'b', 2)).toEqual({ a: 1, b: 2 });
    expect(Object.keys(withValue({ a: 1, b: 2 }, 'a', 3))).toEqual(['a', 'b']);
    expect(withValue({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
  });

  it.each([
    ['', 'plan', [], undefined],
    ['pro', 'plan', ['pro'], 'pro'],
    ['12', 'age', [18], 12],
    ['12', 'code', ['007'], '12'],
    ['12', 'unknown', [], 12],
    ['12', 'mixed', ['a', 1], 12],
    ['true', 'beta', [true], true],
    ['true', 'word', ['yes'], 'true'],
    ['["a"]', 'groups', ['a'], ['a']],
    ['42', 'targetingKey', [], '42'],
    ['null', 'plan', [], 'null'],
  ] as const)('reads %j of %s, which is compared with %j', (typed, name, compared, value) => {
    expect(readValue(typed, name, [...compared])).toEqual(value);
  });

  it('is shown as one would type it', () => {
    expect([showValue('a'), showValue(1), showValue([1]), showValue(undefined)]).toEqual(['a', '1', '[1]', '']);
  });
});

describe('a link', () => {
  it('carries the context where browsers send it to nobody', () => {
    const context = { targetingKey: 'a&b=c#d', ü: '"<' };
    expect(writeFragment(context)).toMatch(/^#context=%7B/);
    expect(readFragment(writeFragment(context))).toEqual(context);
  });

  it.each(['', '#', '#context=', '#context=%7B', '#other=1', '#context=[1]'])('of %j holds none', (fragment) => {
    expect(readFragment(fragment) ?? {}).toEqual({});
  });
});

it('keeps the contexts that were tried last, each once', () => {
  const kept = ['a', 'b', 'c'].reduce<string[]>((all, key) => keepContext(all, { targetingKey: key }), []);
  expect(keepContext(kept, { targetingKey: 'a' })).toEqual([
    '{"targetingKey":"a"}',
    '{"targetingKey":"c"}',
    '{"targetingKey":"b"}',
  ]);
  expect(keepContext(kept, {})).toEqual(kept);
  expect(Array.from({ length: 20 }).reduce<string[]>((all, _none, at) => keepContext(all, { at }), [])).toHaveLength(8);
});
