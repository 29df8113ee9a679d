import { z } from '@hono/zod-openapi';

export const liveHeaders = z.object({
  'last-event-id': z
    .string()
    .max(64)
    .optional()
    .openapi({ description: 'The id of the last event that came: up to 200 entries after it are sent again' }),
});

/** The first event: where everything is. */
export interface LiveHello {
  /** The newest entry of the log; null where nobody can say yet. */
  seq: number | null;
  /** By environment, where its ruleset is; null where nobody can say yet. */
  positions: Record<string, string | null>;
  /** A comment comes this often where nothing else does. */
  heartbeatMs: number;
}

/** A kill: `held` is in force on a node that keeps it on disk, `in-log` is recorded. */
export interface LiveKill {
  environment: string;
  flag: string;
  id: string;
  state: 'held' | 'in-log';
}

/** The running apps of an environment, when their number changed. */
export interface LiveFleet {
  environment: string;
  counts: { live: number; laggard: number; lost: number };
}

/** Something was missed: whoever shows anything reads it again. */
export interface LiveReset {
  seq: number | null;
}

export const LIVE_EVENTS =
  'hello {seq, positions, heartbeatMs} · change, with the same data as an item of GET …/changes, and its seq as id · ' +
  'kill {environment, flag, id, state: held | in-log} · fleet {environment, counts} · reset {seq}, where something was ' +
  'missed and is to be read again · revoked, before the end · goodbye {retryMs}, where the node goes down';
