import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DatabaseAddress } from './database/connect.ts';
import { DEFAULT_LIMITS, type Limits } from './platform/admission.ts';
import type { AllowedTarget } from './platform/outbound-address.ts';
import {
  CLIENT_VARIABLES,
  LATER_SETTINGS,
  LIMIT_SETTINGS,
  type LogLevel,
  SETTINGS,
  type Setting,
  type SettingName,
} from './settings.ts';

/** Everything that can be set, read and checked once. Nothing else reads the environment. */
export interface Config {
  port: number;
  host: string;
  dataDir: string;
  database: DatabaseAddress;
  redisUrl: string | undefined;
  publicUrl: string | undefined;
  /** How many proxies stand before this server. */
  trustProxy: number;
  /** What may be called though its address is not public. */
  outboundAllow: AllowedTarget[];
  logLevel: LogLevel;
  metricsPort: number | undefined;
  snapshotMaxAgeMs: number;
  limits: Limits;
  rootToken: string | undefined;
  secret: string | undefined;
  demo: boolean;
  /** Whether apps run in the demo. */
  demoApps: boolean;
}

/** Settings that cannot be started with; the message has one line for each fault and never a secret's value. */
export class SettingsFault extends Error {
  readonly faults: readonly string[];

  constructor(faults: string[]) {
    super(`These settings are not right:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'SettingsFault';
    this.faults = faults;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
type Values = {
  [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T | undefined : never;
};

/**
 * Reads the settings from the environment and `--demo` from the arguments of `turnout start`. Throws a SettingsFault
 * with everything that is wrong: a value, a name that nobody knows, a capability that is not there yet.
 */
export function readConfig(env: Environment, argv: readonly string[]): Config {
  const faults: string[] = [];
  const asked = readArguments(argv, faults);
  const values = readValues(env, faults);
  const limits = readLimits(env, faults);
  refuseUnknown(env, faults);
  refuseLater(env, faults);
  const production = env.NODE_ENV === 'production';
  const given = values.TURNOUT_DEMO;
  if (production && (asked.demo || (given ?? 'none') !== 'none')) {
    faults.push('TURNOUT_DEMO: the demo is never made with NODE_ENV=production; leave one of the two away.');
  }
  if (faults.length > 0) throw new SettingsFault(faults);
  const dataDir = values.DATA_DIR as string;
  const embedded = values.DATABASE_URL === undefined;
  return {
    port: values.PORT as number,
    host: values.HOST as string,
    dataDir,
    database: values.DATABASE_URL === undefined ? { folder: join(dataDir, 'database') } : { url: values.DATABASE_URL },
    redisUrl: values.REDIS_URL,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, ''),
    trustProxy: values.TRUST_PROXY as number,
    outboundAllow: values.OUTBOUND_ALLOW ?? [],
    logLevel: values.LOG_LEVEL as LogLevel,
    metricsPort: values.METRICS_PORT,
    snapshotMaxAgeMs: values.SNAPSHOT_MAX_AGE_MS as number,
    limits,
    rootToken: values.TURNOUT_ROOT_TOKEN,
    secret: values.TURNOUT_SECRET,
    demo: asked.demo || (given === undefined ? embedded && !production : given !== 'none'),
    demoApps: given !== 'quiet',
  };
}

function readArguments(argv: readonly string[], faults: string[]): { demo: boolean } {
  try {
    const { values } = parseArgs({ args: [...argv], options: { demo: { type: 'boolean' } }, strict: true });
    return { demo: values.demo ?? false };
  } catch {
    faults.push(`${argv.join(' ')}: turnout start takes --demo and nothing else; the rest is set by the environment.`);
    return { demo: false };
  }
}

/** An empty variable counts as not set: that is what files for containers make of a missing one. */
function textOf(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
}

function readValues(env: Environment, faults: string[]): Values {
  const entries = Object.entries(SETTINGS).map(([name, { shape, initial }]) => {
    const text = textOf(env, name) ?? (initial === '' ? undefined : initial);
    if (text === undefined) return [name, undefined];
    const read = shape.safeParse(text);
    if (!read.success) faults.push(`${name}: expected ${read.error.issues[0]?.message}.`);
    return [name, read.data];
  });
  return Object.fromEntries(entries) as Values;
}

function readLimits(env: Environment, faults: string[]): Limits {
  const limits: Limits = { ...DEFAULT_LIMITS };
  for (const [name, { shape }] of LIMIT_SETTINGS) {
    const text = textOf(env, `LIMIT_${name}`);
    if (text === undefined) continue;
    const read = shape.safeParse(text);
    if (read.success) limits[name] = read.data;
    else faults.push(`LIMIT_${name}: expected ${read.error.issues[0]?.message}.`);
  }
  return limits;
}

/** A misspelt setting would silently leave its default in force. */
function refuseUnknown(env: Environment, faults: string[]): void {
  const limits = [...LIMIT_SETTINGS.keys()].map((name) => `LIMIT_${name}`);
  const known = new Set([...Object.keys(SETTINGS), ...limits, ...CLIENT_VARIABLES]);
  for (const name of Object.keys(env)) {
    if (!/^(TURNOUT|LIMIT)_/.test(name) || known.has(name)) continue;
    const family = name.startsWith('LIMIT_') ? limits : [...known].filter((other) => other.startsWith('TURNOUT_'));
    faults.push(`${name}: there is no such setting; those that begin so are ${family.join(', ')}.`);
  }
}

function refuseLater(env: Environment, faults: string[]): void {
  for (const [name, capability] of Object.entries(LATER_SETTINGS)) {
    const text = textOf(env, name);
    if (text === undefined || (name === 'WORKERS' && text === '1')) continue;
    faults.push(`${name}: ${capability} is not there yet; leave it away (only what has an effect can be set).`);
  }
}
