import { bigint, boolean, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { changes } from '../changes/tables.ts';
import { environments } from '../environments/tables.ts';

/** Every kill whose id a commit has recorded, with effect or without. A restore lifts kills by naming them. */
export const kills = pgTable(
  'kills',
  {
    id: text('id').primaryKey(),
    environmentId: bigint('environment_id', { mode: 'number' })
      .notNull()
      .references(() => environments.id),
    flagKey: text('flag_key').notNull(),
    epoch: text('epoch').notNull(),
    actor: text('actor').notNull(),
    reason: text('reason').notNull().default(''),
    incident: text('incident'),
    /** SHA-256(principal ‖ method ‖ path ‖ Idempotency-Key), where one came. */
    request: text('request'),
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
    /** False when it was recorded without effect: lifted already, a repeated request, or the flag is gone. */
    effect: boolean('effect').notNull(),
    /** The key that made it had been revoked before: the kill stays, and is marked. */
    byRevoked: boolean('by_revoked').notNull().default(false),
    changeId: bigint('change_id', { mode: 'number' }).references(() => changes.id),
    liftedBy: bigint('lifted_by', { mode: 'number' }).references(() => changes.id),
    settledAt: timestamp('settled_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  (table) => [
    index('kills_flag').on(table.environmentId, table.flagKey),
    index('kills_settled').on(table.environmentId, table.settledAt),
  ],
);

/** Ids that a restore named before their own commit arrived: whoever comes later is recorded without effect. */
export const liftedKills = pgTable('lifted_kills', {
  id: text('id').primaryKey(),
  changeId: bigint('change_id', { mode: 'number' })
    .notNull()
    .references(() => changes.id),
});
