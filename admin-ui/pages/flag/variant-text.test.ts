import type { FlagType, JsonValue } from '@turnout/core';
import { describe, expect, test } from 'vitest';
import { readVariant, writeVariant } from './variant-text.ts';

describe('A value as it is typed', () => {
  test.each<[FlagType, string, JsonValue]>([
    ['boolean', 'true', true],
    ['string', 'true', 'true'],
    ['string', '', ''],
    ['number', ' 1.5e3 ', 1_500],
    ['object', '{"a": [1, null]}', { a: [1, null] }],
  ])('%s: %j', (type, text, value) => expect(readVariant(text, type)).toEqual({ value }));

  test.each<[FlagType, string, RegExp]>([
    ['boolean', '1', /true or false/],
    ['number', 'many', /a number/],
    ['number', '1e999', /a number/],
    ['number', '"1"', /a number/],
    ['object', '[1]', /no list/],
    ['object', 'null', /no null/],
    ['object', '{"a": 1,\n"b" 2}', /^Line 2:/],
    ['object', '{\n"a": 1\n', /^Line 3:/],
    ['object', '{"a": 1,}', /^Line 1:/],
  ])('%s: %j is refused', (type, text, fault) => {
    expect(readVariant(text, type)).toEqual({ fault: expect.stringMatching(fault) });
  });

  test.each<JsonValue>([true, 'text', '', 12, { a: { b: [1] } }])('of %j is read back', (value) => {
    const type = (typeof value === 'object' ? 'object' : typeof value) as FlagType;
    expect(readVariant(writeVariant(value), type)).toEqual({ value });
  });
});
