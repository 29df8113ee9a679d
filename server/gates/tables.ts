import { bigint, boolean, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { projects } from '../environments/tables.ts';

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** What a CI said of a commit. Rows are only added; the newest of a check and a commit says how it stands. */
export const checkResults = pgTable(
  'check_results',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    check: text('check_key').notNull(),
    commit: text('commit').notNull(),
    status: text('status', { enum: ['passed', 'failed', 'pending'] }).notNull(),
    repository: text('repository').notNull(),
    workflow: text('workflow').notNull(),
    fork: boolean('fork').notNull(),
    url: text('url'),
    summary: text('summary').notNull(),
    postedBy: text('posted_by').notNull(),
    at: at('at').notNull(),
  },
  (table) => [index('check_results_commit').on(table.projectId, table.commit, table.check, table.id)],
);
