import { describe, expect, test } from 'vitest';
import { addFilter, clearFilters, isNarrowed, nextSort, readView, removeFilter, writeView } from './view.ts';

const nothing = readView({});

describe('A view of the table', () => {
  test.each<[Record<string, string>, object]>([
    [{}, {}],
    [{ q: 'cart 100%', sort: '-key' }, {}],
    [
      { tag: 'checkout,a%2Cb', owner: 'Pay & Co', state: 'on,killed' },
      { tag: ['checkout', 'a,b'], owner: ['Pay & Co'] },
    ],
    [
      { life: 'fully on', archived: 'only', kind: 'ops', type: 'object' },
      { life: ['fully on'], archived: ['only'] },
    ],
  ])('is the same after it was written to an address and read again: %j', (query, facets) => {
    const view = readView(query);
    expect(view).toMatchObject({ text: query.q ?? '', sort: query.sort ?? '', facets });
    expect(readView(Object.fromEntries(new URLSearchParams(writeView(view))))).toEqual(view);
  });

  test('takes from an address only what there is', () => {
    const view = readView({ kind: 'ops,nonsense,ops', state: 'half', tag: '%E0%A4%A', env: 'production' });
    expect(view.facets).toMatchObject({ kind: ['ops'], state: [], tag: ['%E0%A4%A'] });
    expect(isNarrowed(readView({ sort: 'key', env: 'x', q: '  ' }))).toBe(false);
    expect(isNarrowed(view)).toBe(true);
  });

  test('is narrowed by one more value, and back', () => {
    const narrowed = addFilter(addFilter(nothing, 'tag', 'a'), 'tag', 'b');
    expect(narrowed.facets.tag).toEqual(['a', 'b']);
    expect(addFilter(narrowed, 'tag', 'a').facets.tag).toEqual(['b', 'a']);
    expect(removeFilter(narrowed, 'tag', 'a').facets.tag).toEqual(['b']);
    expect(clearFilters({ ...narrowed, text: 'x', sort: '-key' })).toEqual({ ...nothing, sort: '-key' });
  });

  test('shows archived flags too or alone, never both', () => {
    expect(addFilter(addFilter(nothing, 'archived', 'too'), 'archived', 'only').facets.archived).toEqual(['only']);
  });

  test('is sorted up, down and as before by clicks on one head', () => {
    expect(['', 'key', '-key', '-owner'].map((sort) => nextSort(sort, 'key'))).toEqual(['key', '-key', '', 'key']);
  });
});
