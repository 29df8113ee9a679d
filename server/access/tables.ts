import { bigint, integer, json, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { environments, projects } from '../environments/tables.ts';
import type { ContextRule } from './context-rule.ts';
import type { KeyKind, LinkPurpose, Role } from './principal.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** One row. `accessRevision` grows with every change of who may do what; nodes read it every 2 s. */
export const installation = pgTable('installation', {
  id: integer('id').primaryKey(),
  accessRevision: bigint('access_revision', { mode: 'number' }).notNull().default(0),
  /** Fingerprints of the secrets in force, so that a node with none of them refuses to start. */
  secretFingerprints: json('secret_fingerprints').$type<string[]>().notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
});

/** Keys of environments: for SDKs (server, client) and for kill callers. Only the SHA-256 of a secret is stored. */
export const keys = pgTable('keys', {
  id: text('id').primaryKey(),
  projectId: bigint('project_id', { mode: 'number' })
    .notNull()
    .references(() => projects.id),
  environmentId: bigint('environment_id', { mode: 'number' })
    .notNull()
    .references(() => environments.id),
  kind: text('kind').$type<KeyKind>().notNull(),
  name: text('name').notNull(),
  verifier: text('verifier').notNull(),
  origins: json('origins').$type<string[]>().notNull(),
  flags: json('flags').$type<string[]>(),
  tags: json('tags').$type<string[]>(),
  /** How the contexts of a client key are signed; null where they are not. */
  context: json('context').$type<ContextRule>(),
  /** What they are signed with, sealed, where that is a secret. */
  contextSealed: text('context_sealed'),
  contextSealedAt: moment('context_sealed_at'),
  createdBy: text('created_by').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
  expiresAt: moment('expires_at'),
  revokedAt: moment('revoked_at'),
  /** The key that took its place, when it was rotated. */
  successor: text('successor'),
  version: integer('version').notNull().default(1),
  lastUsedAt: moment('last_used_at'),
  lastUsedAddress: text('last_used_address'),
  lastUsedSdk: text('last_used_sdk'),
});

/** Bearer tokens of the admin API, with roles in a project or in one environment of it. */
export const tokens = pgTable('tokens', {
  id: text('id').primaryKey(),
  projectId: bigint('project_id', { mode: 'number' })
    .notNull()
    .references(() => projects.id),
  environmentId: bigint('environment_id', { mode: 'number' }).references(() => environments.id),
  name: text('name').notNull(),
  roles: json('roles').$type<Role[]>().notNull(),
  verifier: text('verifier').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
  expiresAt: moment('expires_at'),
  revokedAt: moment('revoked_at'),
  /** The person who made it: it does no more than they may now. Null for one that was made with the root token. */
  owner: text('owner').references(() => people.id),
  /** The one check whose results it posts; it has no roles then. Null for a token of the admin API. */
  check: text('check_key'),
});

/** People with an account of their own here. Without a password nobody signs in: the invitation was not accepted yet. */
export const people = pgTable('people', {
  id: text('id').primaryKey(),
  /** Unique whatever its case. */
  login: text('login').notNull(),
  name: text('name').notNull(),
  /** How the password was hashed, with salt and result (hash-password.ts). */
  password: text('password'),
  disabledAt: moment('disabled_at'),
  version: integer('version').notNull().default(1),
  createdBy: text('created_by').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
});

/** What a person may do where: without a project in the whole installation, without an environment in all of it. */
export const memberships = pgTable('memberships', {
  id: text('id').primaryKey(),
  personId: text('person_id')
    .notNull()
    .references(() => people.id),
  projectId: bigint('project_id', { mode: 'number' }).references(() => projects.id),
  environmentId: bigint('environment_id', { mode: 'number' }).references(() => environments.id),
  roles: json('roles').$type<Role[]>().notNull(),
  version: integer('version').notNull().default(1),
  createdBy: text('created_by').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
});

/** Sessions of browsers. The id is the SHA-256 of the secret in the cookie, which is stored nowhere. */
export const sessions = pgTable('sessions', {
  id: text('id').primaryKey(),
  personId: text('person_id')
    .notNull()
    .references(() => people.id),
  madeAt: moment('made_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  endedAt: moment('ended_at'),
  address: text('address').notNull(),
  agent: text('agent').notNull(),
});

/** Links that let somebody set a password, once. Only the SHA-256 of their secret is stored. */
export const oneTimeLinks = pgTable('one_time_links', {
  id: text('id').primaryKey(),
  purpose: text('purpose').$type<LinkPurpose>().notNull(),
  /** Null for the setup link alone, which makes its person. */
  personId: text('person_id').references(() => people.id),
  verifier: text('verifier').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
});

/** Finished answers of POSTs that carried an Idempotency-Key, kept 24 h. Secrets are not in the stored body. */
export const idempotentAnswers = pgTable(
  'idempotent_answers',
  {
    principal: text('principal').notNull(),
    request: text('request').notNull(),
    bodyHash: text('body_hash').notNull(),
    status: integer('status'),
    body: text('body'),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.principal, table.request] })],
);
