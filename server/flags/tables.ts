import type { FlagType, JsonValue, MeasuredRun, Metadata, Prerequisite, Rule, Serve } from '@turnout/core';
import { bigint, boolean, integer, json, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { environments, projects } from '../environments/tables.ts';

export type FlagKind = 'release' | 'experiment' | 'ops' | 'permission';

/** What a flag is in the whole project. `json`, not `jsonb`: the author's order of variants is kept. */
export const flags = pgTable(
  'flags',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    key: text('key').notNull(),
    type: text('type').$type<FlagType>().notNull(),
    variants: json('variants').$type<Record<string, JsonValue>>().notNull(),
    clientVisible: boolean('client_visible').notNull().default(false),
    metadata: json('metadata').$type<Metadata>(),
    name: text('name').notNull().default(''),
    description: text('description').notNull().default(''),
    owner: text('owner').notNull().default(''),
    tags: json('tags').$type<string[]>().notNull(),
    kind: text('kind').$type<FlagKind>().notNull().default('release'),
    signalKill: boolean('signal_kill').notNull().default(false),
    archived: boolean('archived').notNull().default(false),
    version: integer('version').notNull().default(1),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  (table) => [unique('flags_key').on(table.projectId, table.key)],
);

/** What a flag is in one environment. `killed` is written by kill and restore alone. */
export const flagEnvironments = pgTable(
  'flag_environments',
  {
    flagId: bigint('flag_id', { mode: 'number' })
      .notNull()
      .references(() => flags.id),
    environmentId: bigint('environment_id', { mode: 'number' })
      .notNull()
      .references(() => environments.id),
    state: text('state').$type<'on' | 'off'>().notNull(),
    killed: boolean('killed').notNull().default(false),
    offVariant: text('off_variant'),
    prerequisites: json('prerequisites').$type<Prerequisite[]>().notNull(),
    rules: json('rules').$type<Rule[]>().notNull(),
    fallthrough: json('fallthrough').$type<Serve>().notNull(),
    /** Salts by target (rule id or 'fallthrough'); a target keeps its salt when its split goes and comes back. */
    salts: json('salts').$type<Record<string, string>>().notNull(),
    shedAt: integer('shed_at').$type<1 | 2 | 3>(),
    maxStalenessMs: integer('max_staleness_ms'),
    whenStale: text('when_stale').$type<'keep' | 'off'>(),
    run: json('run').$type<MeasuredRun>(),
    version: integer('version').notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.flagId, table.environmentId] })],
);
