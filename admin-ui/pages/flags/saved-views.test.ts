import { describe, expect, test } from 'vitest';
import { parseViews, withView } from './saved-views.ts';

describe('Saved views', () => {
  test.each([
    [null, []],
    ['nonsense', []],
    ['{"name":"a"}', []],
    ['[{"name":"a","query":{"tag":"x"}},{"name":"b","query":{"tag":1}},{"name":3,"query":{}},null,"c"]', ['a']],
  ])('are read from %s as far as it makes sense', (kept, names) => {
    expect(parseViews(kept).map(({ name }) => name)).toEqual(names);
  });

  test('are in the order of their names, each once', () => {
    const two = [
      { name: 'b', query: { tag: 'old' } },
      { name: 'c', query: {} },
    ];
    const three = withView(withView(two, { name: 'a', query: {} }), { name: 'b', query: { tag: 'new' } });
    expect(three.map(({ name, query }) => [name, query.tag])).toEqual([
      ['a', undefined],
      ['b', 'new'],
      ['c', undefined],
    ]);
  });
});
