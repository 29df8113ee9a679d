import { bigint, integer, json, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { projects } from '../environments/tables.ts';
import type { SelectsBy } from './attachment.ts';
import type { FloorDocument, PolicyDocument } from './document-contract.ts';
import type { Floor } from './floor.ts';
import type { Policy } from './policy.ts';

export const policies = pgTable(
  'policies',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    key: text('key').notNull(),
    /** The number of the newest version; saves are told by it that somebody else saved first. */
    newest: integer('newest').notNull(),
    archivedAt: timestamp('archived_at', { withTimezone: true, precision: 3 }),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  (table) => [unique('policies_key').on(table.projectId, table.key)],
);

/** Triggers refuse every UPDATE, DELETE and TRUNCATE. */
export const policyVersions = pgTable(
  'policy_versions',
  {
    policyId: bigint('policy_id', { mode: 'number' })
      .notNull()
      .references(() => policies.id),
    version: integer('version').notNull(),
    document: json('document').$type<PolicyDocument>().notNull(),
    /** What the document meant when it was saved: a later default changes no version. */
    policy: json('policy').$type<Policy>().notNull(),
    /** What its author wrote, with the comments; made of the document where it came as JSON. */
    yaml: text('yaml').notNull(),
    reason: text('reason'),
    savedBy: text('saved_by').notNull(),
    savedAt: timestamp('saved_at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.policyId, table.version] })],
);

/** Which policy a flag gets: one for each key, tag, kind or type of flags. */
export const policyAttachments = pgTable(
  'policy_attachments',
  {
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    selectsBy: text('selects_by').$type<SelectsBy>().notNull(),
    value: text('value').notNull(),
    policyId: bigint('policy_id', { mode: 'number' })
      .notNull()
      .references(() => policies.id),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.selectsBy, table.value] })],
);

export const policyFloors = pgTable('policy_floors', {
  projectId: bigint('project_id', { mode: 'number' })
    .primaryKey()
    .references(() => projects.id),
  document: json('document').$type<FloorDocument>().notNull(),
  floor: json('floor').$type<Floor>().notNull(),
  version: integer('version').notNull(),
});
