import { expect, test } from 'vitest';
import { tellNews } from './tell-news.ts';

type Told = Parameters<typeof tellNews>[0];
const met = (id: string, is: boolean): Told['conditions'][number] => ({ id, kind: 'bake', met: is, because: '' });
const held: Told = {
  ...{ run: 'r-0', entry: 1, action: 'hold', reason: 'Holds: ci has said nothing yet.' },
  conditions: [met('effective', false), met('ci', false)],
  guards: [{ id: 'errors', mode: 'enforce', verdict: 'inconclusive', because: '' }],
};

test('a decision that says what the one before said tells what it found beside that', () => {
  const later: Told = {
    ...held,
    conditions: [met('effective', true), met('ci', false)],
    guards: [{ id: 'errors', mode: 'enforce', verdict: 'pass', because: '' }],
  };
  expect(tellNews(later, held)).toBe('It is still so, and effective is met, guard errors passes.');
  expect(tellNews({ ...held, conditions: [met('ci', false)] }, held)).toBe('It is still so, and effective is over.');
  expect(tellNews(held, held)).toBe('It is still so.');
});

test('another sentence is the news itself, and so is the first one of an entry', () => {
  expect(tellNews(held, undefined)).toBeUndefined();
  expect(tellNews({ ...held, reason: 'Holds: the bake.' }, held)).toBeUndefined();
  expect(tellNews({ ...held, entry: 2 }, held)).toBeUndefined();
});
