import { agreeOnSecrets } from './access/access-store.ts';
import { type Database, type DatabaseAddress, openDatabase } from './database/connect.ts';
import { asProblem } from './platform/answer-problem.ts';
import { withinDeadline } from './platform/deadline.ts';
import type { Logger } from './platform/logger.ts';
import { Problem } from './platform/problem.ts';
import type { Secrets } from './platform/secrets.ts';

export interface DatabaseParts {
  address: DatabaseAddress;
  secrets: Secrets;
  logger: Logger;
}

/** A database, and whether it is known to be this installation's and up to date. */
export interface OpenedDatabase {
  database: Database;
  isReached: boolean;
}

/** A Postgres that takes longer is taken for one that is away; the start goes on from the disk. */
const REACH_MS = 5_000;
const AGAIN_MS = 2_000;

/**
 * Opens the database and brings it up to date. One that cannot be reached is no fault: the node starts from its disk.
 * Anything else that is wrong with it is thrown, and ends the start.
 */
export async function openHouseDatabase(parts: DatabaseParts): Promise<OpenedDatabase> {
  const database = await openDatabase(parts.address);
  try {
    await prepareInTime(database, parts);
    return { database, isReached: true };
  } catch (error) {
    if (isAway(error)) {
      parts.logger.warn({ error }, 'the database cannot be reached: starting from what is on disk');
      return { database, isReached: false };
    }
    await database.close();
    throw error;
  }
}

/**
 * Tries every 2 s until the database is reached, and then calls `onReached` once. `onForeign` is told of one that was
 * reached and is not to be used: another installation's, or a newer one. Answers how to stop.
 */
export function keepReaching(
  database: Database,
  parts: DatabaseParts,
  onReached: () => Promise<void>,
  onForeign: (error: unknown) => void,
): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const reach = async () => {
    try {
      await prepareInTime(database, parts);
      if (!stopped) await onReached();
    } catch (error) {
      if (stopped) return;
      if (isAway(error)) again();
      else onForeign(error);
    }
  };
  const again = () => {
    timer = setTimeout(() => void reach(), AGAIN_MS);
    timer.unref();
  };
  again();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function prepareInTime(database: Database, parts: DatabaseParts): Promise<void> {
  // The embedded database is in this process: it answers, and its first start takes seconds.
  if (database.kind === 'embedded') return prepare(database, parts);
  const late = () => new Problem('database_unavailable', `The database did not answer within ${REACH_MS} ms.`);
  await withinDeadline(prepare(database, parts), REACH_MS, late);
}

async function prepare(database: Database, { secrets, logger }: DatabaseParts): Promise<void> {
  const applied = await database.migrate();
  if (applied.length > 0) logger.info({ migrations: applied }, 'the database was brought up to date');
  await agreeOnSecrets(database.db, secrets.fingerprints());
}

function isAway(error: unknown): boolean {
  const { code } = asProblem(error);
  return code === 'database_unavailable' || code === 'busy';
}
