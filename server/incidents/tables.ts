import { bigint, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { kills } from '../delivery/tables.ts';
import { environments, projects } from '../environments/tables.ts';

export type Severity = 'critical' | 'major' | 'minor';

/** What went wrong, from when to when, and who looks after it. */
export const incidents = pgTable(
  'incidents',
  {
    id: text('id').primaryKey(),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    title: text('title').notNull(),
    severity: text('severity').$type<Severity>().notNull(),
    state: text('state').$type<'open' | 'closed'>().notNull(),
    openedHow: text('opened_how').$type<'kill' | 'signal' | 'hand'>().notNull(),
    openedBy: text('opened_by').notNull(),
    openedAt: timestamp('opened_at', { withTimezone: true, precision: 3 }).notNull(),
    /** When it was opened, joined or opened again last: a kill joins only what is fresh. */
    activeAt: timestamp('active_at', { withTimezone: true, precision: 3 }).notNull(),
    closedAt: timestamp('closed_at', { withTimezone: true, precision: 3 }),
    /** How it is called where it was named first, such as in another tracker. */
    reference: text('reference'),
    commander: text('commander'),
    version: integer('version').notNull().default(1),
  },
  (table) => [
    index('incidents_project').on(table.projectId, table.openedAt),
    index('incidents_reference').on(table.projectId, table.reference),
  ],
);

/** Where it is: flags in environments, or with an empty key an environment as a whole. */
export const incidentPlaces = pgTable(
  'incident_places',
  {
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    environmentId: bigint('environment_id', { mode: 'number' })
      .notNull()
      .references(() => environments.id),
    flagKey: text('flag_key').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.incidentId, table.environmentId, table.flagKey] }),
    index('incident_places_place').on(table.environmentId, table.flagKey),
  ],
);

export const incidentPeople = pgTable(
  'incident_people',
  {
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    actor: text('actor').notNull(),
    joinedAt: timestamp('joined_at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.incidentId, table.actor] })],
);

/** Signals that were told of in an incident, so that each is told of once; a limit is told of with an empty fingerprint. */
export const incidentSignals = pgTable(
  'incident_signals',
  {
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    hookId: text('hook_id').notNull(),
    fingerprint: text('fingerprint').notNull(),
  },
  (table) => [primaryKey({ columns: [table.incidentId, table.hookId, table.fingerprint] })],
);

/** Kills that the log told of. Without an incident they wait for one. */
export const incidentKills = pgTable(
  'incident_kills',
  {
    killId: text('kill_id')
      .primaryKey()
      .references(() => kills.id),
    projectId: bigint('project_id', { mode: 'number' })
      .notNull()
      .references(() => projects.id),
    incidentId: text('incident_id').references(() => incidents.id),
  },
  (table) => [index('incident_kills_incident').on(table.incidentId)],
);
