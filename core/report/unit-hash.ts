import { continueMurmur3, type Murmur3State, startMurmur3 } from '../evaluate/murmur3.ts';

const OF = 100_000;
const TWO_TO_32 = 2 ** 32;
const LOW_SEED = 0x9747b28c;

/**
 * Names units by 64 bits, keyed per run, so that a unit of one run is nobody in the next. The high half also decides
 * whether the unit is in the sample: who has nothing but the hash can apply a smaller sample to what is there.
 */
export class UnitHash {
  readonly #high: Murmur3State;
  readonly #low: Murmur3State;

  constructor(salt: string) {
    this.#high = startMurmur3(`${salt}/`, 0);
    this.#low = startMurmur3(`${salt}/`, LOW_SEED);
  }

  high(unit: string): number {
    return continueMurmur3(this.#high, unit);
  }

  low(unit: string): number {
    return continueMurmur3(this.#low, unit);
  }
}

/** Whether a unit with this high half is measured in a sample of so many in 100,000. */
export function isSampled(high: number, below: number): boolean {
  return Math.floor((high * OF) / TWO_TO_32) < below;
}
