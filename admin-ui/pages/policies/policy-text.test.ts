import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SAMPLE } from '../../../server/policies/sample.fixture.ts';
import { readYaml } from '../../../server/policies/yaml-document.ts';
import { type Fields, withMoved, withoutEntry, withValueAt } from './document-tree.ts';
import { editPolicyText, readPolicyText, writePolicyText } from './policy-text.ts';

const sample = readPolicyText(SAMPLE) as Fields & { guards: Fields[]; path: { stages: Fields[] }[] };
const commentsIn = (text: string) => (text.match(/#.*$/gm) ?? []).map((comment) => comment.trim());

test('a text says to the screen what it says to the server', () => {
  expect(sample).toEqual(readYaml(SAMPLE).value);
  expect(readYaml(writePolicyText(sample)).value).toEqual(sample);
});

test('a new text has its comments before their fields, and things of a list in lines of their own', () => {
  const text = writePolicyText(
    { key: 'web', guards: [{ id: 'split', kind: 'sample-ratio' }] },
    { guards: ' if these go wrong', toString: ' no' },
  );
  expect(text).toBe('key: web\n# if these go wrong\nguards:\n  - { id: split, kind: sample-ratio }\n');
});

test('a change leaves every comment beside what it is about', () => {
  const next = withValueAt(sample, ['path', 1, 'stages', 1, 'exposure'], 7);
  const { text, lost } = editPolicyText(SAMPLE, next);
  expect(lost).toBe(false);
  expect(commentsIn(text)).toEqual(commentsIn(SAMPLE));
  expect(text).toContain('- { name: canary, exposure: 7, bake: 30m');
});

test('what is moved takes its comment along', () => {
  const text = 'guards:\n  - id: a # of the shop\n  - id: b\n';
  const guards = withMoved([{ id: 'a' }, { id: 'b' }], 0, 1);
  expect(editPolicyText(text, { guards }).text).toBe('guards:\n  - id: b\n  - id: a # of the shop\n');
});

test('what cannot be changed in its place is written anew, and it is said that comments are gone', () => {
  expect(editPolicyText('a: [ # open', { key: 'web' })).toEqual({ text: 'key: web\n', lost: true });
  expect(editPolicyText('', { key: 'web' })).toEqual({ text: 'key: web\n', lost: false });
});

test.each(['*a', 'a: &x 1\nb: *x', 'a: 1\na: 2', '\t- x', '{', 'a: 1\n---\nb: 2'])(
  '%j is no policy and breaks nothing',
  (text) => {
    expect(() => readPolicyText(text)).not.toThrow();
    expect(readPolicyText(editPolicyText(text, { key: 'web' }).text)).toEqual({ key: 'web' });
  },
);

/** Something that a person may do in the form. */
const edit = fc.oneof(
  fc
    .record({
      at: fc.nat(4),
      value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(undefined)),
    })
    .map(
      ({ at, value }) =>
        (document: typeof sample) =>
          withValueAt(document, ['path', 1, 'stages', at, 'exposure'], value),
    ),
  fc.tuple(fc.nat(5), fc.string()).map(
    ([at, text]) =>
      (document: typeof sample) =>
        withValueAt(document, ['guards', at, 'id'], text),
  ),
  fc.tuple(fc.nat(5), fc.nat(5)).map(([from, to]) => (document: typeof sample) => ({
    ...document,
    guards: withMoved(document.guards, from, to),
  })),
  fc.nat(5).map((at) => (document: typeof sample) => ({ ...document, guards: withoutEntry(document.guards, at) })),
  fc
    .dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
      fc.string(),
    )
    .map((signal) => (document: typeof sample) => ({
      ...document,
      guards: [...document.guards, { id: 'new', signal }],
    })),
);

test('whatever is done in the form, the text says it and nothing else', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let [document, text]: [unknown, string] = [sample, SAMPLE];
      for (const change of edits) {
        document = change(document as typeof sample);
        text = editPolicyText(text, document).text;
        expect(readPolicyText(text)).toEqual(JSON.parse(JSON.stringify(document)));
      }
    }),
    { numRuns: 20 },
  );
});
