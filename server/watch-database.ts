import { SILENT_MS } from './list-degraded.ts';
import type { Logger } from './platform/logger.ts';

const LOOK_EVERY_MS = 1_000;

/** What says since when the database was heard: the access list, which asks it every 2 s. */
export interface Heard {
  readonly ageMs: number | undefined;
}

/**
 * Logs once that the database is away and once that it is back, for whoever looks at the log at night: the answers of
 * the server say only what it means for the one who asks. Answers how to stop.
 */
export function watchDatabase(
  heard: Heard,
  logger: Pick<Logger, 'warn' | 'info'>,
  everyMs = LOOK_EVERY_MS,
): () => void {
  let isAway = false;
  const look = () => {
    const { ageMs } = heard;
    // Before it was ever reached, the start tells of it.
    if (ageMs === undefined || isAway === ageMs > SILENT_MS) return;
    isAway = !isAway;
    if (isAway) logger.warn({ silentMs: Math.round(ageMs) }, AWAY);
    else logger.info({}, 'the database answers again');
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

const AWAY = 'the database does not answer: evaluation, streams and kills go on, and nothing else can be changed';
