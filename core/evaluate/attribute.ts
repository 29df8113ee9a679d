import type { Context } from '../model/evaluation.ts';
import type { JsonValue } from '../model/ruleset.ts';

/** Reads one attribute of a context; undefined when it is missing. */
export type ReadAttribute = (context: Context) => JsonValue | undefined;

function own(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function walk(context: Context, steps: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = context as JsonValue;
  for (const step of steps) {
    value = own(value, step);
    if (value === undefined) return undefined;
  }
  return value;
}

/** Whether a path is one name, and none that every object inherits. Such a one can be read as it stands. */
export function isPlain(path: string): boolean {
  return !path.includes('.') && !(path in Object.prototype);
}

/**
 * Makes the reader of an attribute path. The path is looked up first as a literal key, then by its dots; null counts
 * as missing, and only what the context itself holds counts, so `constructor` is missing like any other name.
 */
export function attributeReader(path: string): ReadAttribute {
  // Most splits and segments ask for this one, and a name in the source is read faster than any other.
  if (path === 'targetingKey') return (context) => context.targetingKey ?? undefined;
  if (isPlain(path)) return (context) => context[path] ?? undefined;
  if (!path.includes('.')) return (context) => own(context as JsonValue, path) ?? undefined;
  const steps = path.split('.');
  return (context) => context[path] ?? walk(context, steps) ?? undefined;
}

/** The text under which a unit is hashed or listed: text as it is, a number as JSON writes it; anything else is none. */
export function unitOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}
