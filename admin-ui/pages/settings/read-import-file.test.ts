import { describe, expect, test } from 'vitest';
import { readImportFile, suggestKey } from './read-import-file.ts';

describe('A file to be imported', () => {
  test.each([
    ['{"flags": {"a": {}}}', { format: 'flagd', flags: 1 }],
    ['{"format": "turnout", "version": 1, "flags": {}}', { format: 'turnout', flags: 0 }],
    ['{"format": "something", "flags": {"a": 1, "b": 2}}', { format: 'flagd', flags: 2 }],
  ])('%s is read', (text, read) => {
    expect(readImportFile(text)).toMatchObject(read);
  });

  test.each([
    ['flags:\n  a: 1', 'no JSON'],
    ['', 'no JSON'],
    ['[]', 'no document'],
    ['null', 'no document'],
    ['{"flags": []}', 'no “flags”'],
    ['{}', 'no “flags”'],
  ])('%j is refused with why', (text, why) => {
    expect(readImportFile(text)).toEqual({ fault: expect.stringContaining(why) });
  });
});

describe('The key of a flag elsewhere', () => {
  test.each([
    ['new-cart', undefined],
    ['_a.b-C', undefined],
    ['team/cart', 'team-cart'],
    ['..', 'flag'],
    ['-x y-', 'x-y'],
    ['übergang', 'bergang'],
    ['<img src=x>', 'img-src-x'],
    ['a'.repeat(200), 'a'.repeat(128)],
  ])('%s gets the key %s', (key, close) => {
    expect(suggestKey(key)).toBe(close);
  });
});
