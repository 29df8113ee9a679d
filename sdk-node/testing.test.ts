import { describe, expect, it } from 'vitest';
import { testTurnout } from './testing.ts';

describe('a client for tests', () => {
  it('answers what it was told to, to everybody', async () => {
    const turnout = testTurnout({ 'new-cart': true, copy: 'hello', most: 3, limits: { items: 3 } });
    expect(turnout.boolean('new-cart', false)).toBe(true);
    expect(turnout.string('copy', '', { targetingKey: 'u' })).toBe('hello');
    expect(turnout.number('most', 0)).toBe(3);
    expect(turnout.object('limits', {})).toEqual({ items: 3 });
    expect(turnout.with({ plan: 'pro' }).evaluate('new-cart', false)).toMatchObject({ value: true, reason: 'STATIC' });
    expect(Object.keys(turnout.all())).toEqual(['new-cart', 'copy', 'most', 'limits']);
    expect(await turnout.ready()).toMatchObject({ source: 'file' });
    expect(turnout.status()).toMatchObject({ state: 'live' });
    await turnout.flush();
    await turnout.close();
    expect(turnout.status()).toMatchObject({ state: 'closed' });
  });

  it('answers otherwise once it is set otherwise, and tells watchers and listeners before `set` returns', () => {
    const turnout = testTurnout({ 'new-cart': true });
    const told: unknown[] = [];
    turnout.watch('new-cart', false, {}, (now, before) => told.push([before.value, now.value]));
    turnout.on('change', ({ keys }) => told.push(keys));
    turnout.set('new-cart', false);
    turnout.set('new-cart', false);
    turnout.set('another', 1);
    expect(told).toEqual([[true, false], ['new-cart'], ['new-cart'], ['another']]);
    expect(turnout.boolean('new-cart', true)).toBe(false);
    expect(turnout.number('another', 0)).toBe(1);
  });

  it('throws on a flag that nobody told it of, and names those that it knows', () => {
    const turnout = testTurnout({ 'new-cart': true });
    expect(() => turnout.boolean('new-crat', false)).toThrow('no flag new-crat; there are: new-cart');
    expect(() => turnout.evaluate('constructor', false)).toThrow('no flag constructor');
  });

  it('refuses values that no flag can have', () => {
    expect(() => testTurnout({ a: null })).toThrow(TypeError);
    expect(() => testTurnout({ a: [1] })).toThrow(TypeError);
  });

  it('leaves the values of a test as they are', () => {
    const limits = { items: 3 };
    testTurnout({ limits });
    limits.items = 4;
    expect(limits).toEqual({ items: 4 });
  });

  it('knows the types of flags', () => {
    type Flags = { 'new-cart': boolean; hero: 'a' | 'b'; most: number };
    const turnout = testTurnout<Flags>({ 'new-cart': true, hero: 'a', most: 1 });
    const hero: 'a' | 'b' = turnout.string('hero', 'b');
    expect(hero).toBe('a');
    // @ts-expect-error hero is no boolean
    turnout.boolean('hero', false);
    // @ts-expect-error hero is never c
    turnout.string('hero', 'c');
    // @ts-expect-error nobody made this one
    expect(() => turnout.number('least', 0)).toThrow();
  });
});
