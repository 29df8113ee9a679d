import {
  bigint,
  customType,
  doublePrecision,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { environments, projects } from '../environments/tables.ts';
import { flags } from '../flags/tables.ts';
import { SOURCES } from './report.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const environmentId = () =>
  bigint('environment_id', { mode: 'number' })
    .notNull()
    .references(() => environments.id);
const flagId = () =>
  bigint('flag_id', { mode: 'number' })
    .notNull()
    .references(() => flags.id);
const amount = (name: string) => bigint(name, { mode: 'number' }).notNull();
const PER = ['minute', 'hour'] as const;
/** Who told (report.ts): what pages did is beside the rest, and never added to it. */
const source = () => text('source', { enum: SOURCES }).notNull().default('server');

/** Batches that were stored, so that the same one, sent again, counts once. Kept for a day. */
export const reportBatches = pgTable(
  'report_batches',
  {
    environmentId: environmentId(),
    batchId: text('batch_id').notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.batchId] })],
);

/** How often a variant was served in a minute, or in an hour that is long past. The empty variant is the coded default. */
export const evaluationCounts = pgTable(
  'evaluation_counts',
  {
    environmentId: environmentId(),
    flagId: flagId(),
    at: moment('at').notNull(),
    per: text('per', { enum: PER }).notNull(),
    variant: text('variant').notNull(),
    count: amount('count'),
    source: source(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.flagId, table.at, table.per, table.variant, table.source] }),
  ],
);

/** Evaluations that cannot be shown by flag and variant, and why. */
export const uncountedEvaluations = pgTable(
  'uncounted_evaluations',
  {
    environmentId: environmentId(),
    at: moment('at').notNull(),
    per: text('per', { enum: PER }).notNull(),
    overflow: amount('overflow').default(0),
    unknown: amount('unknown').default(0),
    dropped: amount('dropped').default(0),
    source: source(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.at, table.per, table.source] })],
);

/** When a variant was served last: to who asked for the flag, or together with all others; and by which ruleset. */
export const lastEvaluations = pgTable(
  'last_evaluations',
  {
    environmentId: environmentId(),
    flagId: flagId(),
    variant: text('variant').notNull(),
    firstAt: moment('first_at').notNull(),
    askedAt: moment('asked_at'),
    bulkAt: moment('bulk_at'),
    epoch: text('epoch'),
    revision: bigint('revision', { mode: 'number' }),
    source: source(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.flagId, table.variant, table.source] })],
);

/** Defaults that stand in the code of those who ask, as JSON; a few per flag. */
export const codedDefaults = pgTable(
  'coded_defaults',
  {
    environmentId: environmentId(),
    flagId: flagId(),
    value: text('value').notNull(),
    lastAt: moment('last_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.flagId, table.value] })],
);

/** What events of an environment are called. */
export const eventNames = pgTable(
  'event_names',
  {
    environmentId: environmentId(),
    event: text('event').notNull(),
    lastAt: moment('last_at').notNull(),
    source: source(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.event, table.source] })],
);

/** How many events of a name there were, how many brought a value, and the sum of those. The empty name has the others. */
export const eventCounts = pgTable(
  'event_counts',
  {
    environmentId: environmentId(),
    event: text('event').notNull(),
    at: moment('at').notNull(),
    per: text('per', { enum: PER }).notNull(),
    count: amount('count'),
    valued: amount('valued'),
    sum: doublePrecision('sum').notNull(),
    source: source(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.event, table.at, table.per, table.source] })],
);

/** Where queries of guards are asked. What it is asked with is sealed (platform/secrets.ts) and shown to nobody. */
export const sources = pgTable(
  'sources',
  {
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    key: text('key').notNull(),
    kind: text('kind', { enum: ['prometheus'] }).notNull(),
    url: text('url').notNull(),
    auth: text('auth', { enum: ['none', 'bearer', 'basic'] }).notNull(),
    authUser: text('auth_user'),
    sealed: text('sealed'),
    sealedAt: moment('sealed_at'),
    version: integer('version').notNull().default(1),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.key] })],
);

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/**
 * Records of units of one entry of a run, as they came in and new to the node that took them. Read by their ids, which
 * grow in the order of commits within an environment.
 */
export const measuredReports = pgTable(
  'measured_reports',
  {
    environmentId: environmentId(),
    run: text('run').notNull(),
    entry: integer('entry').notNull(),
    id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity().notNull(),
    arrivedAt: moment('arrived_at').notNull(),
    events: text('events').notNull(),
    dropped: amount('dropped'),
    body: bytes('body').notNull(),
    source: source(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.run, table.entry, table.id] })],
);

/** What guards look at: an event that is counted, or whose value is taken. */
export const metrics = pgTable(
  'metrics',
  {
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    key: text('key').notNull(),
    kind: text('kind', { enum: ['rate', 'mean', 'ratio'] }).notNull(),
    event: text('event').notNull(),
    denominator: text('denominator'),
    direction: text('direction', { enum: ['up', 'down'] }).notNull(),
    unit: text('unit').notNull(),
    cap: doublePrecision('cap'),
    source: text('source', { enum: ['server', 'client'] }).notNull(),
    version: integer('version').notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.key] })],
);
