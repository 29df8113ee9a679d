import type { Redis } from 'ioredis';
import type { InstanceRow, NodeSighting } from './instance-store.ts';
import type { SharedInstances } from './shared-instances.ts';

export interface RedisInstancesParts {
  redis: Redis;
  node: string;
  /** HMAC under the installation's secret: what lies in Redis is believed of our own nodes alone. */
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}

/** What nodes wrote of an environment, by node: `<signature>\n<body>`. */
const rowsOf = (environmentId: number) => `turnout:instances:${environmentId}`;
/** When each node wrote of each environment last, by `<environment>/<node>`, in milliseconds of Redis's own clock. */
const SEEN = 'turnout:instances:seen';
/** Rows that nobody writes to any more say nothing after this. */
const KEPT_MS = 3_600_000;

/** Times are Redis's, so that the clocks of nodes do not matter; a script sees one moment. */
const NOW = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) ";
const WRITE = `${NOW} redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) redis.call('PEXPIRE', KEYS[1], ARGV[4]) redis.call('HSET', KEYS[2], ARGV[3], now)`;
const TOUCH = `${NOW} if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end redis.call('PEXPIRE', KEYS[1], ARGV[3]) redis.call('HSET', KEYS[2], ARGV[2], now) return 1`;
const READ = `${NOW} return { now, redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]) }`;
const SEE = `${NOW} return { now, redis.call('HGETALL', KEYS[1]) }`;

/** The register of running apps in Redis: it goes on while Postgres is away. */
export function instancesInRedis(parts: RedisInstancesParts): SharedInstances {
  const { redis, node, sign } = parts;
  const seenAs = (environmentId: number) => `${environmentId}/${node}`;
  return {
    write: async (environmentId, body) => {
      const value = `${sign(signed(environmentId, node, body))}\n${body}`;
      await redis.eval(WRITE, 2, rowsOf(environmentId), SEEN, node, value, seenAs(environmentId), KEPT_MS);
    },
    touch: async (environmentId) => {
      const found = await redis.eval(TOUCH, 2, rowsOf(environmentId), SEEN, node, seenAs(environmentId), KEPT_MS);
      return found === 1;
    },
    read: (environmentId) => readRows(parts, environmentId),
    sightings: () => readSightings(redis, node),
    dropOld: () => dropOld(redis),
  };
}

const signed = (environmentId: number, node: string, body: string) => `instances\n${environmentId}\n${node}\n${body}`;

async function readRows({ redis, node: own, verify }: RedisInstancesParts, environmentId: number) {
  const answer = await redis.eval(READ, 2, rowsOf(environmentId), SEEN);
  const [now, rows, seen] = answer as [number, string[], string[]];
  const times = new Map(pairs(seen));
  const found: InstanceRow[] = [];
  for (const [node, value] of pairs(rows)) {
    const ageMs = ageOf(times.get(`${environmentId}/${node}`), now);
    if (node === own || ageMs > KEPT_MS) continue;
    const cut = value.indexOf('\n');
    const body = value.slice(cut + 1);
    // Whoever may write into Redis could tell of apps that are not there, and of flips that were not made.
    if (verify(signed(environmentId, node, body), value.slice(0, Math.max(cut, 0)))) found.push({ node, body, ageMs });
  }
  return found.sort((a, b) => a.ageMs - b.ageMs);
}

async function readSightings(redis: Redis, own: string): Promise<NodeSighting[]> {
  const [now, seen] = (await redis.eval(SEE, 1, SEEN)) as [number, string[]];
  return pairs(seen).flatMap(([place, at]) => {
    const [environmentId = '', node = ''] = place.split('/');
    const ageMs = ageOf(at, now);
    return node === own || ageMs > KEPT_MS ? [] : [{ node, environmentId: Number(environmentId), ageMs }];
  });
}

async function dropOld(redis: Redis): Promise<void> {
  const [now, seen] = (await redis.eval(SEE, 1, SEEN)) as [number, string[]];
  for (const [place, at] of pairs(seen)) {
    if (ageOf(at, now) <= KEPT_MS) continue;
    const [environmentId = '', node = ''] = place.split('/');
    await redis.hdel(SEEN, place);
    await redis.hdel(rowsOf(Number(environmentId)), node);
  }
}

/** What was never seen, or is no number, is as old as can be. */
function ageOf(at: string | undefined, now: number): number {
  const ms = now - Number(at ?? Number.NaN);
  return Number.isFinite(ms) ? Math.max(0, ms) : Number.POSITIVE_INFINITY;
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) found.push([flat[at] ?? '', flat[at + 1] ?? '']);
  return found;
}
