import { describe, expect, it } from 'vitest';
import { DueLooks } from './due-looks.ts';

const run = (id: string, environmentId = 1, projectId = 1) => ({ id, environmentId, projectId });
const [a, b, far] = [run('a'), run('b', 2), run('far', 3, 9)];
const ids = (runs: readonly { id: string }[]) => runs.map(({ id }) => id);

/** All three were looked at, and are due again at 5,000. */
function looked(): DueLooks {
  const due = new DueLooks();
  for (const { id } of due.take([a, b, far], 0)) {
    due.begin(id);
    due.end(id, 5_000);
  }
  return due;
}

describe('which runs are due', () => {
  it('are those that nobody knows yet, in the order in which they are listed', () => {
    expect(ids(new DueLooks().take([b, a], 0))).toEqual(['b', 'a']);
    expect(ids(looked().take([far, run('new'), a, b], 1_000))).toEqual(['new']);
  });

  it('are those whose time has come', () => {
    const due = looked();
    expect(ids(due.take([a, b, far], 4_999))).toEqual([]);
    expect(ids(due.take([a, b, far], 5_000))).toEqual(['a', 'b', 'far']);
  });

  it('are those of the environment that rang, and no others', () => {
    const due = looked();
    due.hear({ environmentId: 2 });
    expect(ids(due.take([a, b, far], 1_000))).toEqual(['b']);
  });

  it('are those of the project that something was heard of, and all where nothing says of whom', () => {
    const due = looked();
    due.hear({ projectId: 9 });
    expect(ids(due.take([a, b, far], 1_000))).toEqual(['far']);
    due.hear({});
    expect(ids(due.take([a, b, far], 1_000))).toEqual(['a', 'b', 'far']);
  });

  it('are still those whose turn did not come, and not those whose look is under way', () => {
    const due = looked();
    due.take([a, b, far], 5_000);
    due.begin('a');
    expect(due.next(9_000)).toBe(5_000);
    due.begin('b');
    due.begin('far');
    expect(due.next(9_000)).toBe(9_000);
    due.end('a', 7_000);
    expect(due.next(9_000)).toBe(7_000);
  });

  it('are a little later those that could not be looked at, or as soon as something is heard of them', () => {
    const due = looked();
    due.take([a, b, far], 5_000);
    due.begin('b');
    due.putOff([a, b, far], 6_000);
    expect(due.next(9_000)).toBe(6_000);
    expect(ids(due.take([a, b, far], 5_500))).toEqual([]);
    due.hear({ projectId: 9 });
    expect(ids(due.take([a, b, far], 5_500))).toEqual(['far']);
    expect(ids(due.take([a, b, far], 6_000))).toEqual(['a', 'far']);
  });

  it('are once more those of whom something was heard during their look', () => {
    const due = looked();
    due.take([a, b, far], 5_000);
    for (const { id } of [a, b]) due.begin(id);
    due.hear({ environmentId: 1 });
    expect(ids(due.take([a, b], 5_100))).toEqual([]);
    for (const { id } of [a, b]) due.end(id, 10_000);
    expect(ids(due.take([a, b], 5_200))).toEqual(['a']);
  });

  it('forgets those that are not listed any more', () => {
    const due = looked();
    due.take([a], 1_000);
    expect(ids(due.take([a, b], 1_000))).toEqual(['b']);
    due.take([], 1_000);
    expect(due.next(60_000)).toBe(60_000);
  });
});
