import { parsePosition } from '@turnout/core';

/** Where a client is, seen from what this node serves. `elsewhere`: another epoch, or no position at all. */
export type Whereabouts = 'same' | 'older' | 'ahead' | 'elsewhere';

/** Compares what a client claims with what is served. Revisions of different epochs are never compared. */
export function comparePosition(claimed: string | undefined, served: string): Whereabouts {
  if (claimed === served) return 'same';
  const there = claimed === undefined ? undefined : parsePosition(claimed);
  const here = parsePosition(served);
  if (there === undefined || here === undefined || there.epoch !== here.epoch) return 'elsewhere';
  return there.revision > here.revision ? 'ahead' : 'older';
}
