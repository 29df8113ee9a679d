import { describe, expect, it } from 'vitest';
import { dependentsOf, orderCars } from './order-cars.ts';

const cars = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
const needs = (pairs: Record<string, string[]>) => new Map(Object.entries(pairs));
const ids = (found: { id: string }[]) => found.map(({ id }) => id).join('');

describe('the order of cars', () => {
  it('is that of boarding where none needs another', () => {
    expect(ids(orderCars(cars, needs({})))).toBe('abcd');
  });

  it('has those first that others need, through several of them', () => {
    expect(ids(orderCars(cars, needs({ a: ['b'], b: ['d'] })))).toBe('dbac');
  });

  it('comes to an end where two need each other, and leaves out what is not aboard', () => {
    expect(ids(orderCars(cars, needs({ a: ['b', 'x'], b: ['a'] })))).toBe('bacd');
  });
});

describe('whoever depends on a car', () => {
  it('goes with it, through several of them, each once', () => {
    const chain = needs({ a: ['b'], b: ['c'], d: ['a', 'c'] });
    expect(dependentsOf(['c'], chain)).toEqual(['b', 'd', 'a']);
    expect(dependentsOf(['a'], chain)).toEqual(['d']);
    expect(dependentsOf(['d'], chain)).toEqual([]);
  });

  it('is found where two need each other', () => {
    expect(dependentsOf(['a'], needs({ a: ['b'], b: ['a'] }))).toEqual(['b']);
  });
});
