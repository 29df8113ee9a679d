import { actorOf, type Principal } from '../access/principal.ts';
import { freezeOf } from '../environments/freeze-store.ts';
import { Problem } from '../platform/problem.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Departure } from './departure.ts';
import { leave } from './leave.ts';
import type { Moved } from './move-departure.ts';
import { mayRelease } from './train-right.ts';

/** Lets a departure leave now, at the word of a release manager. Nothing else that it must wait for is skipped. */
export async function pressDeparture(
  parts: DepartParts,
  asking: { principal: Principal; reason: string; requestId?: string | undefined },
  found: Departure,
): Promise<Moved> {
  const { db, clock } = parts.door;
  if (found.kind === 'chemspill') {
    throw new Problem('wrong_state', 'A chemspill leaves by itself as soon as a second person agrees.');
  }
  const frozen = await freezeOf(db, found.environmentId, clock.now());
  if (frozen) {
    throw new Problem(
      'frozen',
      `The freeze “${frozen.name}” holds: nothing leaves before. What cannot wait is a chemspill.`,
    );
  }
  const { principal, reason, requestId } = asking;
  const actor = actorOf(principal);
  const left = await leave(parts, found, { actor, reason, requestId, requireMay: mayRelease(principal) });
  parts.wake();
  return left;
}
