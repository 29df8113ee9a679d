import { and, eq } from 'drizzle-orm';
import { AccessList } from '../access/access-list.ts';
import { mayChangeBy } from '../access/may-change.ts';
import { verifierOf } from '../access/mint-secret.ts';
import { type PersonPrincipal, type Principal, ROOT, type Role } from '../access/principal.ts';
import { makeSession } from '../access/session.ts';
import { testDoor } from '../changes/door.fixture.ts';
import type { Door } from '../changes/door.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { changes, environments, flagEnvironments, freezes, memberships, people, sessions } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { policyOf, stageOf } from '../decisions/decide.fixture.ts';
import { checkFreeze } from '../environments/check-freeze.ts';
import { freezeOfFlag } from '../environments/freeze-store.ts';
import { flagDrafts } from '../flags/flag-drafts.ts';
import { findFlagIn } from '../flags/flag-store.ts';
import type { HeldLease } from '../platform/lease.ts';
import type { Policy } from '../policies/policy.ts';
import { noteForms } from '../releases/note-forms.ts';
import { noteRolledBack } from '../releases/note-rolled-back.ts';
import { proveRun } from '../releases/prove-run.ts';
import { readForms, readSegmentForms } from '../releases/read-forms.ts';
import { approveRequest } from '../requests/decide-request.ts';
import { judgeRequests } from '../requests/judge-request.ts';
import { findBySubject, findRequest } from '../requests/store.ts';
import { checkLease } from '../rollouts/check-lease.ts';
import { checkOwnership } from '../rollouts/check-ownership.ts';
import { leaseInDatabase } from '../rollouts/lease-store.ts';
import type { LoopSources } from '../rollouts/loop-sources.ts';
import { rolloutDrafts } from '../rollouts/rollout-drafts.ts';
import { RolloutLoop } from '../rollouts/rollout-loop.ts';
import type { RolloutParts } from '../rollouts/rollout-parts.ts';
import { quiet, type Says, sourcesOf } from '../rollouts/rollouts.fixture.ts';
import { segmentDrafts } from '../segments/segment-drafts.ts';
import { boardCar } from './board-car.ts';
import { carsOf } from './car-store.ts';
import { createTrain } from './change-train.ts';
import type { ChemspillParts } from './chemspill.ts';
import type { Boarding, NewTrain } from './contract.ts';
import type { Car, Departure } from './departure.ts';
import { findDeparture } from './departure-store.ts';
import { stoppedLineOf } from './line-store.ts';
import type { TrainCrash } from './train-crash.ts';
import { TrainLoop } from './train-loop.ts';
import type { TrainParts } from './train-parts.ts';
import { findTrain } from './train-store.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday. */
export const T0 = new Date('2026-03-02T09:00:00Z');

/** A project `shop` whose production is protected, people in it, trains with both loops, and a clock that tests move. */
export interface DepartureWorld {
  database: TestDatabase;
  door: Door;
  projectId: number;
  /** staging, production */
  environmentIds: number[];
  says: Says;
  policies: Map<string, Policy>;
  rollouts: RolloutParts;
  parts: TrainParts & ChemspillParts;
  /** Who broke glass, and what somebody was woken for. */
  told: { glass: string[]; pages: string[]; ended: string[] };
  /** What the database's clock shows. */
  now(): Date;
  wait(ms: number): void;
  /** From now on the node's clock runs so much ahead of the database's. */
  drift(ms: number): void;
  person(name: string, roles: Role[]): Promise<PersonPrincipal>;
  setRoles(who: PersonPrincipal, roles: Role[]): Promise<void>;
  train(over: Partial<NewTrain> & { key: string }): Promise<void>;
  /** Puts calls aboard as somebody; answers the car. */
  board(train: string, items: Items, over?: Partial<Boarding> & { by?: Principal }): Promise<Car>;
  /** Somebody approves of a request, or of what was asked for under a subject. */
  approve(who: PersonPrincipal, what: { request: string } | { subject: string }): Promise<void>;
  /** Both loops look once, so many times, with so much time between two looks. */
  pass(times?: number, between?: number): Promise<void>;
  /** Another node holds the lease from now on. */
  takeOver(crash?: TrainCrash): Promise<void>;
  departure(train: string, number: number): Promise<Departure>;
  cars(train: string, number: number): Promise<Car[]>;
  flag(key: string, index?: number): Promise<typeof flagEnvironments.$inferSelect>;
  /** Writes past the door: what somebody made of it elsewhere. */
  edit(key: string, set: Partial<typeof flagEnvironments.$inferInsert>, index?: number): Promise<void>;
  /** What an export shows of flags and segments of an environment, as one text. */
  shown(index?: number): Promise<string>;
  freeze(from: Date, to: Date, over?: Partial<typeof freezes.$inferInsert>): Promise<void>;
  /** Of the log, in its order. */
  actions(): Promise<string[]>;
}

export type Items = NonNullable<Boarding['items']>;

