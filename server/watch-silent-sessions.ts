import type { Database } from './database/connect.ts';
import { endSilentSessions } from './database/end-silent-sessions.ts';
import type { Logger } from './platform/logger.ts';
import { repeat } from './platform/repeat.ts';

const LOOK_EVERY_MS = 2_000;

/** Ends what stopped processes keep locked in a shared database, and says so; answers how to stop. */
export function watchSilentSessions(
  { kind, db }: Pick<Database, 'kind' | 'db'>,
  logger: Pick<Logger, 'warn'>,
): () => void {
  // An embedded database has one process: if that stands still, nobody looks.
  if (kind === 'embedded') return () => undefined;
  let isLooking = false;
  return repeat(LOOK_EVERY_MS, async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      const ended = await endSilentSessions(db);
      if (ended > 0) logger.warn({ ended }, 'sessions of processes that stand still held locks: they were ended');
    } catch {
      // The database is away: there is nothing to be freed.
    }
    isLooking = false;
  });
}
