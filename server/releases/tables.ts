import { bigint, integer, json, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { changes } from '../changes/tables.ts';
import { environments, projects } from '../environments/tables.ts';
import type { Proof, ReleasedFlag, ReleaseOrigin } from './release.ts';

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const environmentId = () =>
  bigint('environment_id', { mode: 'number' })
    .notNull()
    .references(() => environments.id);
const projectId = () =>
  bigint('project_id', { mode: 'number' })
    .notNull()
    .references(() => projects.id);

/** Forms of flags and segments, each once: its JSON under its SHA-256. */
export const formBodies = pgTable(
  'form_bodies',
  { projectId: projectId(), hash: text('hash').notNull(), body: text('body').notNull() },
  (table) => [primaryKey({ columns: [table.projectId, table.hash] })],
);

export const releases = pgTable(
  'releases',
  {
    id: text('id').primaryKey(),
    projectId: projectId(),
    environmentId: environmentId(),
    seq: bigint('seq', { mode: 'number' }).notNull().unique().generatedAlwaysAsIdentity(),
    tag: text('tag').notNull(),
    commit: text('commit'),
    origin: text('origin').$type<ReleaseOrigin>().notNull(),
    originId: text('origin_id'),
    position: text('position').notNull(),
    changeId: bigint('change_id', { mode: 'number' }).references(() => changes.id),
    note: text('note'),
    shedLevel: integer('shed_level').notNull(),
    flags: json('flags').$type<Record<string, ReleasedFlag>>().notNull(),
    segments: json('segments').$type<Record<string, string>>().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [unique('releases_tag').on(table.environmentId, table.tag)],
);

/** The form of each flag that is in force, and since when. */
export const formsInForce = pgTable(
  'forms_in_force',
  {
    environmentId: environmentId(),
    flag: text('flag').notNull(),
    served: text('served').notNull(),
    since: at('since').notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.flag] })],
);

/** What was proven of a form, and what was found against it. */
export const goodForms = pgTable(
  'good_forms',
  {
    environmentId: environmentId(),
    flag: text('flag').notNull(),
    served: text('served').notNull(),
    proof: text('proof').$type<Proof>(),
    proofId: text('proof_id'),
    provenAt: at('proven_at'),
    revokedAt: at('revoked_at'),
    revokedBecause: text('revoked_because'),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.flag, table.served] })],
);

/** What a rollback left of a flag, and when: going back further does not overrule it while it stands. */
export const rolledBack = pgTable(
  'rolled_back',
  {
    environmentId: environmentId(),
    flag: text('flag').notNull(),
    leftHash: text('left_hash').notNull(),
    at: at('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.flag] })],
);