/** The calls that tests put aboard. */
export const rollOut = (flag: string, policy = 'straight', over: object = {}): Items[number] => ({
  ...{ method: 'POST', path: `/environments/production/flags/${flag}/rollout` },
  body: { from: 'off', to: 'on', policy, ...over },
});
export const serve = (flag: string, variant: string): Items[number] => ({
  ...{ method: 'POST', path: `/environments/production/flags/${flag}/serve`, body: { variant } },
});
export const patch = (flag: string, body: object): Items[number] => ({
  ...{ method: 'PATCH', path: `/environments/production/flags/${flag}`, body },
});

/** In production alone, in two stages of a minute each. */
export const straight = (over: Partial<Policy> = {}): Policy =>
  policyOf({
    path: [
      {
        environment: 'production',
        stages: [stageOf({ exposure: 10_000, bakeMs: MINUTE }), stageOf({ exposure: 50_000, bakeMs: MINUTE })],
      },
    ],
    guards: [],
    ...over,
  });

export async function openDepartureWorld(flags: string[], kind?: 'postgres' | 'embedded'): Promise<DepartureWorld> {
  const database = await openTestDatabase(kind);
  const { db } = database;
  const { projectId, environmentIds } = await seedProject(db, 'shop', ['staging', 'production'], flags);
  await db.update(flagEnvironments).set({ state: 'on', fallthrough: { variant: 'off' } });
  await db.update(environments).set({ protected: true }).where(eq(environments.key, 'production'));
  let at = T0.getTime();
  let names = 0;
  let ahead = 0;
  const now = () => new Date(at);
  const clock = { now: () => new Date(at + ahead), monotonic: () => at };
  const wait = (ms: number) => {
    at += ms;
  };
  const door: Door = { ...testDoor(database, checksOf(clock)), clock };
  const says = quiet();
  const policies = new Map<string, Policy>([['straight', straight()]]);
  const sources = sourcesIn(database, says, policies);
  const naming = { salt: () => `salt${++names}`, id: () => `r${++names}` };
  const rollouts: RolloutParts = { door, sources, names: naming, wake: () => undefined };
  const told: DepartureWorld['told'] = { glass: [], pages: [], ended: [] };
  const parts = { ...partsOf({ database, door, clock, rollouts, told }), databaseNow: async () => now() };
  return {
    ...{ database, door, projectId, environmentIds, says, policies, rollouts, parts, told, now, wait },
    drift: (ms) => {
      ahead = ms;
    },
    ...peopleOf(database, projectId, clock),
    ...(await loopsOf({ rollouts, sources, parts, says, told, wait })),
    ...trainsOf(database, projectId, parts, () => wait(1)),
    approve: async (who, what) => {
      await db.update(sessions).set({ madeAt: clock.now() }).where(eq(sessions.id, who.session));
      const byId = 'request' in what;
      const row = byId
        ? await findRequest(db, projectId, what.request)
        : await findBySubject(db, projectId, what.subject);
      if (!row) throw new Error('what is approved is there');
      await approveRequest(parts, { principal: who, reason: 'Looked at it' }, projectId, row.id, row.hash);
    },
    ...flagsOf(database, projectId, environmentIds),
    freeze: async (from, to, over = {}) => {
      const row = {
        id: `z${++names}`,
        projectId,
        name: 'Holidays',
        fromAt: from,
        toAt: to,
        zone: 'UTC',
        createdBy: 'root',
      };
      await db.insert(freezes).values({ ...row, createdAt: clock.now(), ...over });
    },
    actions: async () => (await db.select().from(changes).orderBy(changes.seq)).map(({ action }) => action),
  };
}

/** What the door of the house asks, in its order. */
function checksOf(clock: Door['clock']): Door['checks'] {
  const asks = [mayChangeBy(judgeRequests(clock)), checkFreeze(clock), checkLease, checkOwnership(clock)];
  return [...asks, noteRolledBack(clock), noteForms(clock)];
}

/** What is said, but for what stands in the database. */
function sourcesIn({ db }: TestDatabase, says: Says, policies: Map<string, Policy>): LoopSources {
  return {
    ...sourcesOf(says, policies),
    lineStopped: stoppedLineOf,
    freezeOf: (environmentId, flag, now) => freezeOfFlag(db, environmentId, flag, now),
  };
}

function partsOf(of: {
  database: TestDatabase;
  door: Door;
  clock: Door['clock'];
  rollouts: RolloutParts;
  told: DepartureWorld['told'];
}): Omit<DepartureWorld['parts'], 'databaseNow'> {
  const { database, door, clock, rollouts, told } = of;
  return {
    door,
    list: new AccessList({ db: database.db, clock, rootVerifier: verifierOf('r'.repeat(43)) }),
    kinds: [...flagDrafts, ...segmentDrafts, ...rolloutDrafts(rollouts)],
    wake: () => undefined,
    isActing: async () => true,
    glassBroken: (actor) => void told.glass.push(actor),
  };
}

