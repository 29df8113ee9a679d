import type { JsonValue } from '@turnout/core';
import { canonicalJson } from '../changes/canonical.ts';

/** Fields of a flag, as the log keeps them. */
export type LoggedFields = { [field: string]: JsonValue };

/**
 * One side of a change of a flag in the log: what belongs to the flag of the project, and to the flag in each
 * environment. Only what a change altered is in it, so that undoing it takes back nothing else.
 */
export interface LoggedSide {
  flag?: LoggedFields;
  environments?: { [environment: string]: LoggedFields };
}

/** The fields that differ, on both sides; undefined where none does. */
export function differingFields(
  was: LoggedFields,
  is: LoggedFields,
): { before: LoggedFields; after: LoggedFields } | undefined {
  const names = Object.keys(was).filter((name) => canonicalJson(was[name]) !== canonicalJson(is[name]));
  if (names.length === 0) return undefined;
  return { before: pickFields(was, names), after: pickFields(is, names) };
}

export function pickFields(from: LoggedFields, names: readonly string[]): LoggedFields {
  return Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
}

/** A side as the log's own type. */
export function asLogged(side: LoggedSide): JsonValue {
  const logged: { [part: string]: JsonValue } = {};
  if (side.flag) logged.flag = side.flag;
  if (side.environments) logged.environments = side.environments;
  return logged;
}

/** Reads a side back; undefined where there was no flag. */
export function readSide(logged: JsonValue): LoggedSide | undefined {
  if (typeof logged !== 'object' || logged === null || Array.isArray(logged)) return undefined;
  return logged as LoggedSide;
}
