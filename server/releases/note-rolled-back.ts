import type { Check } from '../changes/door.ts';
import { pickConfiguration } from './flag-revisions.ts';
import { leftHash } from './read-rollback-ground.ts';
import { noteLeft } from './rollback-store.ts';

/** These note themselves what they leave, whatever they are allowed by. */
const NOTE_THEMSELVES = new Set(['environment.rollback', 'flag.rollback']);

/**
 * The door's check of what goes back to an anchor: a rollout that rolls back, a recall. It never refuses. What such a
 * change leaves is somebody's answer to something that went wrong, so an environment that goes back further leaves it.
 */
export function noteRolledBack(clock: { now(): Date }): Check {
  return async (tx, order, steps) => {
    if (!order.toAnchor || NOTE_THEMSELVES.has(order.action)) return undefined;
    for (const { before, after, environment } of steps) {
      const left = Object.entries(after.flags)
        // One on which a run lives on was not left by it.
        .filter(([key, flag]) => before.flags[key] !== flag && flag.run === undefined)
        .map(([flag, is]) => ({ flag, leftHash: leftHash(pickConfiguration(is)) }));
      if (left.length > 0) await noteLeft(tx, environment.id, left, clock.now());
    }
    return undefined;
  };
}
