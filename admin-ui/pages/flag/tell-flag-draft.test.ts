import { expect, test } from 'vitest';
import type { FlagDraft } from './flag-draft.ts';
import { tellFlagChanges } from './tell-flag-draft.ts';

const before: FlagDraft = {
  ...{ name: 'Banner', description: '', owner: 'shop', tags: ['a'], kind: 'ops', clientVisible: false },
  variants: [
    { name: 'none', text: '{}' },
    { name: 'sale', text: '{"show": true}' },
  ],
};

test.each<[Partial<FlagDraft>, [string, string | undefined, string | undefined][]]>([
  [{}, []],
  [{ description: 'On every page' }, [['Description', 'nothing', 'On every page']]],
  [
    { tags: [], clientVisible: true },
    [
      ['Tags', 'a', 'none'],
      ['Seen by browsers', 'no', 'yes'],
    ],
  ],
  [
    { variants: [{ name: 'none', text: '{"a":1}' }] },
    [
      ['Variant none', '{}', '{"a":1}'],
      ['Variant sale', '{"show": true}', undefined],
    ],
  ],
  [{ variants: [...before.variants, { name: 'x', text: '1' }] }, [['Variant x', undefined, '1']]],
])('%j is told one thing a line', (changed, expected) => {
  expect(tellFlagChanges(before, { ...before, ...changed }).map(({ title, was, is }) => [title, was, is])).toEqual(
    expected,
  );
});
