import { compile, type Flag, type ValueItem } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import type { JournalEntry, Served } from '../delivery/served.ts';
import { flag, killOf, serve } from './ofrep.fixture.ts';
import { heldItems, valuesStep } from './values-step.ts';
import type { Sight } from './written-flags.ts';

const BY_PLAN: Partial<Flag> = {
  rules: [{ id: 'r', if: { attribute: 'plan', op: 'equals', values: ['pro'] }, serve: { variant: 'off' } }],
};
const IN_SEGMENT: Partial<Flag> = { rules: [{ id: 'r', if: { segment: 'staff' }, serve: { variant: 'off' } }] };
const seen = (key: string, change: Partial<Flag> = {}) => flag(key, { clientVisible: true, ...change });
const needs = (name: string): Partial<Flag> => ({ prerequisites: [{ flag: name, variants: ['on'] }] });

/** The same flags later, as a node compiles them: what is the same object is taken over. */
function later(before: Served, flags: Flag[], overlay: JournalEntry[] = [], included: string[] = []): Served {
  const now = serve(flags, before.base.revision + 1, overlay);
  const staff = { key: 'staff', by: 'targetingKey', included, excluded: [] };
  const known = before.base.segments.staff;
  const segments = { staff: known !== undefined && included.length === 0 ? known : staff };
  return {
    ...now,
    compiled: compile({ ...now.compiled.ruleset, segments }, before.compiled),
    base: { ...now.base, segments },
  };
}

/** What a step from these flags to those says, in short: keys with their values, and whether there is more. */
function stepOf(before: Flag[], after: Flag[], sight: Sight = 'client', included: string[] = []) {
  const first = later(serve([]), before);
  const { flags, removed, isMore } = valuesStep(first, later(first, after, [], included), sight);
  return { flags: shortly(flags), removed, isMore };
}

const shortly = (items: ReadonlyMap<string, string>) =>
  Array.from(items.values(), (text) => {
    const { key, value, errorCode } = JSON.parse(text) as ValueItem;
    return `${key} ${errorCode ?? value ?? 'coded'}`;
  });

