import { describe, expect, it } from 'vitest';
import { covers, type Joinable, pickIncident } from './incident.ts';

const NOW = new Date('2026-01-31T12:00:00.000Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const [PRODUCTION, STAGING] = [1, 2];

const incident = (id: string, over: Partial<Joinable>): Joinable => ({
  ...{
    id,
    state: 'open',
    openedAt: ago(90),
    activeAt: ago(10),
    places: [{ environmentId: PRODUCTION, flag: 'other' }],
  },
  ...over,
});
const place = { environmentId: PRODUCTION, flag: 'cart' };
const picked = (...found: Joinable[]) => pickIncident(found, place, NOW)?.id;

describe('the incident that a kill joins', () => {
  it.each<[title: string, expected: string | undefined, found: Joinable[]]>([
    ['none where there is none', undefined, []],
    ['any that is open and fresh in the environment', 'a', [incident('a', {})]],
    ['none of another environment', undefined, [incident('a', { places: [{ environmentId: STAGING, flag: 'cart' }] })]],
    ['none that is closed', undefined, [incident('a', { state: 'closed' })]],
    ['none that nobody joined for an hour', undefined, [incident('a', { activeAt: ago(60) })]],
    [
      'one of the whole environment before one of another flag, however much older',
      'whole',
      [
        incident('other', { activeAt: ago(1) }),
        incident('whole', { activeAt: ago(50), places: [{ environmentId: PRODUCTION, flag: null }] }),
      ],
    ],
    [
      'one that names the flag before all others',
      'cart',
      [
        incident('whole', { activeAt: ago(1), places: [{ environmentId: PRODUCTION, flag: null }] }),
        incident('cart', { activeAt: ago(50), places: [place] }),
      ],
    ],
    ['the freshest of equals', 'new', [incident('old', {}), incident('new', { activeAt: ago(2) })]],
  ])('%s', (_title, expected, found) => {
    expect(picked(...found)).toBe(expected);
    expect(picked(...[...found].reverse())).toBe(expected);
  });

  it('an incident covers the flags that it names, and all of an environment that it names whole', () => {
    const places = [place, { environmentId: STAGING, flag: null }];
    expect(covers(places, place)).toBe(true);
    expect(covers(places, { environmentId: PRODUCTION, flag: 'other' })).toBe(false);
    expect(covers(places, { environmentId: PRODUCTION, flag: null })).toBe(false);
    expect(covers(places, { environmentId: STAGING, flag: 'other' })).toBe(true);
  });
});
