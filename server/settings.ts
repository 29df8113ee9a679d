import { z } from 'zod';
import { DEFAULT_LIMITS, type LimitName } from './platform/admission.ts';
import { type AllowedTarget, readAllowedTargets } from './platform/outbound-address.ts';

/** One setting: what it means, what holds without it, and what it may be. */
export interface Setting<T = unknown> {
  /** What holds where it is not set, as the documents show it; empty where there is nothing. */
  initial: string;
  /** One or two sentences for `turnout start --help` and docs/operations.md. */
  meaning: string;
  /** Reads the text. Its messages say what would be right. */
  shape: z.ZodType<T, string>;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const FEWEST_TOKEN_CHARACTERS = 32;
const FEWEST_SECRET_BYTES = 32;

/** An empty value, as a comma at the end leaves it, is none. */
function isLongEnough(value: string): boolean {
  const bytes = Buffer.byteLength(value.trim());
  return bytes === 0 || bytes >= FEWEST_SECRET_BYTES;
}

/**
 * Every setting that has an effect, and no other. `turnout start --help` and the table in docs/operations.md are made
 * of this; the limits follow below.
 */
export const SETTINGS = {
  PORT: setting(whole(0, 65_535), '8420', 'The port of the API, the SDKs and OFREP. 0 lets the system choose.'),
  HOST: setting(
    z.string(),
    '127.0.0.1',
    'The address to listen on. Anything but loopback lets other machines in: put TLS before it.',
  ),
  DATA_DIR: setting(
    z.string(),
    './data',
    'Holds the embedded database, the journal of kills, the snapshot for a start without a database and the secret. Give each node its own, on a volume that stays.',
  ),
  DATABASE_URL: setting(
    address(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/name'),
    '',
    'A Postgres, 15 or later. Without it the embedded database in DATA_DIR is used.',
  ),
  REDIS_URL: setting(
    address(['redis:', 'rediss:'], 'redis://:password@host:6379/0'),
    '',
    'A Redis, 7 or later, in which nodes tell each other which apps run, so that they know it while Postgres is away. A database of it for this installation alone. Without it Postgres keeps that.',
  ),
  PUBLIC_URL: setting(
    address(['http:', 'https:'], 'https://turnout.example.com'),
    '',
    'The address under which callers reach this server, for addresses that it hands out. People sign in from other machines only where it is https.',
  ),
  TRUST_PROXY: setting(
    whole(0, 16),
    '0',
    'How many proxies stand before this server. The caller’s address is taken that many steps back in X-Forwarded-For; at 0 it is the socket’s.',
  ),
  OUTBOUND_ALLOW: setting(
    allowedTargets(),
    '',
    'Addresses inside the network that may be called all the same, as host:port separated by commas: a Prometheus, what a probe asks, the keys of a sign-in. Without it only public addresses are.',
  ),
  LOG_LEVEL: setting(z.enum(LOG_LEVELS, oneOf(LOG_LEVELS)), 'info', `How much is logged: ${LOG_LEVELS.join(', ')}.`),
  METRICS_PORT: setting(
    whole(0, 65_535),
    '',
    'Serves /metrics on a port of its own and without a token. Without it /metrics asks for the token of an admin.',
  ),
  SNAPSHOT_MAX_AGE_MS: setting(
    whole(1_000, Number.MAX_SAFE_INTEGER),
    '604800000',
    'How old the snapshot on disk may be for a start without a database. Kills in it hold at any age.',
  ),
  TURNOUT_ROOT_TOKEN: setting(
    z.string().min(FEWEST_TOKEN_CHARACTERS, {
      error: `at least ${FEWEST_TOKEN_CHARACTERS} characters; make one with: openssl rand -base64 32`,
    }),
    '',
    `The root token, ${FEWEST_TOKEN_CHARACTERS} characters or more. Without it one is made at the first start and kept in DATA_DIR/first-start, on the first line.`,
  ),
  TURNOUT_SECRET: setting(
    z.string().refine((text) => text.split(',').every(isLongEnough), {
      error: `values of ${FEWEST_SECRET_BYTES} bytes or more, separated by commas; make one with: openssl rand -base64 32`,
    }),
    '',
    'The installation’s secret: values of 32 bytes or more, separated by commas. The first signs, all verify. The same on all nodes. Without it DATA_DIR/secret is made.',
  ),
  TURNOUT_DEMO: setting(
    z.enum(['true', 'false', '1', '0', 'quiet'], oneOf(['true', 'false', 'quiet'])).transform(readDemo),
    '',
    'Whether to make the demo project and its keys. With quiet, nothing runs in it and it has no past. Without it: yes on the embedded database, no on a Postgres; never with NODE_ENV=production.',
  ),
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** What each limit counts. A limit that is added without a meaning does not compile. */
const LIMIT_MEANINGS: Record<LimitName, string> = {
  CLIENT_REQUESTS: 'Requests a second of one client key from one address, or one /64 of IPv6.',
  CLIENT_STREAMS: 'Open streams of one client key from one address, or one /64 of IPv6.',
  STREAMS: 'Open streams of this node.',
  SERVER_STREAMS: 'How many of this node’s streams are kept for server keys.',
  NEWER_WAITERS: 'Requests that may wait for a flag configuration newer than this node’s.',
  ADMIN_REQUESTS: 'Requests a second of one token to the admin API. A kill is never counted.',
  REFUSED_REQUESTS: 'Requests a second with credentials that are refused, from one address, or one /64 of IPv6.',
};

/** The limits as settings, by the name in `LIMIT_<NAME>`. */
export const LIMIT_SETTINGS: ReadonlyMap<LimitName, Setting<number>> = new Map(
  (Object.keys(DEFAULT_LIMITS) as LimitName[]).map((name) => [
    name,
    setting(whole(1, 1_000_000_000), String(DEFAULT_LIMITS[name]), LIMIT_MEANINGS[name]),
  ]),
);

/** Settings of capabilities that are not there yet. They stop the start: one that does nothing would deceive. */
export const LATER_SETTINGS: Record<string, string> = {
  WORKERS: 'several processes in one node',
  ANCHOR_URL: 'signed heads of the change log, kept elsewhere',
  OIDC_ISSUER: 'single sign-on',
  OIDC_CLIENT_ID: 'single sign-on',
  OIDC_CLIENT_SECRET: 'single sign-on',
};

/** Read by the SDKs and by the command line, of no meaning to a server. */
export const CLIENT_VARIABLES: readonly string[] = ['TURNOUT_URL', 'TURNOUT_KEY', 'TURNOUT_OVERRIDES'];

/** All settings in the order of the documents, limits last. */
export function listSettings(): { name: string; initial: string; meaning: string }[] {
  const limits = [...LIMIT_SETTINGS].map(([name, limit]) => [`LIMIT_${name}`, limit] as const);
  return [...Object.entries(SETTINGS), ...limits].map(([name, { initial, meaning }]) => ({ name, initial, meaning }));
}

function readDemo(text: string): 'none' | 'quiet' | 'lively' {
  if (text === 'quiet') return 'quiet';
  return text === 'true' || text === '1' ? 'lively' : 'none';
}

function setting<T>(shape: z.ZodType<T, string>, initial: string, meaning: string): Setting<T> {
  return { shape, initial, meaning };
}

function whole(least: number, most: number): z.ZodType<number, string> {
  const expected = `a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, { error: expected })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: expected });
}

function address(protocols: string[], example: string): z.ZodType<string, string> {
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `an address such as ${example}`,
  });
}

function allowedTargets(): z.ZodType<AllowedTarget[], string> {
  return z.string().transform((text, context) => {
    const targets = readAllowedTargets(text);
    if (targets !== undefined) return targets;
    context.addIssue({
      code: 'custom',
      message: 'host:port, separated by commas, such as prometheus:9090,10.0.0.5:80',
    });
    return z.NEVER;
  });
}

function oneOf(values: readonly string[]): { error: string } {
  return { error: `one of ${values.join(', ')}` };
}
