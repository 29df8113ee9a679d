import { type Asking, orderOf } from '../access/asking.ts';
import { maySee } from '../access/permissions.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Tx } from '../database/connect.ts';
import { findEnvironmentByKey } from '../environments/environment-store.ts';
import { readFreezes } from '../environments/freeze-store.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { carsOf } from './car-store.ts';
import type { NewTrain, TrainPatch } from './contract.ts';
import { departuresAheadOf, openDeparturesOf, saveDeparture } from './departure-store.ts';
import { nextDeparture, nextTimes } from './next-departure.ts';
import { logTrain, readTrain, type TrainContent } from './read-train.ts';
import type { Train } from './train.ts';
import { NO_RULESET, requireLive, requireMayRun, requireTrain, type TrainParts, trainOrderOf } from './train-parts.ts';
import { findTrain, insertTrain, lockTrain, saveTrain } from './train-store.ts';

/** What a train is before anybody decided anything. */
const BLANK: TrainContent = {
  ...{ name: '', velocity: { kind: 'continuous' }, cutOffMs: 0, opensMs: null },
  ...{ mode: 'automatic', onItemFail: 'eject', mostCars: null },
};

/** Makes a train, and its first departure. */
export async function createTrain(
  parts: TrainParts,
  asking: Asking,
  projectId: number,
  { key, environment: environmentKey, ...wanted }: NewTrain,
): Promise<Done<Train>> {
  const { door } = parts;
  const environment = await findEnvironmentByKey(door.db, projectId, environmentKey);
  if (!environment || !maySee(asking.principal, { projectId, environmentId: environment.id })) {
    throw new Problem('not_found', `There is no environment ${environmentKey}.`);
  }
  const environmentId = environment.id;
  const order = { ...orderOf(asking), ...trainOrderOf({ projectId, environmentId, key }), action: 'train.create' };
  const committed = await commitChange<Train>(door, order, async (tx, { now }) => {
    await requireMayRun(tx, asking, projectId, environmentId);
    if (await findTrain(tx, projectId, key)) {
      throw new Problem('duplicate', `There is a train ${key}, or was one. Give it another key.`);
    }
    const ground = { environmentId, freezes: await readFreezes(tx, projectId, now), now };
    const { name = key, ...rest } = wanted;
    const content = readTrain({ ...rest, name }, BLANK, ground);
    const createdBy = actorOf(asking.principal);
    await insertTrain(tx, { ...content, projectId, environmentId, key, createdBy, createdAt: now });
    const made = await requireTrain(tx, projectId, key, asking.principal);
    await nextDeparture(tx, made, await parts.databaseNow(tx));
    const result = await requireTrain(tx, projectId, key, asking.principal);
    return { result, touched: NO_RULESET, before: null, after: logTrain(result) };
  });
  return withResult(committed, () => requireTrain(door.db, projectId, key, asking.principal));
}

/** Changes a train by RFC 7396. A departure that somebody has boarded keeps its times. */
export async function editTrain(
  parts: TrainParts,
  asking: Asking,
  projectId: number,
  key: string,
  patch: TrainPatch,
): Promise<Done<Train>> {
  const seen = await requireTrain(parts.door.db, projectId, key, asking.principal);
  const order = { ...orderOf(asking), ...trainOrderOf(seen), action: 'train.update' };
  const committed = await commitChange<Train>(parts.door, order, async (tx, { now }) => {
    const train = await lockLive(tx, asking, seen);
    const ground = { environmentId: train.environmentId, freezes: await readFreezes(tx, projectId, now), now };
    const content = readTrain(patch, train, ground);
    const [before, after] = [logTrain(train), logTrain({ ...train, ...content })];
    if (JSON.stringify(before) === JSON.stringify(after))
      return { result: train, touched: NO_RULESET, unchanged: true };
    const saved = await save(tx, { ...train, ...content });
    await timeAnew(tx, saved, await parts.databaseNow(tx));
    await nextDeparture(tx, saved, await parts.databaseNow(tx));
    return { result: saved, touched: NO_RULESET, before, after };
  });
  parts.wake();
  return withResult(committed, () => requireTrain(parts.door.db, projectId, key, asking.principal));
}

/** Departures that nobody has boarded, and those that had no time, get those of the train as it is now. */
async function timeAnew(tx: Tx, train: Train, now: Date): Promise<void> {
  const ahead = await departuresAheadOf(tx, train.id);
  const aboard = await carsOf(
    tx,
    ahead.map(({ id }) => id),
  );
  let after = now;
  for (const departure of ahead) {
    const isBoarded = aboard.some(({ departureId, endedAt }) => departureId === departure.id && endedAt === null);
    const keeps = departure.state === 'closed' || (isBoarded && departure.leavesAt !== null);
    const times = keeps ? undefined : await nextTimes(tx, train, after, now);
    if (times !== undefined) {
      const { opensAt = null, closesAt = null, leavesAt = null } = times ?? {};
      const state = opensAt !== null && opensAt > now && !isBoarded ? ('scheduled' as const) : ('boarding' as const);
      await saveDeparture(tx, { ...departure, opensAt, closesAt, leavesAt, state });
      after = leavesAt ?? after;
    } else if (departure.leavesAt !== null && departure.leavesAt > after) after = departure.leavesAt;
  }
}

/** Puts a train away, once nobody is aboard and nothing of it is under way. */
export async function archiveTrain(
  parts: TrainParts,
  asking: Asking,
  projectId: number,
  key: string,
): Promise<Done<Train>> {
  const seen = await requireTrain(parts.door.db, projectId, key, asking.principal);
  const order = { ...orderOf(asking), ...trainOrderOf(seen), action: 'train.archive' };
  const committed = await commitChange<Train>(parts.door, order, async (tx, { now }) => {
    const train = await lockLive(tx, asking, seen);
    const open = await openDeparturesOf(tx, train.id);
    const cars = await carsOf(
      tx,
      open.map(({ id }) => id),
    );
    for (const departure of open) {
      const aboard = cars.some(({ departureId, endedAt }) => departureId === departure.id && endedAt === null);
      const isUnderWay = departure.state === 'departing' || departure.state === 'under-way';
      if (!aboard && !isUnderWay) continue;
      const what = isUnderWay ? 'is under way' : 'has changes aboard';
      throw new Problem('wrong_state', `${key} ${departure.number} ${what}: a train is archived when none is.`);
    }
    for (const departure of open) {
      await saveDeparture(tx, { ...departure, state: 'missed', because: 'The train was archived.', endedAt: now });
    }
    const saved = await save(tx, { ...train, archivedAt: now });
    return {
      result: saved,
      touched: NO_RULESET,
      before: logTrain(train),
      after: { ...logTrain(saved), archived: true },
    };
  });
  return withResult(committed, () => requireTrain(parts.door.db, projectId, key, asking.principal));
}

async function lockLive(tx: Tx, asking: Asking, seen: Train): Promise<Train> {
  await requireMayRun(tx, asking, seen.projectId, seen.environmentId);
  const train = await lockTrain(tx, seen.id);
  if (!train) throw new Problem('not_found', 'There is no such train.');
  requireLive(train);
  requireExpected(asking.expected, train.version, undefined);
  return train;
}

async function save(tx: Tx, train: Train): Promise<Train> {
  const saved = await saveTrain(tx, train);
  if (!saved) throw new Error('a train that is locked is saved');
  return saved;
}
