import { bigint, integer, json, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { changes } from '../changes/tables.ts';
import { environments, projects } from '../environments/tables.ts';
import { releases } from '../releases/tables.ts';
import { changeRequests } from '../requests/tables.ts';
import type { Car, CarState, Chemspill, Departure, DepartureState, Forms } from './departure.ts';
import type { OnItemFail, Stopped, Train, Velocity } from './train.ts';

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const projectId = () =>
  bigint('project_id', { mode: 'number' })
    .notNull()
    .references(() => projects.id);
const environmentId = () =>
  bigint('environment_id', { mode: 'number' })
    .notNull()
    .references(() => environments.id);

export const trains = pgTable(
  'trains',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    projectId: projectId(),
    environmentId: environmentId(),
    key: text('key').notNull(),
    name: text('name').notNull(),
    velocity: json('velocity').$type<Velocity>().notNull(),
    cutOffMs: bigint('cut_off_ms', { mode: 'number' }).notNull(),
    opensMs: bigint('opens_ms', { mode: 'number' }),
    mode: text('mode').$type<Train['mode']>().notNull(),
    onItemFail: text('on_item_fail').$type<OnItemFail>().notNull(),
    mostCars: integer('most_cars'),
    stopped: json('stopped').$type<Stopped>(),
    departures: integer('departures').notNull().default(0),
    archivedAt: at('archived_at'),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (table) => [unique('trains_key').on(table.projectId, table.key)],
);

/** `closes_at` and `leaves_at` are null where it leaves when something is ready. */
export const departures = pgTable(
  'departures',
  {
    id: text('id').primaryKey(),
    projectId: projectId(),
    trainId: bigint('train_id', { mode: 'number' })
      .notNull()
      .references(() => trains.id),
    environmentId: environmentId(),
    number: integer('number').notNull(),
    kind: text('kind').$type<Departure['kind']>().notNull(),
    state: text('state').$type<DepartureState>().notNull(),
    opensAt: at('opens_at'),
    closesAt: at('closes_at'),
    leavesAt: at('leaves_at'),
    closedAt: at('closed_at'),
    departedAt: at('departed_at'),
    effectiveAt: at('effective_at'),
    endedAt: at('ended_at'),
    because: text('because'),
    pressedBy: text('pressed_by'),
    releaseId: text('release_id').references(() => releases.id),
    changeId: bigint('change_id', { mode: 'number' }).references(() => changes.id),
    position: text('position'),
    chemspill: json('chemspill').$type<Chemspill>(),
    createdAt: at('created_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (table) => [unique('departures_number').on(table.trainId, table.number)],
);

export const cars = pgTable('cars', {
  id: text('id').primaryKey(),
  departureId: text('departure_id')
    .notNull()
    .references(() => departures.id),
  projectId: projectId(),
  requestId: text('request_id')
    .notNull()
    .references(() => changeRequests.id),
  state: text('state').$type<CarState>().notNull(),
  because: text('because'),
  boardedBy: text('boarded_by').notNull(),
  boardedAt: at('boarded_at').notNull(),
  boarders: json('boarders').$type<string[]>().notNull(),
  uplift: json('uplift').$type<NonNullable<Car['uplift']>>(),
  movedTo: text('moved_to').references(() => departures.id),
  flags: json('flags').$type<string[]>().notNull(),
  rollouts: json('rollouts').$type<string[]>().notNull(),
  before: json('before').$type<Forms>(),
  departed: json('departed').$type<Forms>(),
  endedAt: at('ended_at'),
  version: integer('version').notNull().default(1),
});
