import type { Check } from '../changes/door.ts';
import { Problem } from '../platform/problem.ts';
import { freezeAt } from './freeze.ts';
import { readFreezes } from './freeze-store.ts';

/**
 * The door's check: nothing grows where a freeze holds, whoever approved of it. Towards safe, a run's way back to its
 * anchor, and what somebody takes back within their minute pass as ever; root passes with a reason.
 */
export function checkFreeze(clock: { now(): Date }): Check {
  return async (tx, order, steps) => {
    if (order.settling || order.toAnchor) return undefined;
    if (order.principal.kind === 'root' && order.reason?.trim()) return undefined;
    const growing = steps.filter(({ direction, grace }) => direction === 'growing' && !grace);
    if (growing.length === 0) return undefined;
    const now = clock.now();
    const freezes = await readFreezes(tx, order.projectId, now);
    for (const { environment } of growing) {
      const frozen = freezeAt(freezes, environment.id, now);
      if (frozen) return refusal(environment.key, frozen.name, frozen.until);
    }
    return undefined;
  };
}

function refusal(environment: string, name: string, until: Date): Problem {
  return new Problem(
    'frozen',
    `The freeze “${name}” holds in ${environment} until ${until.toISOString()}: nothing grows there before. Turning off ` +
      'and killing work as ever. A second admin can agree to end it early; the root token passes with a reason.',
  );
}
