import { describe, expect, it } from 'vitest';
import { type HookTerms, readWish, type Signal, severityOf, whyNotKill } from './signal.ts';

const NOW = new Date('2026-01-31T12:00:00.000Z');
const hook: HookTerms = {
  ...{ environments: ['production'], flags: ['cart'], tags: ['checkout'], actions: ['kill', 'incident'] },
};
const signal = (over: Partial<Signal> = {}): Signal => ({
  ...{ source: 'alertmanager', fingerprint: 'f', status: 'firing', severity: 'critical', summary: 'Errors' },
  ...{ labels: { turnout_flag: 'cart' }, startsAt: new Date(NOW.getTime() - 60_000), ...over },
});
const outcome = (terms: Partial<HookTerms>, over: Partial<Signal> = {}) => {
  const read = readWish({ ...hook, ...terms }, signal(over), NOW);
  return 'wish' in read ? read.wish : read.outcome;
};

describe('what a signal asks for', () => {
  it('kills the flag that its label names, in the only environment of the hook', () => {
    expect(outcome({})).toEqual({ environment: 'production', flag: 'cart', kill: true, incident: true });
  });

  it.each<[string, unknown, Partial<HookTerms>, Partial<Signal>]>([
    ['a resolved one turns nothing on', 'resolved', {}, { status: 'resolved' }],
    ['one that began over an hour ago is recorded only', 'late', {}, { startsAt: new Date(NOW.getTime() - 3_600_001) }],
    ['a hook without actions only trips guards', 'recorded', { actions: [] }, {}],
    ['one that names no flag kills nothing', 'recorded', { actions: ['kill'] }, { labels: {} }],
    ['a label that is no key of a flag is refused', 'refused', {}, { labels: { turnout_flag: '../x' } }],
    ['and stands for no environment', 'refused', { actions: ['incident'] }, { labels: { turnout_flag: '../x' } }],
    [
      'an environment that the hook does not list is refused',
      'refused',
      {},
      { labels: { turnout_environment: 'staging' } },
    ],
    ['of several environments one must be named', 'refused', { environments: ['staging', 'production'] }, {}],
    [
      'a label of the language’s own names no flag',
      'recorded',
      { actions: ['kill'] },
      { labels: Object.create({ turnout_flag: 'cart' }) },
    ],
  ])('%s', (_title, expected, terms, over) => {
    expect(outcome(terms, over)).toBe(expected);
  });

  it('says where it is to be done, where the hook lists several environments', () => {
    const labels = { turnout_flag: 'cart', turnout_environment: 'staging' };
    expect(outcome({ environments: ['production', 'staging'] }, { labels })).toMatchObject({ environment: 'staging' });
  });

  it('kills only what the hook lists by key or tag, and what says signalKill', () => {
    const flag = { tags: ['checkout'], signalKill: true, archived: false };
    expect(whyNotKill(hook, 'other', flag)).toBeUndefined();
    expect(whyNotKill(hook, 'cart', { ...flag, tags: [] })).toBeUndefined();
    expect(whyNotKill(hook, 'other', { ...flag, tags: ['search'] })).toBe('The hook lists no flag other.');
    expect(whyNotKill(hook, 'cart', undefined)).toBe('The hook lists no flag cart.');
    expect(whyNotKill(hook, 'cart', { ...flag, signalKill: false })).toContain('signalKill');
    expect(whyNotKill(hook, 'cart', { ...flag, archived: true })).toContain('archived');
    expect(whyNotKill({ ...hook, flags: [], tags: [] }, 'cart', flag)).toBe('The hook lists no flag cart.');
  });

  it('its severity says how bad the incident is that it opens', () => {
    const words = ['Critical', 'page', 'warning', 'info', 'none', 'constructor'];
    expect(words.map((severity) => severityOf({ severity }))).toEqual([
      'critical',
      'critical',
      'minor',
      'minor',
      'major',
      'major',
    ]);
  });
});
