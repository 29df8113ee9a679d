import { describe, expect, it } from 'vitest';
import { type DiffLine, diffJson, diffLines, foldSame, printJson } from './json-diff.ts';

/** Lines as a person sees them. */
const show = (lines: readonly DiffLine[]) =>
  lines.map((line) =>
    line.kind === 'gap' ? `… ${line.count}` : `${{ same: ' ', added: '+', removed: '-' }[line.kind]}${line.text}`,
  );

describe('a value in lines', () => {
  it.each([
    ['nothing where nothing is', undefined, []],
    ['nothing of null, which the log has for what was not there', null, []],
    ['a scalar', 'on', ['"on"']],
    ['a short object', { variant: 'on' }, ['{"variant": "on"}']],
    ['a short list', [0, 20_000, 'on'], ['[0, 20000, "on"]']],
    ['empty ones', { a: [], b: {} }, ['{', '  "a": []', '  "b": {}', '}']],
    ['keys in order, without commas', { b: 1, a: { c: null } }, ['{', '  "a": {"c": null}', '  "b": 1', '}']],
    ['lists of lists', [[1], [2]], ['[', '  [1]', '  [2]', ']']],
    [
      'an array that is too wide',
      ['x'.repeat(40), 'y'.repeat(40)],
      ['[', `  "${'x'.repeat(40)}"`, `  "${'y'.repeat(40)}"`, ']'],
    ],
    ['marks that turn a text around', 'a\u202ebc', ['"a\\u202ebc"']],
    ['markup as the text that it is', '<img onerror=x>', ['"<img onerror=x>"']],
  ])('has %s', (_what, value, lines) => {
    expect(printJson(value)).toEqual(lines);
  });
});

describe('what leads from one value to another', () => {
  it.each([
    ['nothing', { a: 1, b: 2 }, { b: 2, a: 1 }, [' {', '   "a": 1', '   "b": 2', ' }']],
    ['a field', { a: 1, b: 2 }, { a: 1, b: 3 }, [' {', '   "a": 1', '-  "b": 2', '+  "b": 3', ' }']],
    ['what was made', undefined, { variant: 'on' }, ['+{"variant": "on"}']],
    ['what is gone', { variant: 'on' }, null, ['-{"variant": "on"}']],
    [
      'a member in the middle',
      ['a'.repeat(30), 'c'.repeat(30)],
      ['a'.repeat(30), 'b'.repeat(30), 'c'.repeat(30)],
      [' [', `   "${'a'.repeat(30)}"`, `+  "${'b'.repeat(30)}"`, `   "${'c'.repeat(30)}"`, ' ]'],
    ],
  ])('is %s', (_what, before, after, lines) => {
    expect(show(diffJson(before, after))).toEqual(lines);
  });

  it('takes the fewest lines, and gives both sides whole', () => {
    const before = ['a', 'b', 'c', 'a', 'b', 'b', 'a'];
    const after = ['c', 'b', 'a', 'b', 'a', 'c'];
    const lines = diffLines(before, after);
    const texts = (...kinds: string[]) =>
      lines.flatMap((line) => (kinds.includes(line.kind) && 'text' in line ? [line.text] : []));
    expect(texts('same', 'removed')).toEqual(before);
    expect(texts('same', 'added')).toEqual(after);
    expect(texts('same')).toHaveLength(4);
  });

  it('does not compare each of thousands with each of thousands', () => {
    const many = (name: string) => Array.from({ length: 20_000 }, (_, at) => `${name}-${at}`);
    const lines = diffLines(['first', ...many('a')], ['first', ...many('b')]);
    expect(lines).toHaveLength(40_001);
  });
});

describe('folding', () => {
  const same = (count: number): DiffLine[] =>
    Array.from({ length: count }, (_, at) => ({ kind: 'same', text: String(at) }));
  it('leaves three lines on each side of what was altered', () => {
    const lines = foldSame([...same(10), { kind: 'added', text: 'new' }, ...same(10)]);
    expect(show(lines)).toEqual(['… 7', ' 7', ' 8', ' 9', '+new', ' 0', ' 1', ' 2', '… 7']);
  });

  it('does not put a gap where the one line has room', () => {
    const lines = foldSame([...same(4), { kind: 'added', text: 'new' }]);
    expect(show(lines)).toEqual([' 0', ' 1', ' 2', ' 3', '+new']);
  });

  it('is one gap where nothing was altered', () => {
    expect(show(foldSame(same(5)))).toEqual(['… 5']);
  });
});
