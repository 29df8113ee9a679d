import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readContext } from './read-context.ts';

describe('a context of OpenFeature', () => {
  it('that is scalar already is taken as it is', () => {
    const context = { targetingKey: 'u', plan: 'pro', age: 7, beta: true, gone: null };
    expect(readContext(context)).toBe(context);
  });

  it('becomes JSON: dates are RFC 3339 text at any depth, and structures keep their shape', () => {
    const since = new Date('2026-03-01T12:00:00.500Z');
    const context = { targetingKey: 'u', since, device: { os: { version: '17.1' }, seen: [since, 'x', null] } };
    expect(readContext(context)).toEqual({
      targetingKey: 'u',
      since: '2026-03-01T12:00:00.500Z',
      device: { os: { version: '17.1' }, seen: ['2026-03-01T12:00:00.500Z', 'x', null] },
    });
    expect(context.since).toBe(since);
  });

  it('may have dates of another realm, and things that only call themselves so', () => {
    const elsewhere: Date = runInNewContext('new Date(0)');
    const disguised = { [Symbol.toStringTag]: 'Date', a: 1 };
    expect(readContext({ since: elsewhere, ...{ disguised } } as never)).toEqual({
      since: '1970-01-01T00:00:00.000Z',
      disguised: { a: 1 },
    });
  });

  it('loses what JSON has no word for, so that it counts as missing', () => {
    const given: object = {
      nothing: undefined,
      never: new Date(Number.NaN),
      call: () => 1,
      many: 10n,
      list: [undefined, 1],
    };
    expect(readContext({ ...given, kept: 'x' })).toEqual({ kept: 'x', list: [1] });
  });

  it('may hold a circle, and the same structure twice', () => {
    const shared = { a: 1 };
    const circle: Record<string, unknown> = { shared, again: shared };
    circle.self = circle;
    expect(readContext({ ...{ circle } } as never)).toEqual({ circle: { shared: { a: 1 }, again: { a: 1 } } });
  });

  it('that is shared many times over is read once', () => {
    let nested: object = { leaf: true };
    for (let depth = 0; depth < 60; depth++) nested = { left: nested, right: nested };
    const read = readContext({ ...{ nested } } as never);
    expect(Object.keys(read)).toEqual(['nested']);
  });

  it('keeps a key that names a prototype as a key', () => {
    const given = JSON.parse('{"__proto__": {"admin": true}, "device": {"__proto__": {"admin": true}}}');
    const read = readContext(given);
    expect(Object.keys(read)).toEqual(['__proto__', 'device']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });
});
