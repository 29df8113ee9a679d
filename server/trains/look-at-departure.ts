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
import { type ActedBy, trainOf } from './move-departure.ts';
import { planDeparture, type Step } from './plan-departure.ts';

/** One look at a departure that is not over. Answers whether something was done, so that it is looked at again. */
export async function lookAtDeparture(parts: FollowParts, found: Departure, by: ActedBy): Promise<boolean> {
  if (found.departedAt !== null) {
    await followDeparture(parts, found, by);
    return false;
  }
  if (found.kind === 'chemspill') return lookAtChemspill(parts, found, by);
  const { step, because } = await planOf(parts, found);
  switch (step) {
    case 'wait':
      return false;
    case 'open':
      await openDeparture(parts, found, by);
      return true;
    case 'close':
      await closeDeparture(parts, found, by);
      return true;
    case 'miss':
      await missDeparture(parts, found, by, because);
      return true;
    case 'leave':
      await leave(parts, found, { ...by, reason: because });
      return true;
  }
}

async function planOf({ door }: FollowParts, found: Departure): Promise<Step> {
  const { db, clock } = door;
  const now = clock.now();
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
async function lookAtChemspill(parts: FollowParts, found: Departure, by: ActedBy): Promise<boolean> {
  const { db, clock } = parts.door;
  const reason = found.chemspill?.reason;
  if (found.chemspill?.breakGlass) {
    // Whoever broke glass was to let it leave in the same call; where that could not be, it leaves now.
    await leave(parts, found, { ...by, reason });
    return true;
  }
  const asked = await readSecond(db, found, clock.now());
  if (asked === undefined || asked.state === 'open') return false;
  if (asked.state === 'approved') await leave(parts, found, { ...by, reason });
  else await missDeparture(parts, found, by, SAYS_NO[asked.state]);
  return true;
}

const SAYS_NO = {
  rejected: 'A second person said no.',
  expired: 'No second person agreed in time.',
  closed: 'What was asked for was withdrawn.',
} as const;
