import { expect, it } from 'vitest';
import { makeKey } from './make-key.ts';

it.each([
  ['Demo shop', 'demo-shop'],
  ['  Große & Maß (2) ', 'grosse-mass-2'],
  ['Café', 'cafe'],
  ['東京', ''],
])('makes of %s the key “%s”', (name, key) => {
  expect(makeKey(name)).toBe(key);
});
