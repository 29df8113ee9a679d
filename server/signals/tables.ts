import {
  bigint,
  boolean,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import { environments, projects } from '../environments/tables.ts';

export type SignalSource = 'alertmanager' | 'generic';
export type HookAction = 'kill' | 'incident';
/**
 * `recorded`: it can trip guards of what the hook lists, and does nothing else. `late`: not even that. `already`: the flag was killed. `limited`: the
 * hook had its flips of this hour. `failed`: it is tried again when it comes again.
 */
export type SignalOutcome =
  | 'recorded'
  | 'resolved'
  | 'late'
  | 'killed'
  | 'already'
  | 'limited'
  | 'refused'
  | 'joined'
  | 'failed';

/** By which alerts come in, and what they may do. A list that is empty allows nothing. */
export const hooks = pgTable(
  'hooks',
  {
    id: text('id').primaryKey(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    name: text('name').notNull(),
    source: text('source').$type<SignalSource>().notNull(),
    auth: text('auth').$type<'bearer' | 'hmac'>().notNull(),
    /** Keys of environments, which never change. */
    environments: json('environments').$type<string[]>().notNull(),
    flags: json('flags').$type<string[]>().notNull(),
    tags: json('tags').$type<string[]>().notNull(),
    actions: json('actions').$type<HookAction[]>().notNull(),
    maxFlipsPerHour: integer('max_flips_per_hour').notNull(),
    version: integer('version').notNull().default(1),
    createdBy: text('created_by').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    deletedAt: timestamp('deleted_at', { withTimezone: true, precision: 3 }),
  },
  (table) => [index('hooks_project').on(table.projectId)],
);

/** Two at most while one takes over from the other. Of a bearer token the hash is kept; what signs is sealed. */
export const hookSecrets = pgTable(
  'hook_secrets',
  {
    id: text('id').primaryKey(),
    hookId: text('hook_id')
      .notNull()
      .references(() => hooks.id),
    verifier: text('verifier'),
    sealed: text('sealed'),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    expiresAt: timestamp('expires_at', { withTimezone: true, precision: 3 }),
  },
  (table) => [index('hook_secrets_hook').on(table.hookId)],
);

/** What came in, once each; kept for 24 hours after it came last. */
export const signals = pgTable(
  'signals',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    hookId: text('hook_id')
      .notNull()
      .references(() => hooks.id),
    source: text('source').$type<SignalSource>().notNull(),
    fingerprint: text('fingerprint').notNull(),
    status: text('status').$type<'firing' | 'resolved'>().notNull(),
    severity: text('severity').notNull(),
    labels: json('labels').$type<Record<string, string>>().notNull(),
    summary: text('summary').notNull(),
    startsAt: timestamp('starts_at', { withTimezone: true, precision: 3 }).notNull(),
    receivedAt: timestamp('received_at', { withTimezone: true, precision: 3 }).notNull(),
    lastAt: timestamp('last_at', { withTimezone: true, precision: 3 }).notNull(),
    /** It had begun long before it came: it is recorded, and does nothing. */
    late: boolean('late').notNull(),
    /** What came of it, and why in a sentence; null while somebody is at it. */
    outcome: text('outcome').$type<SignalOutcome>(),
    because: text('because'),
  },
  (table) => [
    unique('signals_once').on(table.hookId, table.fingerprint, table.startsAt, table.status),
    index('signals_project').on(table.projectId, table.receivedAt),
    index('signals_last').on(table.lastAt),
  ],
);

/** Each flip that a hook was allowed, counted under the lock of the hook's row. */
export const hookFlips = pgTable(
  'hook_flips',
  {
    signalId: bigint('signal_id', { mode: 'number' }).notNull(),
    environmentId: bigint('environment_id', { mode: 'number' })
      .notNull()
      .references(() => environments.id),
    hookId: text('hook_id')
      .notNull()
      .references(() => hooks.id),
    flagKey: text('flag_key').notNull(),
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.signalId, table.environmentId] }),
    index('hook_flips_hook').on(table.hookId, table.at),
  ],
);
