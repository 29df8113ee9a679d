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

/**
 * Makes the reader of an attribute path. The path is looked up first as a literal key, then by its dots; null counts
 * as missing, and only what the context itself holds counts, so `constructor` is missing like any other name.
 */
export function attributeReader(path: string): ReadAttribute {
  // A name that no object inherits can be read without asking whether it is the context's own, which is far faster.
  const inherited = path in Object.prototype;
  if (!path.includes('.')) {
    if (inherited) return (context) => own(context as JsonValue, path) ?? undefined;
    return (context) => context[path] ?? undefined;
  }
  const steps = path.split('.');
  return (context) => context[path] ?? walk(context, steps) ?? undefined;
}

/** The text under which a unit is hashed or listed: text as it is, a number as JSON writes it; anything else is none. */
export function unitOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}
