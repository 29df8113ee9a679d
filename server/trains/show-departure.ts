import type { Db } from '../database/connect.ts';
import type { Freeze } from '../environments/freeze.ts';
import { readFreezes } from '../environments/freeze-store.ts';
import { findBySubject } from '../requests/store.ts';
import { lastWords } from '../rollouts/decision-store.ts';
import { findRollouts, type PinnedRollout } from '../rollouts/rollout-store.ts';
import { readNaming } from '../segments/dependent-store.ts';
import { needsOfCars } from './car-needs.ts';
import { type Readiness, readReadiness } from './car-readiness.ts';
import { carsOf } from './car-store.ts';
import type { CarAnswer, DepartureAnswer, DepartureItem } from './contract.ts';
import type { Car, Departure } from './departure.ts';
import { findDepartures, tagsOfReleases } from './departure-store.ts';
import { frozenAtLeaving } from './frozen-at-leaving.ts';
import { sayCar, sayDeparture } from './say-departure.ts';
import type { Train } from './train.ts';
import { findTrains } from './train-store.ts';

export interface ShowParts {
  db: Db;
  now: Date;
  nameOf(actor: string): string | undefined;
}

/** Departures of trains of one project, as lines of a list. */
export async function showDepartures(
  parts: ShowParts,
  trains: readonly Train[],
  departures: readonly Departure[],
  freezes: readonly Freeze[],
): Promise<DepartureItem[]> {
  const cars = await carsOf(
    parts.db,
    departures.map(({ id }) => id),
  );
  const [first] = departures;
  const waiting = cars.filter(({ state }) => state === 'aboard' || state === 'uplift');
  const readiness = first ? await readReadiness(parts.db, first.projectId, waiting, parts.now) : new Map();
  const tags = await tagsOfReleases(
    parts.db,
    departures.flatMap(({ releaseId }) => releaseId ?? []),
  );
  const items: DepartureItem[] = [];
  for (const departure of departures) {
    const train = trains.find(({ id }) => id === departure.trainId);
    if (train === undefined) continue;
    const own = cars.filter(({ departureId }) => departureId === departure.id);
    items.push(await showHead(parts, train, departure, { cars: own, readiness, tags, freezes }));
  }
  return items;
}

interface Aboard {
  cars: readonly Car[];
  readiness: ReadonlyMap<string, Readiness>;
  tags: ReadonlyMap<string, string>;
  /** Of the project, with those that are ahead. */
  freezes: readonly Freeze[];
}

const iso = (at: Date | null) => at?.toISOString() ?? null;
/** These never were a part of what left. */
const GONE = ['withdrawn', 'left-behind'];

async function showHead(
  parts: ShowParts,
  train: Train,
  departure: Departure,
  { cars, readiness, tags, freezes }: Aboard,
): Promise<DepartureItem> {
  const { number, kind, state, because, releaseId, changeId } = departure;
  const aboard = cars.filter((car) => !GONE.includes(car.state)).length;
  const ready = cars.filter(({ id }) => readiness.get(id)?.ready).length;
  const frozen = frozenAtLeaving(freezes, departure, parts.now);
  return {
    ...{ train: train.key, number, environment: train.environment, kind, state, because, aboard, ready },
    says: sayDeparture(train, departure, { aboard, ready, frozen }),
    ...{ opensAt: iso(departure.opensAt), closesAt: iso(departure.closesAt), leavesAt: iso(departure.leavesAt) },
    ...{ closedAt: iso(departure.closedAt), departedAt: iso(departure.departedAt) },
    ...{ effectiveAt: iso(departure.effectiveAt), endedAt: iso(departure.endedAt) },
    release: releaseId === null ? null : (tags.get(releaseId) ?? null),
    change: changeId,
    chemspill: await showChemspill(parts, departure),
  };
}

async function showChemspill(
  { db, nameOf }: ShowParts,
  { projectId, id, chemspill }: Departure,
): Promise<DepartureItem['chemspill']> {
  if (chemspill === null) return null;
  const { by, reason, breakGlass, secondBy, postmortem, postmortemDue } = chemspill;
  const asked = await findBySubject(db, projectId, `chemspill/${id}`);
  return {
    ...{ by, byName: nameOf(by) ?? null, reason, breakGlass, postmortemDue },
    secondBy: secondBy.map((actor) => ({ actor, name: nameOf(actor) ?? null })),
    request: asked?.state === 'open' ? asked.id : null,
    postmortem: postmortem && { ...postmortem, byName: nameOf(postmortem.by) ?? null },
  };
}

