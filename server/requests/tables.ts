import { bigint, integer, json, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { people } from '../access/tables.ts';
import type { Direction } from '../changes/door.ts';
import { changes } from '../changes/tables.ts';
import { projects } from '../environments/tables.ts';
import type { DraftItem, EnvironmentDiff, RequestKind, RequestState, StageNeeds } from './request.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** What waits for an approval: changes, with what they would come to, and stages of rollouts. */
export const changeRequests = pgTable('change_requests', {
  id: text('id').primaryKey(),
  /** In which order they were made. */
  seq: bigint('seq', { mode: 'number' }).notNull().unique().generatedAlwaysAsIdentity(),
  projectId: bigint('project_id', { mode: 'number' })
    .notNull()
    .references(() => projects.id),
  kind: text('kind').$type<RequestKind>().notNull(),
  /** `request/<id>`, or what a rollout calls its stage. */
  subject: text('subject').notNull(),
  title: text('title').notNull(),
  reason: text('reason').notNull(),
  state: text('state').$type<RequestState>().notNull().default('open'),
  /** What the names of new rules and salts are made of: the same draft makes the same names whenever it is tried. */
  seed: text('seed').notNull(),
  items: json('items').$type<DraftItem[]>().notNull(),
  /** Ids of the environments that it alters. */
  environments: json('environments').$type<number[]>().notNull(),
  /** By the key of each environment: its position when the draft was written or rebased. */
  base: json('base').$type<Record<string, string>>().notNull(),
  /** By the key of each environment: what it would come to there. */
  diff: json('diff').$type<Record<string, EnvironmentDiff>>().notNull(),
  /** By the key of each environment: which way it would go there. */
  directions: json('directions').$type<Record<string, Direction>>().notNull(),
  hash: text('hash').notNull(),
  /** Of a stage of a rollout: who must approve it. Changes ask the rules of their environments instead. */
  needs: json('needs').$type<StageNeeds>(),
  /** Ids of the people whose approval does not count. */
  authors: json('authors').$type<string[]>().notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: moment('created_at').notNull(),
  editedAt: moment('edited_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  closedAt: moment('closed_at'),
  closedBy: text('closed_by'),
  closedReason: text('closed_reason'),
  changeId: bigint('change_id', { mode: 'number' }).references(() => changes.id),
  version: integer('version').notNull().default(1),
});

/** One person's approval of exactly what the hash names. A voided one stays, with why. */
export const approvals = pgTable('approvals', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  requestId: text('request_id')
    .notNull()
    .references(() => changeRequests.id),
  personId: text('person_id')
    .notNull()
    .references(() => people.id),
  hash: text('hash').notNull(),
  givenAt: moment('given_at').notNull(),
  voidedAt: moment('voided_at'),
  voidReason: text('void_reason'),
});
