import { describe, expect, it } from 'vitest';
import { askFor, isNarrowed, readFilter } from './change-filter.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const ask = (query: Record<string, string>) =>
  Object.fromEntries(Object.entries(askFor(readFilter(query), now)).filter(([, value]) => value !== undefined));

describe('what an address asks of the log', () => {
  it.each([
    ['everything', {}, {}],
    [
      'one environment, which is not the chosen one',
      { in: 'production', env: 'staging' },
      { environment: 'production' },
    ],
    ['a kind of subject', { about: 'segment' }, { subject: 'segment/*' }],
    ['one flag, whatever else it is about', { about: 'segment', flag: 'cart' }, { subject: 'flag/cart' }],
    ['one actor', { actor: 'person:a' }, { actor: 'person:a' }],
    ['a group of actions', { did: 'kills' }, { action: 'flag.kill,flag.restore' }],
    ['one way', { way: 'safe' }, { direction: 'safe' }],
    ['a span that ends now', { time: '1h' }, { since: '2026-03-01T11:00:00.000Z' }],
    [
      'between two moments',
      { time: 'between', from: '2026-02-01T00:00:00Z', to: '2026-02-02T00:00:00Z' },
      { since: '2026-02-01T00:00:00.000Z', until: '2026-02-02T00:00:00.000Z' },
    ],
    ['from one moment on', { time: 'between', from: '2026-02-01T00:00:00Z' }, { since: '2026-02-01T00:00:00.000Z' }],
    ['moments only where they are asked for', { from: '2026-02-01T00:00:00Z' }, {}],
    ['nothing by what nobody knows', { about: 'toString', did: 'constructor', way: 'up', time: 'later' }, {}],
    ['nothing by a moment that is none', { time: 'between', from: 'yesterday' }, {}],
  ])('%s', (_what, query, asked) => {
    expect(ask(query)).toEqual(asked);
  });

  it('is narrowed by a filter, and not by what else an address says', () => {
    expect(isNarrowed(readFilter({ env: 'production' }))).toBe(false);
    expect(isNarrowed(readFilter({ flag: 'cart' }))).toBe(true);
  });
});