async function loopsOf(of: {
  rollouts: RolloutParts;
  sources: ConstructorParameters<typeof RolloutLoop>[0]['sources'];
  parts: DepartureWorld['parts'];
  says: Says;
  told: DepartureWorld['told'];
  wait(ms: number): void;
}): Promise<Pick<DepartureWorld, 'pass' | 'takeOver'>> {
  const { rollouts, sources, parts, says, told, wait } = of;
  const { db } = parts.door;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  let lease: HeldLease | undefined;
  const held = () => lease;
  const rolloutLoop = new RolloutLoop({ ...rollouts, sources, held, log, finished: proveRun });
  const paged = (about: string) => void told.pages.push(about);
  const ended = (outcome: string) => void told.ended.push(outcome);
  const makeLoop = (crash?: TrainCrash) =>
    new TrainLoop({ ...parts, log, held, paged, ended, seeReach: async () => says.reach, ...(crash ? { crash } : {}) });
  let trainLoop = makeLoop();
  const takeOver = async (crash?: TrainCrash) => {
    await db.execute('UPDATE leases SET expires_at = clock_timestamp() - make_interval(secs => 1)');
    lease = await leaseInDatabase(db, 'rollouts', 'test').take(3_600_000);
    trainLoop = makeLoop(crash);
  };
  await takeOver();
  return {
    takeOver,
    pass: async (times = 1, between = MINUTE) => {
      for (let time = 0; time < times; time++) {
        if (time > 0) wait(between);
        await rolloutLoop.pass();
        await trainLoop.pass();
      }
    },
  };
}

function trainsOf(
  { db }: TestDatabase,
  projectId: number,
  parts: DepartureWorld['parts'],
  tick: () => void,
): Pick<DepartureWorld, 'train' | 'board' | 'departure' | 'cars'> {
  const departure = async (key: string, number: number) => {
    const train = await findTrain(db, projectId, key);
    const found = train && (await findDeparture(db, train.id, number));
    if (!found) throw new Error(`there is no departure ${key} ${number}`);
    return found;
  };
  return {
    departure,
    cars: async (key, number) => carsOf(db, [(await departure(key, number)).id]),
    train: async (over) => {
      const wanted: NewTrain = {
        ...{
          environment: 'production',
          name: over.key,
          velocity: { kind: 'critical-mass', changes: 1, longestWait: null },
        },
        ...{ cutOff: null, opens: null, mode: 'automatic', onItemFail: 'eject', mostCars: null },
        ...over,
      };
      await createTrain(parts, { principal: ROOT, reason: 'A test' }, projectId, wanted);
    },
    board: async (train, items, { by = ROOT, ...over } = {}) => {
      // Nobody boards in the same millisecond as somebody else.
      tick();
      const wanted = { title: `Change of ${train}`, items, ...over };
      return (await boardCar(parts, { principal: by, reason: 'It is ready.' }, projectId, train, wanted)).result.car;
    },
  };
}

function peopleOf(
  { db }: TestDatabase,
  projectId: number,
  clock: Door['clock'],
): Pick<DepartureWorld, 'person' | 'setRoles'> {
  return {
    person: async (name, roles) => {
      const id = name.toLowerCase();
      await db.insert(people).values({ id, login: id, name, password: 'hashed', createdBy: 'root' });
      await db.insert(memberships).values({ id: `m-${id}`, projectId, personId: id, roles, createdBy: 'root' });
      const { row } = makeSession(id, { address: '192.0.2.1', agent: 'test' }, clock.now());
      await db.insert(sessions).values({ ...row, expiresAt: new Date('2099-01-01T00:00:00Z') });
      const grants = [{ projectId, environmentId: null, roles }];
      return { kind: 'person', id, name, login: id, session: row.id, grants };
    },
    setRoles: async (who, roles) => {
      await db.update(memberships).set({ roles }).where(eq(memberships.personId, who.id));
    },
  };
}

function flagsOf(
  { db }: TestDatabase,
  projectId: number,
  environmentIds: readonly number[],
): Pick<DepartureWorld, 'flag' | 'edit' | 'shown'> {
  const found = async (key: string, index: number) => {
    const row = await findFlagIn(db, projectId, environmentIds[index] ?? 0, key);
    if (!row) throw new Error(`there is no flag ${key}`);
    return row.configuration;
  };
  return {
    flag: (key, index = 1) => found(key, index),
    edit: async (key, set, index = 1) => {
      const { flagId, environmentId, version } = await found(key, index);
      const place = and(eq(flagEnvironments.flagId, flagId), eq(flagEnvironments.environmentId, environmentId));
      await db
        .update(flagEnvironments)
        .set({ ...set, version: version + 1 })
        .where(place);
    },
    shown: async (index = 1) => {
      const place = { projectId, environmentId: environmentIds[index] ?? 0 };
      return db.transaction(async (tx) => {
        const forms = [...(await readForms(tx, place))].map(([key, { form, killed }]) => [key, form, killed]);
        return JSON.stringify([forms, [...(await readSegmentForms(tx, place.environmentId))]], null, 1);
      });
    },
  };
}
