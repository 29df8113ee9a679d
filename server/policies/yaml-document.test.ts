import { describe, expect, it } from 'vitest';
import { SAMPLE } from './sample.fixture.ts';
import { readYaml } from './yaml-document.ts';

describe('a policy in YAML', () => {
  it.each([
    ['an alias', 'a: 1\nb: [1, { c: *x }]', 'refused_yaml', 2, 13],
    ['an anchor', 'a: &x 1', 'refused_yaml', 1, 7],
    ['a tag', 'a: 1\nb: !!str 1', 'refused_yaml', 2, 10],
    ['a tag of its own', 'a: !evil 1', 'refused_yaml', 1, 10],
    ['a merge key', 'a: 1\n<<: { a: 1 }', 'refused_yaml', 2, 1],
    ['a directive', '%YAML 1.1\n---\na: 1', 'refused_yaml', 1, 1],
    ['a field called __proto__', 'a:\n  __proto__: 1', 'refused_yaml', 2, 3],
    ['a field twice', 'a: 1\nb: 2\na: 3', 'refused_yaml', 3, 1],
    ['a field that is a list', '? [a]\n: b', 'bad_yaml', 1, 3],
    ['a second document', 'a: 1\n---\nb: 2', 'bad_yaml', 2, 1],
    ['a tab for indentation', 'a:\n\tb: 1', 'bad_yaml', 2, 1],
    ['an open quote', 'a: 1\nb: "x', 'bad_yaml', 2, 6],
    ['an open list', 'a: [1, 2', 'bad_yaml', 1, 9],
    ['lists in lists', `a: 1\n${'['.repeat(30_000)}`, 'too_deep', 2, expect.any(Number)],
    ['dashes after dashes', `${'- '.repeat(15_000)}a`, 'too_deep', 1, expect.any(Number)],
    ['more than anybody writes', 'a'.repeat(32_769), 'too_large', undefined, undefined],
    ['nothing', '', 'bad_yaml', undefined, undefined],
  ])('with %s is refused, by line and column', (_title, text, code, line, column) => {
    const { fault } = readYaml(text);
    expect(fault).toMatchObject({ path: '/', code, expected: expect.stringMatching(/\S/) });
    expect([fault?.line, fault?.column]).toEqual([line, column]);
  });

  it('says what JSON says, and nothing that YAML alone would make of a text', () => {
    const { value } = readYaml('a: yes\nb: 2026-01-31\nc: 1_000\nd: 010\ne: ~\nf: {"g": [1, 2.5, true]}\n1: h');
    expect(value).toEqual({
      ...{ a: 'yes', b: '2026-01-31', c: '1_000', d: 10, e: null, f: { g: [1, 2.5, true] } },
      1: 'h',
    });
  });

  it('knows where each field stands, and for one that is missing where it would', () => {
    const read = readYaml(SAMPLE);
    const lineOf = (path: string) => {
      const place = read.fault === undefined ? read.placeOf(path) : undefined;
      return [
        SAMPLE.split('\n')
          [(place?.line ?? 0) - 1]?.slice((place?.column ?? 1) - 1)
          .slice(0, 12),
      ];
    };
    expect(lineOf('/path/1/stages/1/minHits/count')).toEqual(['count: 100 }']);
    expect(lineOf('/guards/3/source')).toEqual(['source: prom']);
    expect(lineOf('/guards/3/below')).toEqual(['{ id: p95,  ']);
    expect(lineOf('/guards/9')).toEqual(['guards:     ']);
    expect(lineOf('/runbookUrl')).toEqual(['key: web-sta']);
  });

  it('is read in a moment, however it is made', () => {
    const began = performance.now();
    const names = Array.from({ length: 5_000 }, (_, at) => `k${at}`);
    for (const text of ['a: '.repeat(10_000), '? '.repeat(15_000), `{${names.join(',')}}`, '{a: b},'.repeat(4_000)]) {
      readYaml(text);
    }
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
