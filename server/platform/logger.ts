import pino from 'pino';

export type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * The log of one node. What goes in is chosen by whoever writes a line: route patterns, counts, names of parts; never
 * query strings, bodies, contexts or headers. Errors are cut down to what cannot hold any of these.
 */
export interface Logger {
  fatal(fields: object, message: string): void;
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Where lines go: standard output, unless a test looks on. */
export interface LogTarget {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** A logger that writes JSON, one object a line, or words for a person where the target is a terminal. */
export function createLogger(level: Level, target: LogTarget = process.stdout): Logger {
  const write = target.isTTY ? (line: string) => target.write(forPerson(line)) : (line: string) => target.write(line);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
    },
    { write },
  );
}

const DEEPEST_CAUSE = 5;
const MOST_FRAMES = 12;

/**
 * What the log keeps of an error. The text of a failed query holds what was to be written, so of such an error only
 * its kind, its code and its place are kept.
 */
export function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: withoutKeys(String(error)).slice(0, 500) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause =
    error.cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: describeError(error.cause, depth + 1) };
  const message = holdsQuery(error) ? 'a query failed' : withoutKeys(error.message);
  return { type: error.name, message, ...code, at: framesOf(error), ...cause };
}

/** Drizzle's and the drivers' errors carry the statement and its parameters, or name values in their message. */
function holdsQuery(error: Error): boolean {
  return 'query' in error || 'severity' in error;
}

/** The message is part of a stack's head, so only the frames below it are kept. */
function framesOf(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n').map((line) => line.trim());
  return lines.filter((line) => line.startsWith('at ')).slice(0, MOST_FRAMES);
}

function withoutKeys(text: string): string {
  return text.replaceAll(/turnout_[a-z]+_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}/g, 'turnout_…');
}

/** One line for a person: the time of day, how grave it is, what happened, and the fields behind it. */
function forPerson(line: string): string {
  const { level, time, msg, error, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`);
  const grave = level === 'info' ? '' : `${String(level).toUpperCase()} `;
  return `${[`${String(time).slice(11, 19)} ${grave}${msg}`, ...details].join('  ')}\n${error === undefined ? '' : tellError(error)}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function tellError(error: unknown): string {
  const { type, message, code, at, cause } = error as Record<string, unknown>;
  const frames = Array.isArray(at) ? at.map((frame) => `    ${frame}\n`).join('') : '';
  const head = `  ${type ?? 'Error'}${code ? ` (${code})` : ''}: ${message}\n`;
  return head + frames + (cause === undefined ? '' : `  because of\n${tellError(cause)}`);
}
