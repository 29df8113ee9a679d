import type { ValueTypes } from '@turnout/core';
import {
  type Compiled,
  type CompiledFlag,
  type Context,
  type ErrorCode,
  type Evaluation,
  evaluate,
  evaluateAll,
  type JsonValue,
} from '@turnout/core';
import type { Connection } from './connection.ts';

/** The type that the caller's default asks for; undefined where it asks for none. */
export type AskedType = keyof ValueTypes | undefined;

const NOTHING = Object.freeze({});

function failed(key: string, errorCode: ErrorCode): Evaluation {
  return { key, reason: 'ERROR', errorCode, metadata: NOTHING };
}

/** A default of null or of a list has no flag's type; any flag answers it. */
export function typeOf(coded: unknown): AskedType {
  const type = typeof coded;
  if (type === 'boolean' || type === 'string' || type === 'number') return type;
  return type === 'object' && coded !== null && !Array.isArray(coded) ? 'object' : undefined;
}

/** The staleness contract: what is older than its flag allows is marked, and off where the flag says so. */
function aged(connection: Connection, compiled: Compiled, key: string, found: Evaluation): Evaluation {
  const flag = compiled.flags.get(key);
  const limit: unknown = flag?.source?.maxStalenessMs;
  if (flag === undefined || typeof limit !== 'number' || found.errorCode !== undefined) return found;
  if (connection.ageMs() <= limit) return found;
  if (flag.source.whenStale !== 'off') return { ...found, reason: 'STALE' };
  const { disabledBy: _, ...off } = flag.off;
  return { ...off, reason: 'STALE', ...(found.disabledBy === undefined ? {} : { disabledBy: found.disabledBy }) };
}

/** What the ruleset says, total for whatever is handed in: a getter of a context may throw. */
function find(connection: Connection, key: string, context: Context): Evaluation {
  const { compiled, overrides } = connection;
  const override = overrides.get(key);
  if (override !== undefined) return override;
  if (compiled === undefined) return failed(key, 'PROVIDER_NOT_READY');
  try {
    const found = evaluate(compiled, key, context);
    return connection.hasLimits ? aged(connection, compiled, key, found) : found;
  } catch {
    return failed(key, 'GENERAL');
  }
}

/** What is wrong with the question, or with the flag, is worth a line; what is wrong with one context is not. */
function noteError(connection: Connection, key: string, code: ErrorCode): void {
  if (code === 'FLAG_NOT_FOUND') connection.onUnknown(key);
  if (code !== 'PARSE_ERROR') return;
  const message = () => `the flag ${key} uses what this version of the SDK does not know; its coded default is served`;
  connection.notes.once(`parse error ${key}`, 'error', message);
}

function mismatch(connection: Connection, found: Evaluation, coded: JsonValue, asked: string): Evaluation {
  const { key } = found;
  const message = () => `the flag ${key} is a ${typeof found.value}, but a ${asked} was asked for`;
  connection.notes.once(`type mismatch ${key}`, 'warn', message);
  return { ...failed(key, 'TYPE_MISMATCH'), value: coded, metadata: found.metadata };
}

/** One flag's answer, always with a value: the flag's where it has one of the type that was asked for, else `coded`. */
export function answer(
  connection: Connection,
  key: string,
  coded: JsonValue,
  type: AskedType,
  context: Context,
): Evaluation {
  const found = find(connection, key, context);
  if (found.errorCode !== undefined) {
    noteError(connection, key, found.errorCode);
    return { ...found, value: coded };
  }
  if (found.value === undefined) return { ...found, value: coded };
  return type === undefined || typeof found.value === type ? found : mismatch(connection, found, coded, type);
}

/** The answer to a question that could not even be read: its key is no text, or its context fails when looked at. */
export function unreadable(key: string, coded: JsonValue, errorCode: ErrorCode): Evaluation {
  return { ...failed(key, errorCode), value: coded };
}

/**
 * Answers by key. Nothing is found in it but them, for a flag may be called `constructor`: its prototype has none and
 * ends the chain. Filled by key this is a third cheaper than an object without a prototype.
 */
class Answers {
  [key: string]: Evaluation;
}
Object.setPrototypeOf(Answers.prototype, null);
Reflect.deleteProperty(Answers.prototype, 'constructor');

/** The answers of all flags by key; without a value where the caller's coded default would hold. */
export function answerAll(
  connection: Connection,
  context: Context,
  clientVisibleOnly: boolean,
): Record<string, Evaluation> {
  const { overrides, counts } = connection;
  const answers = new Answers();
  for (const found of readAll(connection, context, clientVisibleOnly)) {
    answers[found.key] = found;
    if (overrides.size === 0 || !overrides.has(found.key)) counts.bulk.count(found);
  }
  for (const [key, override] of overrides) {
    if (!clientVisibleOnly || key in answers) answers[key] = override;
  }
  return answers;
}

/** What is said of all flags, in the ruleset's order: at once, unless one of them needs a second look. */
function readAll(connection: Connection, context: Context, clientVisibleOnly: boolean): Evaluation[] {
  const { compiled, overrides, hasLimits } = connection;
  if (compiled === undefined) return [];
  const isWanted = clientVisibleOnly ? ({ source }: CompiledFlag) => source?.clientVisible === true : undefined;
  try {
    if (!hasLimits && overrides.size === 0) return evaluateAll(compiled, context, isWanted);
  } catch {
    // A getter of the context threw: only the flags that look at it fail.
  }
  const flags = [...compiled.flags.values()];
  return (isWanted ? flags.filter(isWanted) : flags).map(({ key }) => find(connection, key, context));
}
