import { freezeOf } from '../environments/freeze-store.ts';
import { openIncidentFor } from '../incidents/calm.ts';
import { readSecond } from './ask-second.ts';
import { readReadiness } from './car-readiness.ts';
import { carsOf } from './car-store.ts';
import { closeDeparture, openDeparture } from './close-departure.ts';
import type { Departure } from './departure.ts';
import { departuresAheadOf } from './departure-store.ts';
import { type FollowParts, followDeparture } from './follow-departure.ts';
import { isAboard } from './keep-car.ts';
import { leave } from './leave.ts';
import { missDeparture } from './miss-departure.ts';
import { type ActedBy, type Moved, trainOf } from './move-departure.ts';
import { planDeparture, type Step } from './plan-departure.ts';

/** The loop looks by the database's clock: a node whose own runs ahead closes nothing and lets nothing leave early. */
export type LooksBy = ActedBy & Required<Pick<ActedBy, 'at'>>;

/** One look at a departure that is not over. Answers it as it is afterwards: the same where nothing was done. */
export async function lookAtDeparture(parts: FollowParts, found: Departure, by: LooksBy): Promise<Departure> {
  if (found.departedAt !== null) return followDeparture(parts, found, by);
  if (found.kind === 'chemspill') return lookAtChemspill(parts, found, by);
  const { step, because } = await planOf(parts, found, by.at);
  return step === 'wait' ? found : (await move(parts, found, by, { step, because })).departure;
}

function move(
  parts: FollowParts,
  found: Departure,
  by: LooksBy,
  { step, because }: { step: Exclude<Step['step'], 'wait'>; because: string },
): Promise<Moved> {
  switch (step) {
    case 'open':
      return openDeparture(parts, found, by);
    case 'close':
      return closeDeparture(parts, found, by);
    case 'miss':
      return missDeparture(parts, found, by, because);
    case 'leave':
      return leave(parts, found, { ...by, reason: because });
  }
}

async function planOf({ door }: FollowParts, found: Departure, now: Date): Promise<Step> {
  const { db } = door;
  const train = await trainOf({ door }, found);
  const aboard = (await carsOf(db, [found.id])).filter(isAboard);
  const ready = await readReadiness(db, found.projectId, aboard, now);
  const ahead = await departuresAheadOf(db, train.id);
  return planDeparture({
    ...{ train, departure: found, now },
    cars: {
      aboard: aboard.length,
      ready: aboard.filter(({ id }) => ready.get(id)?.ready).length,
      firstBoardedAt: aboard[0]?.boardedAt ?? null,
    },
    next: ahead.find(({ number }) => number > found.number),
    frozen: await freezeOf(db, found.environmentId, now),
    // What no flag is called: only an incident over all of the environment is meant.
    incident: (await openIncidentFor(db, found.environmentId, '')) ?? null,
  });
}

/** It leaves as soon as a second person agrees, and does not where they say no, or nobody does in time. */
async function lookAtChemspill(parts: FollowParts, found: Departure, by: LooksBy): Promise<Departure> {
  const { db } = parts.door;
  const reason = found.chemspill?.reason;
  if (found.chemspill?.breakGlass) {
    // Whoever broke glass was to let it leave in the same call; where that could not be, it leaves now.
    return (await leave(parts, found, { ...by, reason })).departure;
  }
  const asked = await readSecond(db, found, by.at);
  if (asked === undefined || asked.state === 'open') return found;
  const moved =
    asked.state === 'approved'
      ? await leave(parts, found, { ...by, reason })
      : await missDeparture(parts, found, by, SAYS_NO[asked.state]);
  return moved.departure;
}

const SAYS_NO = {
  rejected: 'A second person said no.',
  expired: 'No second person agreed in time.',
  closed: 'What was asked for was withdrawn.',
} as const;
