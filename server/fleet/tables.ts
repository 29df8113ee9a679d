import { bigint, index, json, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { environments } from '../environments/tables.ts';

/** The apps that each node has heard of, as JSON. Replaced whole, and as old as `seen_at` by the database's clock. */
export const nodeInstances = pgTable(
  'node_instances',
  {
    node: text('node').notNull(),
    environmentId: bigint('environment_id', { mode: 'number' })
      .notNull()
      .references(() => environments.id),
    seenAt: timestamp('seen_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    body: text('body').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.node, table.environmentId] }),
    index('node_instances_environment').on(table.environmentId, table.seenAt),
  ],
);

/** What each node serves of each environment, by its own word. */
export const nodePlaces = pgTable('node_places', {
  node: text('node').primaryKey(),
  host: text('host').notNull(),
  seenAt: timestamp('seen_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  places: json('places').$type<Record<string, string>>().notNull(),
});
