import type { Condition } from '@turnout/core';
import { describe, expect, test } from 'vitest';
import {
  addTo,
  attributesIn,
  canUnwrap,
  partAt,
  pointerOf,
  removeAt,
  replaceAt,
  segmentsIn,
  setGroup,
  unwrapAt,
  wrapAt,
} from './condition-tree.ts';

const inCh: Condition = { attribute: 'country', op: 'equals', values: ['CH'] };
const isGuest: Condition = { attribute: 'plan', op: 'equals', values: ['guest'] };
const loyal: Condition = { segment: 'loyal' };
const foreign: Condition = { flagd: '==', attribute: 'tier', values: [1] };
const nested: Condition = { all: [inCh, { any: [loyal, foreign] }, { not: isGuest }] };

describe('A part of a condition', () => {
  test.each([
    [[], nested],
    [['all', 0], inCh],
    [['all', 1, 'any', 1], foreign],
    [['all', 2, 'not'], isGuest],
    [['all', 9], undefined],
    [['any', 0], undefined],
    [['all', 0, 'not'], undefined],
  ])('is found at %j', (path, part) => expect(partAt(nested, path)).toEqual(part));

  test('is replaced where it stands, and nothing else is touched', () => {
    expect(replaceAt(nested, ['all', 2, 'not'], loyal)).toEqual({
      all: [inCh, { any: [loyal, foreign] }, { not: loyal }],
    });
    expect(replaceAt(nested, ['any', 0], loyal)).toEqual(nested);
    expect(nested).toEqual({ all: [inCh, { any: [loyal, foreign] }, { not: isGuest }] });
  });
});

describe('Adding to a condition', () => {
  test('puts a part at the end of a group', () => {
    expect(partAt(addTo(nested, ['all', 1], isGuest), ['all', 1])).toEqual({ any: [loyal, foreign, isGuest] });
  });
  test('makes a group of what is none', () => {
    expect(addTo(inCh, [], loyal, 'any')).toEqual({ any: [inCh, loyal] });
    expect(addTo({ not: inCh }, ['not'], loyal)).toEqual({ not: { all: [inCh, loyal] } });
  });
});

describe('Removing from a condition', () => {
  test.each<[string, (string | number)[], Condition, Condition]>([
    ['takes the part alone', ['all', 0], nested, { all: [{ any: [loyal, foreign] }, { not: isGuest }] }],
    ['takes a not with what it denied', ['all', 2, 'not'], nested, { all: [inCh, { any: [loyal, foreign] }] }],
    ['takes a group with its last part', ['all', 1, 'any', 0], { all: [inCh, { any: [loyal] }] }, { all: [inCh] }],
    ['leaves the outermost group, empty', ['any', 0], { any: [inCh] }, { any: [] }],
    ['leaves nothing to ask where all is taken', [], inCh, { all: [] }],
  ])('%s', (_title, path, before, after) => expect(removeAt(before, path)).toEqual(after));
});

describe('What stands around a part', () => {
  test('is put there and taken away again', () => {
    for (const kind of ['all', 'any', 'not'] as const) {
      const wrapped = wrapAt(nested, ['all', 1, 'any', 0], kind);
      expect(wrapped).not.toEqual(nested);
      expect(canUnwrap(wrapped, ['all', 1, 'any', 0])).toBe(true);
      expect(unwrapAt(wrapped, ['all', 1, 'any', 0])).toEqual(nested);
    }
  });
  test('leaves its parts where it stood', () => {
    expect(unwrapAt(nested, ['all', 1])).toEqual({ all: [inCh, loyal, foreign, { not: isGuest }] });
  });
  test('stays where nothing could hold its parts', () => {
    expect(canUnwrap(nested, [])).toBe(false);
    expect(canUnwrap({ not: { any: [loyal, inCh] } }, ['not'])).toBe(false);
    expect(canUnwrap(inCh, [])).toBe(false);
  });
  test('is turned from all to any', () => {
    expect(setGroup(nested, ['all', 1], 'all')).toEqual({ all: [inCh, { all: [loyal, foreign] }, { not: isGuest }] });
    expect(setGroup(inCh, [], 'any')).toEqual(inCh);
  });
});

test('A path is written as the pointer that faults name', () => {
  expect(pointerOf(['all', 2, 'not'])).toBe('/all/2/not');
  expect(pointerOf([])).toBe('');
});

test('Attributes and segments are found however deep they stand', () => {
  expect(attributesIn(nested)).toEqual(['country', 'tier', 'plan']);
  expect(segmentsIn({ not: { any: [loyal, { all: [{ segment: 'other' }] }] } })).toEqual(['loyal', 'other']);
});
