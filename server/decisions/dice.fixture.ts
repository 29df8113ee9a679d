/** Draws that look random and are the same for the same seed. */
export interface Dice {
  /** In [0, 1). */
  share(): number;
  /** Of 0 … most. */
  upTo(most: number): number;
  /** True once in so many. */
  once(of: number): boolean;
  one<T>(...of: T[]): T;
  some<T>(of: readonly T[]): T[];
}

export function throwDice(seed: number): Dice {
  let state = seed | 0;
  const share = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (most: number) => Math.floor(share() * (most + 1));
  return {
    ...{ share, upTo, once: (of) => share() * of < 1 },
    one: (...of) => of[upTo(of.length - 1)]!,
    some: (of) => of.filter(() => share() < 0.5),
  };
}