describe('a step', () => {
  const [a, ruled, other] = [seen('a'), seen('ruled', BY_PLAN), seen('other')];

  it('says nothing of flags that it left alone', () => {
    expect(stepOf([a, ruled, other], [a, ruled, other])).toEqual({ flags: [], removed: [], isMore: false });
  });

  it('says what became the same for everybody, and nothing where it was the same before', () => {
    expect(stepOf([a, ruled], [seen('a', { state: 'off' }), seen('ruled')])).toEqual({
      ...{ flags: ['a false', 'ruled true'], removed: [], isMore: false },
    });
    // A rule of a flag that is off, a name in the admin panel: it answers as it did.
    const off = seen('a', { state: 'off' });
    expect(stepOf([off], [{ ...off, ...BY_PLAN }])).toEqual({ flags: [], removed: [], isMore: false });
  });

  it('has more to it where an answer depends on the context', () => {
    expect(stepOf([a, other], [seen('a', BY_PLAN), seen('other', { state: 'off' })])).toEqual({
      ...{ flags: ['other false'], removed: [], isMore: true },
    });
  });

  it('goes on to dependants, those of flags that nobody sees included', () => {
    const hidden = flag('hidden');
    const [plain, split] = [seen('plain', needs('hidden')), seen('split', { ...needs('hidden'), ...BY_PLAN })];
    const chained = seen('chained', needs('plain'));
    const off = flag('hidden', { state: 'off' });
    expect(stepOf([hidden, plain, split, chained], [off, plain, split, chained])).toEqual({
      ...{ flags: ['chained false', 'plain false', 'split false'], removed: [], isMore: false },
    });
    expect(stepOf([off, plain, split, chained], [hidden, plain, split, chained])).toEqual({
      ...{ flags: ['chained true', 'plain true'], removed: [], isMore: true },
    });
  });

  it('goes on to the flags that name a segment, where its members changed', () => {
    const [named, off] = [seen('named', IN_SEGMENT), seen('off', { ...IN_SEGMENT, state: 'off' })];
    const needing = seen('needing', needs('named'));
    expect(stepOf([a, named, off, needing], [a, named, off, needing], 'client', ['ann'])).toEqual({
      ...{ flags: [], removed: [], isMore: true },
    });
    expect(stepOf([a, off], [a, off], 'client', ['ann']).isMore).toBe(false);
  });

  it('names what is gone and what is not for clients any more, and brings what is new to them', () => {
    const hidden = { ...other, clientVisible: false };
    expect(stepOf([a, other], [])).toEqual({ flags: [], removed: ['a', 'other'], isMore: false });
    expect(stepOf([a, other], [a, hidden])).toEqual({ flags: [], removed: ['other'], isMore: false });
    expect(stepOf([a, hidden], [a, other])).toEqual({ flags: ['other true'], removed: [], isMore: false });
  });

  it('of flags that clients do not see is nothing to them, and all to a server', () => {
    const [hidden, off] = [flag('hidden'), flag('hidden', { state: 'off' })];
    expect(stepOf([a, hidden], [a, off])).toEqual({ flags: [], removed: [], isMore: false });
    expect(stepOf([a, hidden], [a, off], 'server').flags).toEqual(['hidden false']);
    expect(stepOf([a, hidden], [a], 'server').removed).toEqual(['hidden']);
  });

  it('is a matter of context where a flag is off once it is too old', () => {
    const ages: Partial<Flag> = { maxStalenessMs: 1_000, whenStale: 'off' };
    expect(stepOf([], [seen('a', ages)])).toMatchObject({ flags: [], isMore: true });
    expect(stepOf([], [seen('a', { ...ages, killed: true })])).toMatchObject({ flags: ['a false'], isMore: false });
  });

  it('brings errors that everybody gets, in words that name nothing else', () => {
    const [one, two] = [seen('one', needs('two')), flag('two', needs('one'))];
    const first = later(serve([]), [seen('one'), flag('two')]);
    const { flags } = valuesStep(first, later(first, [one, two]), 'client');
    expect(shortly(flags)).toEqual(['one GENERAL']);
    expect(flags.get('one')).not.toContain('two');
  });
});

describe('what kills bring about that are not recorded', () => {
  const held = (flags: Flag[], sight: Sight, ...killed: string[]) =>
    [...heldItems(later(serve([]), flags, killed.map(killOf)), sight).values()].map(shortly);

  it('is nothing without any', () => {
    expect(held([seen('a', { state: 'off' })], 'client')).toEqual([]);
  });

  it('is the flag that is killed and whatever needs it, and nothing that was off without it', () => {
    const flags = [
      ...[seen('a', BY_PLAN), seen('b', { ...needs('a'), ...BY_PLAN }), seen('c', needs('b'))],
      ...[seen('coded', { ...needs('c'), offVariant: null }), seen('off', { state: 'off' }), seen('free')],
    ];
    expect(held(flags, 'client', 'a')).toEqual([['a false', 'b false', 'c false', 'coded coded']]);
  });

  it('is told of a flag that nobody sees by those that need it alone', () => {
    const flags = [flag('hidden'), seen('needing', needs('hidden')), flag('unseen', needs('hidden'))];
    expect(held(flags, 'client', 'hidden')).toEqual([['needing false']]);
    expect(held(flags, 'server', 'hidden')).toEqual([['hidden false', 'needing false', 'unseen false']]);
  });

  it('is whole for each kill, also for one of a flag that an earlier kill has already, or that is gone', () => {
    const flags = [seen('a', { killed: true }), seen('b')];
    expect(held(flags, 'client', 'a', 'b', 'gone')).toEqual([['a false'], ['b false'], []]);
  });

  it('ends where flags lead back to one another', () => {
    const flags = [seen('a'), seen('b', { ...needs('c') }), seen('c', needs('b')), seen('d', needs('a'))];
    expect(held(flags, 'client', 'a', 'b')).toEqual([['a false', 'd false'], ['b false']]);
  });
});
