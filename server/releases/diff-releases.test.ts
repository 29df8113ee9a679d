import { describe, expect, it } from 'vitest';
import { diffNamed, showDiffering } from './diff-releases.ts';

describe('what differs between two releases', () => {
  it('is told by key, with what came and what went, and counts what is the same', () => {
    const from = new Map([
      ['same', '1'],
      ['gone', '2'],
      ['changed', '3'],
    ]);
    const to = new Map([
      ['new', '5'],
      ['changed', '4'],
      ['same', '1'],
    ]);
    const { differing, same } = diffNamed(from, to);
    expect(same).toBe(1);
    expect(showDiffering(differing, (name) => ({ form: name }))).toEqual([
      { key: 'changed', before: { form: '3' }, after: { form: '4' } },
      { key: 'gone', before: { form: '2' }, after: null },
      { key: 'new', before: null, after: { form: '5' } },
    ]);
  });

  it('is nothing between a release and itself, or between two that are empty', () => {
    const one = new Map([['a', '1']]);
    expect(diffNamed(one, one)).toEqual({ differing: [], same: 1 });
    expect(diffNamed(new Map(), new Map())).toEqual({ differing: [], same: 0 });
  });
});
