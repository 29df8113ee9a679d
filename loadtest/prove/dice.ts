/** Numbers that look random and are the same for the same seed. */
export type Dice = () => number;

export function seededDice(seed: number): Dice {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many of `n` come true, each with probability `p`: drawn from one that does to the next, for most do not. */
export function drawBinomial(dice: Dice, n: number, p: number): number {
  const logRest = Math.log1p(-p);
  let count = 0;
  for (let at = 0; ; count++) {
    at += 1 + Math.floor(Math.log(1 - dice()) / logRest);
    if (at > n) return count;
  }
}
