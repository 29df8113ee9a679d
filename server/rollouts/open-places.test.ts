import { describe, expect, it } from 'vitest';
import { OpenPlaces } from './open-places.ts';

describe('turns where a place takes only so many at a time', () => {
  const places = { slow1: ['slow'], slow2: ['slow'], slow3: ['slow', 'other'], quick: ['other'], alone: [] };
  type Name = keyof typeof places;
  const open = (names: Name[], most = 2) => new OpenPlaces(names, { most, placesOf: (name: Name) => places[name] });

  it('come in order, and those of a full place after those of others', () => {
    const turns = open(['slow1', 'slow2', 'slow3', 'quick', 'alone']);
    expect([1, 2, 3, 4, 5].map(() => turns.take())).toEqual(['slow1', 'slow2', 'quick', 'alone', undefined]);
    expect(turns.left).toBe(1);
    turns.done('slow1');
    expect([turns.take(), turns.take(), turns.left]).toEqual(['slow3', undefined, 0]);
  });

  it('wait for what others hold in the same places, of which some are given back only later', () => {
    const taken = new Map<string, number>();
    const at = new Map([['slow', ['slow']]]);
    const openAt = (names: Name[]) =>
      new OpenPlaces(names, { most: 2, taken, placesOf: (name: Name) => at.get(name) ?? places[name] });
    const before = openAt(['slow1', 'slow2']);
    expect([before.take(), before.take()]).toEqual(['slow1', 'slow2']);
    const turns = openAt(['slow3', 'quick', 'alone']);
    expect([1, 2, 3].map(() => turns.take())).toEqual(['quick', 'alone', undefined]);
    expect(turns.full).toEqual(['slow3']);
    // Where it would have to go by now is not where it is.
    at.set('slow1', []);
    before.done('slow1');
    expect([turns.full, turns.take()]).toEqual([[], 'slow3']);
    for (const name of ['slow3', 'quick', 'alone'] as const) turns.done(name);
    before.done('slow2');
    expect(taken).toEqual(new Map());
  });

  it('wait for each of their places', () => {
    const turns = open(['slow1', 'quick', 'slow3'], 1);
    expect([turns.take(), turns.take(), turns.take()]).toEqual(['slow1', 'quick', undefined]);
    turns.done('slow1');
    expect(turns.take()).toBeUndefined();
    turns.done('quick');
    expect(turns.take()).toBe('slow3');
  });
});