/** All that the screen of one departure needs. */
export async function showDeparture(parts: ShowParts, train: Train, departure: Departure): Promise<DepartureAnswer> {
  const { db, now } = parts;
  const cars = await carsOf(db, [departure.id]);
  const readiness = await readReadiness(db, train.projectId, cars, now);
  const tags = await tagsOfReleases(db, departure.releaseId === null ? [] : [departure.releaseId]);
  const freezes = await readFreezes(db, train.projectId, now);
  const shown = await showCars(parts, { train, departure }, cars, readiness);
  return {
    ...(await showHead(parts, train, departure, { cars, readiness, tags, freezes })),
    ...{ cars: shown, may: verbsOf(departure, shown), version: departure.version },
    outside: await outsideOf(db, train, cars),
  };
}

async function showCars(
  parts: ShowParts,
  place: { train: Train; departure: Departure },
  cars: readonly Car[],
  readiness: ReadonlyMap<string, Readiness>,
): Promise<CarAnswer[]> {
  const { db } = parts;
  const live = cars.filter(({ state }) => !GONE.includes(state));
  const diffOf = (car: Car) => readiness.get(car.id)?.request.diff[place.train.environment];
  const needs = needsOfCars(live.map((car) => ({ id: car.id, flags: car.flags, diff: diffOf(car) })));
  const ids = cars.flatMap(({ rollouts }) => rollouts);
  const [rollouts, words] = [await findRollouts(db, ids), await lastWords(db, ids, undefined, parts.nameOf)];
  const moved = await findDepartures(
    db,
    cars.flatMap(({ movedTo }) => movedTo ?? []),
  );
  const trains = await findTrains(
    db,
    moved.map(({ trainId }) => trainId),
  );
  const shown: CarAnswer[] = [];
  for (const car of cars) {
    const to = moved.find(({ id }) => id === car.movedTo);
    const toTrain = trains.find(({ id }) => id === to?.trainId);
    const own = rollouts.filter(({ id }) => car.rollouts.includes(id));
    shown.push({
      ...(await showCar(parts, place, car, readiness.get(car.id))),
      ...{ needs: needs.get(car.id) ?? [], rollouts: own.map((rollout) => showRollout(rollout, words)) },
      movedTo: to && toTrain ? { train: toTrain.key, number: to.number } : null,
    });
  }
  return shown;
}

const showRollout = ({ id, flag, state }: PinnedRollout, words: ReadonlyMap<string, string>) => ({
  ...{ id, flag, state, says: words.get(id) ?? null },
});

async function showCar(
  { db, nameOf }: ShowParts,
  { train, departure }: { train: Train; departure: Departure },
  car: Car,
  readiness: Readiness | undefined,
) {
  const { id, state, flags, boardedBy, uplift } = car;
  const missing = readiness?.missing ?? [];
  const asked = uplift === null ? undefined : await findBySubject(db, car.projectId, `uplift/${id}`);
  return {
    ...{ id, state, flags, missing, ready: readiness?.ready ?? false, boardedBy },
    says: sayCar(car, missing, train, departure),
    request: { id: car.requestId, title: readiness?.request.title ?? '' },
    ...{ boardedByName: nameOf(boardedBy) ?? null, boardedAt: car.boardedAt.toISOString(), endedAt: iso(car.endedAt) },
    uplift: uplift && {
      ...{ risk: uplift.risk, by: uplift.by, byName: nameOf(uplift.by) ?? null },
      request: asked?.state === 'open' ? asked.id : null,
    },
  };
}

/** Flags that are not aboard and depend on one that is: an ejection, or a recall, reaches them too. */
async function outsideOf(db: Db, train: Train, cars: readonly Car[]): Promise<DepartureAnswer['outside']> {
  const aboard = new Set(cars.filter(({ endedAt }) => endedAt === null).flatMap(({ flags }) => flags));
  if (aboard.size === 0) return [];
  const { flags } = await readNaming(db, train.environmentId);
  return [...flags]
    .filter(({ key }) => !aboard.has(key))
    .flatMap(({ key, prerequisites }) => {
      const named = prerequisites.find(({ flag }) => aboard.has(flag));
      return named === undefined ? [] : [{ flag: key, needs: named.flag }];
    })
    .sort((a, b) => (a.flag < b.flag ? -1 : 1));
}

/** What can be done with it now; who may is asked when it is done. */
function verbsOf(
  { state, kind, chemspill, departedAt }: Departure,
  cars: readonly CarAnswer[],
): DepartureAnswer['may'] {
  const isAhead = state === 'scheduled' || state === 'boarding' || state === 'closed';
  const waits = cars.some((car) => car.state === 'aboard' || car.state === 'uplift');
  const hasLeft = cars.some((car) => car.state === 'under-way' || car.state === 'arrived');
  const may: DepartureAnswer['may'] = [];
  if (state === 'boarding' && kind === 'regular') may.push('board');
  if (state === 'closed' && kind === 'regular') may.push('uplift');
  if (isAhead && waits) may.push('withdraw', 'depart');
  if (hasLeft) may.push('eject', 'recall');
  if (departedAt !== null && chemspill?.postmortem === null) may.push('postmortem');
  return may;
}
