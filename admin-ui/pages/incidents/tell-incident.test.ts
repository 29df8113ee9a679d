import { describe, expect, test } from 'vitest';
import { mayWrite, stillKilled, tellOpened, tellPlaces, writePlaces } from './tell-incident.ts';

const at = (environment: string, flag: string | null = null) => ({ environment, flag });

describe('What an incident names', () => {
  test.each([
    [[at('production')], 'production as a whole'],
    [[at('production', 'cart'), at('production', 'search')], 'production: cart, search'],
    [[at('production', 'cart'), at('staging')], 'production: cart; staging as a whole'],
    [[at('production'), at('production', 'cart')], 'production as a whole, and cart'],
    [[], ''],
  ])('%j is “%s”', (places, words) => {
    expect(tellPlaces(places)).toBe(words);
  });

  test('is written for each environment: its flags, or all of it', () => {
    expect(writePlaces(['a', 'b'], [])).toEqual([{ environment: 'a' }, { environment: 'b' }]);
    expect(writePlaces(['a'], ['x', 'y'])).toEqual([
      { environment: 'a', flag: 'x' },
      { environment: 'a', flag: 'y' },
    ]);
    expect(writePlaces([], ['x'])).toEqual([]);
  });
});

test('Who opened it is told by name where there is one', () => {
  expect(tellOpened({ openedHow: 'hand', openedBy: { actor: 'person:a', name: 'Ada' } })).toBe('opened by Ada');
  expect(tellOpened({ openedHow: 'kill', openedBy: { actor: 'key:k', name: null } })).toBe(
    'opened by the kill of key:k',
  );
});

test('Only kills that nobody lifted are left of it', () => {
  const kill = (id: string, lifted: boolean) => ({
    ...{ id, lifted, flag: 'f', environment: 'e', at: '', by: { actor: 'root', name: null }, reason: '' },
  });
  expect(stillKilled({ kills: [kill('a', true), kill('b', false)] }).map(({ id }) => id)).toEqual(['b']);
});

test('Whoever may change something in one environment may write of incidents', () => {
  expect(mayWrite({ rights: ['read'], environments: [] }).yes).toBe(false);
  expect(mayWrite({ rights: ['read', 'change'], environments: [] }).yes).toBe(true);
});
