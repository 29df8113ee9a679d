import { types } from 'node:util';
import type { EvaluationContext } from '@openfeature/server-sdk';
import type { Context, JsonObject, JsonValue } from '@turnout/core';

/**
 * OpenFeature's context as JSON. A date becomes RFC 3339 text; what JSON has no word for (undefined, functions, a date
 * that is none, a circle) is left out, so that it counts as missing.
 */
export function readContext(given: EvaluationContext): Context {
  if (Object.values(given).every(isScalar)) return given as Context;
  return readRecord(given, new Map());
}

function isScalar(value: unknown): boolean {
  const type = typeof value;
  return value === null || type === 'string' || type === 'number' || type === 'boolean';
}

/** What was read of each object; undefined while it is being read, so that a circle ends and nothing is read twice. */
type Read = Map<object, JsonValue | undefined>;

function readRecord(given: object, read: Read): JsonObject {
  const entries = Object.entries(given).flatMap(([key, value]) => {
    const now = readValue(value, read);
    return now === undefined ? [] : [[key, now] as const];
  });
  return Object.fromEntries(entries);
}

function readValue(value: unknown, read: Read): JsonValue | undefined {
  if (isScalar(value)) return value as JsonValue;
  if (typeof value !== 'object' || value === null) return undefined;
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (read.has(value)) return read.get(value);
  read.set(value, undefined);
  const now = Array.isArray(value)
    ? value.map((one) => readValue(one, read)).filter((one) => one !== undefined)
    : readRecord(value, read);
  read.set(value, now);
  return now;
}
