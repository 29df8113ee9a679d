import { expect, test } from 'vitest';
import { roomFor } from './row-room.ts';

test.each([
  [76, 2, 'wide'],
  [70, 2, 'middle'],
  [64, 2, 'narrow'],
  [76, 3, 'middle'],
  [76, 9, 'narrow'],
  [60, 0, 'middle'],
  [400, 20, 'wide'],
])('A table of %i rem with %i environments is %s', (rem, environments, room) => {
  expect(roomFor(rem, environments)).toBe(room);
});
