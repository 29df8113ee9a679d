import type { Database } from '../database/connect.ts';
import { readRuleset } from '../delivery/read-ruleset.ts';
import { systemClock } from '../platform/clock.ts';
import type { Check, Door } from './door.ts';
import { LocalDoorbell } from './local-doorbell.ts';

/** A door on a test's database: real locks, real reads, an in-process doorbell, and the checks that the test wants. */
export function testDoor(database: Database, checks: Check[] = []): Door {
  return {
    db: database.db,
    clock: systemClock,
    doorbell: new LocalDoorbell(),
    readRuleset,
    checks,
    settleFirst: async () => undefined,
  };
}
