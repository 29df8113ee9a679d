/** A permutation of 32 bits in which each bit of what comes in moves about half of what comes out. */
function mix(bits: number): number {
  let mixed = bits ^ (bits >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/**
 * The low half of a hash, moved to where only this process knows, and no two with the same high half to the same place. A
 * table looks for a unit where its low half says, and whoever reports chooses that: many of one place would each take the
 * way past all before them.
 */
export const scatter = (high: number, low: number, seed: number): number => mix(low ^ mix(high ^ seed));

/** The same for the events of a unit, by their numbers. */
export const scatterEvent = (low: number, event: number): number => mix(low ^ Math.imul(event + 1, 0x9e3779b1));
