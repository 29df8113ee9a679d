import type { DisabledBy, ErrorCode, Evaluation, Reason } from '../model/evaluation.ts';
import type { JsonValue, Metadata } from '../model/ruleset.ts';
import { isObject } from './fault.ts';

/** Whether a value has the type that a flag promises. An object is a JSON object: no array, no null. */
export function hasFlagType(value: unknown, type: unknown): boolean {
  if (type === 'object') return isObject(value);
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  if (type === 'string') return typeof value === 'string';
  return type === 'boolean' && typeof value === 'boolean';
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The author's metadata as a frozen copy of its own; what is no scalar is left out. */
function readMetadata(metadata: unknown): Metadata {
  if (!isObject(metadata)) return Object.freeze({});
  const entries = Object.entries(metadata).filter(([, value]) => isScalar(value));
  // fromEntries defines the fields, so a `__proto__` among them stays a field.
  return Object.freeze(Object.fromEntries(entries) as Metadata);
}

/** Freezes a value all the way down, without recursion: it may be nested deeper than the stack. */
function freezeAll(value: JsonValue): void {
  const left: JsonValue[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const inner of Object.values(next)) left.push(inner);
  }
}

/**
 * Makes the answers of one flag. There are few of them, so each is made once, when compiling, and frozen: what one
 * caller does to an answer cannot reach another.
 */
export class Answers {
  readonly key: string;
  readonly #variants: Record<string, unknown>;
  readonly #type: unknown;
  readonly #metadata: Metadata;

  constructor(key: string, flag: Record<string, unknown>) {
    this.key = key;
    this.#variants = isObject(flag.variants) ? flag.variants : {};
    this.#type = flag.type;
    this.#metadata = readMetadata(flag.metadata);
  }

  /** Whether the variant exists and its value has the flag's type. */
  has(variant: unknown): variant is string {
    return (
      typeof variant === 'string' &&
      Object.hasOwn(this.#variants, variant) &&
      hasFlagType(this.#variants[variant], this.#type)
    );
  }

  /** The variant's value, and which rule led to it. */
  served(variant: string, reason: Reason, ruleId?: string): Evaluation {
    return this.#freeze(reason, variant, ruleId === undefined ? {} : { ruleId });
  }

  /** An answer without value and variant: the caller's coded default holds. */
  coded(reason: Reason, ruleId?: string): Evaluation {
    return this.#freeze(reason, undefined, ruleId === undefined ? {} : { ruleId });
  }

  /** The off variant; without one, or with one that the flag does not have, the caller's coded default. */
  disabled(offVariant: unknown, disabledBy: DisabledBy): Evaluation {
    const by = typeof disabledBy === 'string' ? disabledBy : Object.freeze(disabledBy);
    return this.#freeze('DISABLED', this.has(offVariant) ? offVariant : undefined, { disabledBy: by });
  }

  error(errorCode: ErrorCode): Evaluation {
    return this.#freeze('ERROR', undefined, { errorCode });
  }

  #freeze(reason: Reason, variant: string | undefined, more: Partial<Evaluation>): Evaluation {
    if (variant === undefined) return Object.freeze({ key: this.key, reason, metadata: this.#metadata, ...more });
    const value = this.#variants[variant] as JsonValue;
    freezeAll(value);
    return Object.freeze({ key: this.key, value, variant, reason, metadata: this.#metadata, ...more });
  }
}
