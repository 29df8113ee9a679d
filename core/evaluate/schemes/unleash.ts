import { murmur3 } from '../murmur3.ts';

const ROLLOUT_SEED = 0;
const VARIANT_SEED = 86_028_157;

/**
 * Unleash's normalised murmur3, in [0, of): murmur3(`salt:unit`) modulo the total; `salt` is the origin's group id.
 * The origin hashes a gradual rollout, whose total is always 100, with another seed than the weights of variants,
 * whose total is usually 1,000; the total tells which of the two this is. The origin counts buckets from 1.
 */
export function unleashBucket(salt: string, unit: string, of: number): number {
  return murmur3(`${salt}:${unit}`, of === 100 ? ROLLOUT_SEED : VARIANT_SEED) % of;
}
