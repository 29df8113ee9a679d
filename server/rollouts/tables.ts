import { bigint, boolean, index, integer, json, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import type { Action, ConditionState, Decision, Evidence, GuardVerdict } from '../decisions/decision.ts';
import type { GuardPoint } from '../decisions/guard-point.ts';
import type { PageAbout, RolloutState } from '../decisions/rollout.ts';
import { environments, projects } from '../environments/tables.ts';
import type { Policy } from '../policies/policy.ts';
import type { Reach } from './reach.ts';
import type { Readings } from './readings.ts';

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Who may act for all nodes at the moment. `token` counts the holders: an older one opens nothing. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  token: bigint('token', { mode: 'number' }).notNull().default(1),
  expiresAt: at('expires_at').notNull(),
});

/** The policy is kept as it was when this started, so nothing that is saved later acts on it. */
export const rollouts = pgTable(
  'rollouts',
  {
    id: text('id').primaryKey(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    flag: text('flag').notNull(),
    target: text('target').notNull(),
    from: text('from_variant').notNull(),
    to: text('to_variant').notNull(),
    policyKey: text('policy_key').notNull(),
    policyVersion: integer('policy_version').notNull(),
    policy: json('policy').$type<Policy>().notNull(),
    environmentIds: json('environment_ids').$type<number[]>().notNull(),
    protectedIds: json('protected_ids').$type<number[]>(),
    commit: text('commit'),
    state: text('state').$type<RolloutState>().notNull(),
    step: integer('step').notNull().default(0),
    startedBy: text('started_by').notNull(),
    startedAt: at('started_at').notNull(),
    authors: json('authors').$type<string[]>().notNull(),
    reason: text('reason'),
    retryOf: text('retry_of'),
    newSalt: boolean('new_salt').notNull().default(false),
    endedAt: at('ended_at'),
    version: integer('version').notNull().default(1),
  },
  (table) => [
    index('rollouts_of_project').on(table.projectId, table.startedAt, table.id),
    index('rollouts_of_flag').on(table.projectId, table.flag),
  ],
);

/** `body` is the run as the decision knows it, dates tagged (`run-text.ts`); the columns are what is asked for. */
export const runs = pgTable(
  'runs',
  {
    id: text('id').primaryKey(),
    rolloutId: text('rollout_id')
      .notNull()
      .references(() => rollouts.id),
    environmentId: bigint('environment_id', { mode: 'number' })
      .notNull()
      .references(() => environments.id),
    flag: text('flag').notNull(),
    state: text('state').$type<RolloutState>().notNull(),
    body: json('body').notNull(),
    readings: json('readings').$type<Readings>().notNull().default({}),
    reach: json('reach').$type<Reach>(),
    isReached: boolean('is_reached').notNull().default(true),
    decision: json('decision').$type<Decision>(),
    decidedAt: at('decided_at'),
    startedAt: at('started_at').notNull(),
    endedAt: at('ended_at'),
    version: integer('version').notNull().default(1),
  },
  (table) => [index('runs_of_rollout').on(table.rolloutId)],
);

/** What was decided, why, and on what evidence. Entries are only added. */
export const decisions = pgTable(
  'decisions',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    rolloutId: text('rollout_id')
      .notNull()
      .references(() => rollouts.id),
    runId: text('run_id')
      .notNull()
      .references(() => runs.id),
    entry: integer('entry').notNull(),
    stage: integer('stage').notNull(),
    at: at('at').notNull(),
    actor: text('actor').notNull(),
    action: text('action').$type<Action>().notNull(),
    reason: text('reason').notNull(),
    because: json('because').$type<string[]>().notNull(),
    guards: json('guards').$type<GuardVerdict[]>().notNull(),
    conditions: json('conditions').$type<ConditionState[]>().notNull(),
    evidence: json('evidence').$type<Evidence>(),
    page: text('page').$type<PageAbout>(),
  },
  (table) => [index('decisions_of_rollout').on(table.rolloutId, table.id)],
);

export const guardPoints = pgTable(
  'guard_points',
  {
    runId: text('run_id')
      .notNull()
      .references(() => runs.id),
    at: at('at').notNull(),
    entry: integer('entry').notNull(),
    points: json('points').$type<GuardPoint[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.at] })],
);
