import type { FlagType, JsonValue } from '@turnout/core';
import type { TypedFlag } from './write-flag-types.ts';

type Members = Record<string, unknown>;

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The flags of an exported file: flagd's `{flags}`, a ruleset, or a snapshot `{ruleset, …}`, as `GET /sdk/v1/ruleset`
 * answers it. Throws where it is none of them, and names the flag whose type cannot be told.
 */
export function readFlagFile(text: string): TypedFlag[] {
  const document: unknown = JSON.parse(text);
  const holder = isObject(document) && isObject(document.ruleset) ? document.ruleset : document;
  if (!isObject(holder) || !isObject(holder.flags)) {
    throw new Error('it holds no flags: expected {"flags": {…}}, as turnout export writes it, or a snapshot');
  }
  return Object.entries(holder.flags).map(([key, flag]) => readFlag(key, flag));
}

function readFlag(key: string, flag: unknown): TypedFlag {
  if (!isObject(flag) || !isObject(flag.variants) || Object.keys(flag.variants).length === 0) {
    throw new Error(`the flag ${JSON.stringify(key)} has no variants`);
  }
  const variants = flag.variants as Record<string, JsonValue>;
  const types = new Set(Object.values(variants).map(typeOf));
  const [type] = types;
  if (type === undefined || types.size > 1) {
    throw new Error(
      `the variants of the flag ${JSON.stringify(key)} must all be booleans, strings, numbers or objects`,
    );
  }
  const about = typeof flag.description === 'string' ? { about: flag.description } : {};
  const off = typeof flag.offVariant === 'string' ? { offVariant: flag.offVariant } : {};
  // A format that says nothing of it hides nothing.
  const visible = typeof flag.clientVisible === 'boolean' ? { clientVisible: flag.clientVisible } : {};
  return { key, type, variants, ...about, ...off, ...visible };
}

/** Undefined for lists and null, which no flag has for a value. */
function typeOf(value: unknown): FlagType | undefined {
  if (isObject(value)) return 'object';
  const type = typeof value;
  return type === 'boolean' || type === 'string' || type === 'number' ? type : undefined;
}
