import { expect, test } from 'vitest';
import { addItems } from './add-items.ts';

const item = (path: string, body: unknown, base: number | null = 1) => ({ method: 'PUT' as const, path, body, base });

test('A draft is added behind what is there, and a draft of the same takes its place', () => {
  const there = [item('/flags/a', 1), item('/flags/b', 2)];
  expect(addItems(there, [item('/flags/c', 3)])).toEqual([...there, item('/flags/c', 3)]);
  expect(addItems(there, [item('/flags/a', 9, 4)])).toEqual([item('/flags/a', 9, 4), item('/flags/b', 2)]);
  const other = { ...item('/flags/a', null), method: 'POST' as const };
  expect(addItems(there, [other])).toEqual([...there, other]);
});
