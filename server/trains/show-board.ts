import { readFreezes } from '../environments/freeze-store.ts';
import type { BoardAnswer } from './contract.ts';
import { departuresSince, momentsTaken, owedPostmortems } from './departure-store.ts';
import { type ShowParts, showDepartures } from './show-departure.ts';
import { showTrain } from './show-train.ts';
import { listTrains } from './train-store.ts';

const WEEK_MS = 7 * 86_400_000;

/** Every train that somebody sees, its departures that are not over or were lately, and what is owed. */
export async function showBoard(
  parts: ShowParts,
  projectId: number,
  seen: readonly number[] | undefined,
  acts: boolean,
): Promise<BoardAnswer> {
  const { db, now, nameOf } = parts;
  const isSeen = ({ environmentId }: { environmentId: number }) => seen === undefined || seen.includes(environmentId);
  const trains = (await listTrains(db, projectId)).filter(isSeen);
  const freezes = await readFreezes(db, projectId, now);
  const taken = await momentsTaken(db, projectId, now);
  const departures = await departuresSince(db, projectId, new Date(now.getTime() - WEEK_MS));
  return {
    now: now.toISOString(),
    trains: trains.map((train) => showTrain(train, { freezes, now, taken, nameOf })),
    departures: await showDepartures(parts, trains, departures.filter(isSeen), freezes),
    owed: await showDepartures(parts, trains, (await owedPostmortems(db, projectId)).filter(isSeen), freezes),
    acts,
  };
}
