import { bigint, integer, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { environments, projects } from '../environments/tables.ts';

/** Audit log and outbox in one, chained by hash per project. Triggers refuse every UPDATE, DELETE and TRUNCATE. */
export const changes = pgTable(
  'changes',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    requestId: text('request_id'),
    killId: text('kill_id').unique(),
    payloadHash: text('payload_hash').notNull(),
    prevHash: text('prev_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [unique('changes_seq').on(table.projectId, table.seq)],
);

/** In a table of its own, so that a payload can be erased and the chain still holds. `body` is canonical JSON text. */
export const changePayloads = pgTable('change_payloads', {
  changeId: bigint('change_id', { mode: 'number' })
    .primaryKey()
    .references(() => changes.id),
  salt: text('salt').notNull(),
  body: text('body').notNull(),
});

/** Which environments a change gave a new revision, and the patch that leads there. */
export const changeEnvironments = pgTable(
  'change_environments',
  {
    changeId: bigint('change_id', { mode: 'number' })
      .notNull()
      .references(() => changes.id),
    environmentId: bigint('environment_id', { mode: 'number' })
      .notNull()
      .references(() => environments.id),
    epoch: text('epoch').notNull(),
    revision: bigint('revision', { mode: 'number' }).notNull(),
    digest: text('digest').notNull(),
    patch: text('patch').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.changeId, table.environmentId] }),
    unique('change_environments_revision').on(table.environmentId, table.epoch, table.revision),
  ],
);

/** How far each follower has read each project's log. */
export const followers = pgTable(
  'followers',
  {
    name: text('name').notNull(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    attempts: integer('attempts').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.name, table.projectId] })],
);
