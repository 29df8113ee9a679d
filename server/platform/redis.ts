import { Redis } from 'ioredis';

export type { Redis } from 'ioredis';

import type { Logger } from './logger.ts';

/** What is asked of a Redis: commands that fail at once where it is away. Nothing waits in a queue for it to come back. */
export interface RedisParts {
  url: string;
  log: Pick<Logger, 'warn' | 'info'>;
}

const CONNECT_MS = 2_000;
const COMMAND_MS = 1_000;
const MOST_PAUSE_MS = 2_000;

/**
 * Connects, and again whenever the connection is lost; answers at once and never throws. Redis is a hint and a short
 * memory: whoever uses it goes on without.
 */
export function openRedis({ url, log }: RedisParts): Redis {
  const redis = new Redis(url, {
    ...{ connectTimeout: CONNECT_MS, commandTimeout: COMMAND_MS },
    ...{ maxRetriesPerRequest: 0, enableOfflineQueue: false, lazyConnect: true },
    retryStrategy: (attempts) => Math.min(attempts * 100, MOST_PAUSE_MS),
  });
  let isTold = false;
  redis.on('error', (error) => {
    // Every attempt fails alike: one line an outage.
    if (!isTold) log.warn({ error }, 'Redis cannot be reached');
    isTold = true;
  });
  redis.on('ready', () => {
    log.info({}, 'Redis is reached');
    isTold = false;
  });
  redis.connect().catch(() => undefined);
  return redis;
}
