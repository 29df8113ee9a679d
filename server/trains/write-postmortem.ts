import { actorOf, type Principal } from '../access/principal.ts';
import { Problem } from '../platform/problem.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Departure } from './departure.ts';
import { type Moved, moveDeparture } from './move-departure.ts';
import { anyButViewer } from './train-right.ts';

/** What a chemspill owes: what happened, and what is done so that it does not happen again. It can be written anew. */
export async function writePostmortem(
  parts: DepartParts,
  asking: { principal: Principal; requestId?: string | undefined },
  found: Departure,
  written: { text: string; url: string | null },
): Promise<Moved> {
  const { principal, requestId } = asking;
  const by = { actor: actorOf(principal), requestId, requireMay: anyButViewer(principal) };
  return moveDeparture(parts, found, by, 'train.postmortem', async (_tx, { departure }, now) => {
    const { chemspill } = departure;
    if (chemspill === null || departure.departedAt === null) {
      throw new Problem('wrong_state', 'Only a chemspill that left owes a postmortem.');
    }
    const postmortem = { by: by.actor, at: now.toISOString(), ...written };
    return { ...departure, chemspill: { ...chemspill, postmortem } };
  });
}
