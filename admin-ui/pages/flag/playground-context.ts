import type { Context, JsonObject, JsonValue } from '@turnout/core';

/** What was typed as a context: it, or what is wrong with the text. */
export type ReadContext = { context: Context } | { fault: string };

/** Reads a context as the API would. */
export function readContext(text: string): ReadContext {
  if (text.trim() === '') return { context: {} };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { fault: `This is not JSON yet: ${error instanceof Error ? error.message : 'it ends too early'}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { fault: 'A context is a JSON object: {"targetingKey": "user-1", "country": "CH"}' };
  }
  const { targetingKey } = value as JsonObject;
  if (targetingKey !== undefined && typeof targetingKey !== 'string') return { fault: 'targetingKey is a text.' };
  return { context: value as Context };
}

export function writeContext(context: Context): string {
  return JSON.stringify(context, null, 2);
}

/** What a context has under a name: as it stands, or by its dots. */
export function valueAt(context: Context, name: string): JsonValue | undefined {
  if (Object.hasOwn(context, name)) return context[name];
  let value: JsonValue | undefined = context as JsonObject;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, step))
      return undefined;
    value = value[step];
  }
  return value;
}

/** The same context with a value under a name, or without it where it is undefined. */
export function withValue(context: Context, name: string, value: JsonValue | undefined): Context {
  const { [name]: _was, ...rest } = context;
  if (value === undefined) return rest;
  return Object.hasOwn(context, name) ? { ...context, [name]: value } : { ...rest, [name]: value };
}

/** A value as it is shown in a field. */
export function showValue(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * What was typed in a field, as the kind of value that it is compared with: `12` is a number where numbers are, and a
 * text where texts are. What begins as a list or an object is read as one.
 */
export function readValue(typed: string, name: string, compared: readonly JsonValue[]): JsonValue | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  if (name === 'targetingKey') return text;
  const parsed = parse(text);
  if (typeof parsed === 'object' && parsed !== null) return parsed;
  const kinds = new Set(compared.map((value) => typeof value));
  const asText = kinds.has('string') && !kinds.has(typeof parsed as 'number');
  return parsed === undefined || parsed === null || asText ? text : parsed;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

const NAME = 'context';

/** The part of a link after `#`, which browsers send to nobody. */
export function writeFragment(context: Context): string {
  return `#${NAME}=${encodeURIComponent(JSON.stringify(context))}`;
}

/** The context that such a part holds; undefined where it holds none. */
export function readFragment(fragment: string): Context | undefined {
  const text = new URLSearchParams(fragment.replace(/^#/, '')).get(NAME);
  if (text === null) return undefined;
  const read = readContext(text);
  return 'context' in read ? read.context : undefined;
}

const MOST_KEPT = 8;

/** The contexts that were tried last, with this one first; each once. */
export function keepContext(kept: readonly string[], context: Context): string[] {
  const text = JSON.stringify(context);
  if (text === '{}') return [...kept];
  return [text, ...kept.filter((other) => other !== text)].slice(0, MOST_KEPT);
}
