import type { Condition } from '@turnout/core';
import { bigint, integer, json, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { environments, projects } from '../environments/tables.ts';

/** A segment belongs to one environment: who is in it differs between staging and production. */
export const segments = pgTable(
  'segments',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    environmentId: bigint('environment_id', { mode: 'number' })
      .notNull()
      .references(() => environments.id),
    key: text('key').notNull(),
    name: text('name').notNull().default(''),
    description: text('description').notNull().default(''),
    by: text('by').notNull().default('targetingKey'),
    included: json('included').$type<string[]>().notNull(),
    excluded: json('excluded').$type<string[]>().notNull(),
    condition: json('condition').$type<Condition>(),
    version: integer('version').notNull().default(1),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  (table) => [unique('segments_key').on(table.environmentId, table.key)],
);
