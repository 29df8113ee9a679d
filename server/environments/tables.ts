import { bigint, boolean, integer, json, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import type { ApprovalRule } from '../access/approval-rule.ts';
import type { InFlight, OverrideRole } from './freeze.ts';

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
    /** Who must approve what grows here while it is protected; null is one release manager. */
    approvals: json('approvals').$type<ApprovalRule>(),
  },
  (table) => [unique('environments_key').on(table.projectId, table.key)],
);

/** Times in which nothing may grow (freeze.ts says what the fields mean). */
export const freezes = pgTable('freezes', {
  id: text('id').primaryKey(),
  projectId: bigint('project_id', { mode: 'number' })
    .notNull()
    .references(() => projects.id),
  name: text('name').notNull(),
  environments: json('environments').$type<number[]>(),
  fromAt: timestamp('from_at', { withTimezone: true, precision: 3 }).notNull(),
  toAt: timestamp('to_at', { withTimezone: true, precision: 3 }),
  rule: text('rule'),
  zone: text('zone').notNull(),
  lastsMs: bigint('lasts_ms', { mode: 'number' }),
  endedAt: timestamp('ended_at', { withTimezone: true, precision: 3 }),
  version: integer('version').notNull().default(1),
  createdBy: text('created_by').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  tags: json('tags').$type<string[]>(),
  inFlight: text('in_flight').$type<InFlight>().notNull().default('hold'),
  overrideBy: text('override_by').$type<OverrideRole>(),
});
