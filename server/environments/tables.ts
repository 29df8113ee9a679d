import { bigint, boolean, integer, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';

export const projects = pgTable('projects', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  key: text('key').notNull().unique(),
  name: text('name').notNull(),
  version: integer('version').notNull().default(1),
  /** How many changes the project's chain has, and the hash of the last. Guarded by the row's lock. */
  chainSeq: bigint('chain_seq', { mode: 'number' }).notNull().default(0),
  chainHead: text('chain_head').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  /** Since when it is put away: its keys are refused, and nobody finds it who does not ask for archived ones. */
  archivedAt: timestamp('archived_at', { withTimezone: true, precision: 3 }),
  /** Made to be tried out, so that a screen may offer to remove it. */
  demo: boolean('demo').notNull().default(false),
});

export const environments = pgTable(
  'environments',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    key: text('key').notNull(),
    name: text('name').notNull(),
    protected: boolean('protected').notNull().default(false),
    /** The position: a random epoch, a revision that counts within it, and the digest of all patches so far. */
    epoch: text('epoch').notNull(),
    revision: bigint('revision', { mode: 'number' }).notNull().default(0),
    digest: text('digest').notNull(),
    shedLevel: integer('shed_level').notNull().default(0),
    version: integer('version').notNull().default(1),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  (table) => [unique('environments_key').on(table.projectId, table.key)],
);
