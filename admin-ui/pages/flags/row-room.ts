/** How much of each flag a row has room for: all of it, all but its tags, or neither tags nor kind by themselves. */
export type Room = 'wide' | 'middle' | 'narrow';

/** In rem, as in table-sheet.ts: the boxes, a flag's name, its owner, where one looks, the last day and the life. */
const NEEDED = 2.5 + 17 + 6.5 + 14 + 8 + 5.5;
const ENVIRONMENT = 7;
const KIND = 5.75;
const TAGS = 9;

export function roomFor(rem: number, environments: number): Room {
  const left = rem - NEEDED - Math.max(0, environments - 1) * ENVIRONMENT;
  if (left >= KIND + TAGS) return 'wide';
  return left >= KIND ? 'middle' : 'narrow';
}
