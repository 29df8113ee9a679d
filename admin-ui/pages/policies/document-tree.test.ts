import { expect, test } from 'vitest';
import { listIn, type Path, pointerOf, textIn, valueAt, withMoved, withValueAt } from './document-tree.ts';

const document = { key: 'web', path: [{ environment: 'staging', stages: [{ exposure: 5 }, { exposure: 100 }] }] };

test.each<[Path, unknown]>([
  [['key'], 'web'],
  [['path', 0, 'stages', 1, 'exposure'], 100],
  [['path', 3], undefined],
  [['key', 'x'], undefined],
  [['toString'], undefined],
  [[], document],
])('at %j stands %j', (path, value) => {
  expect(valueAt(document, path)).toEqual(value);
});

test.each<[Path, unknown, unknown]>([
  [['key'], 'shop', { ...document, key: 'shop' }],
  [['mode'], 'button', { ...document, mode: 'button' }],
  [['key'], undefined, { path: document.path }],
  [['deadline', 'after'], '7d', { ...document, deadline: { after: '7d' } }],
  [['guards', 0, 'id'], 'errors', { ...document, guards: [{ id: 'errors' }] }],
])('%j becomes %j', (path, value, expected) => {
  expect(withValueAt(document, path, value)).toEqual(expected);
  expect(document.key).toBe('web');
});

test('fields around the last one that is taken away go with it, and entries of lists stay', () => {
  const held = { stages: [{ minHits: { event: 'done' } }] };
  expect(withValueAt(held, ['stages', 0, 'minHits', 'event'], undefined)).toEqual({ stages: [{}] });
});

test('lists and texts are what is there, whatever else was written in their place', () => {
  expect(listIn({ guards: 'none' }, 'guards')).toEqual([]);
  expect(listIn(undefined, 'guards')).toEqual([]);
  expect(textIn({ id: 7 }, 'id')).toBe('');
  expect(withMoved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  expect(withMoved(['a', 'b'], 0, 2)).toEqual(['a', 'b']);
});

test('places are JSON pointers', () => {
  expect(pointerOf(['path', 0, 'a/b~c'])).toBe('/path/0/a~1b~0c');
  expect(pointerOf([])).toBe('/');
});
