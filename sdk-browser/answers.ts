import type { ErrorCode, Evaluation, JsonValue, ValueItem, Values, ValueTypes } from '@turnout/core';
import type { Notes } from './notes.ts';

export { isSameAnswer } from '@turnout/core';

/** The type that the caller's default asks for; undefined where it asks for none. */
export type AskedType = keyof ValueTypes | undefined;

/** What is known when a question is asked. */
export interface Known {
  values: Values | undefined;
  isStale: boolean;
}

/** A default of null or of a list has no flag's type; any flag answers it. */
export function typeOf(coded: unknown): AskedType {
  return coded === null || coded === undefined || Array.isArray(coded) ? undefined : (typeof coded as AskedType);
}

/** Makes answers of items. Asked the same while nothing about the flag has changed, it answers the same object. */
export class Answers {
  readonly #notes: Notes;
  readonly #made = new Map<string, { seen: unknown; found: Evaluation }>();

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** Always with a value where `coded` is one: the flag's where it has one of the type that is asked for, else that. */
  find({ values, isStale }: Known, key: string, coded: JsonValue | undefined, type: AskedType): Evaluation {
    const item = values?.get(key);
    const isItsOwn = item?.value !== undefined && (!type || typeof item.value === type);
    const name = isItsOwn ? `${isStale} ${key}` : nameOf(key, type, coded);
    const made = this.#made.get(name);
    // Without an item there are two answers: nothing is known yet, and no such flag.
    const seen = item ?? !values;
    if (made?.seen === seen) return made.found;
    const found = isItsOwn ? own(item, isStale) : this.#else(item, seen === true, key, coded);
    this.#made.set(name, { seen, found });
    return found;
  }

  /** The coded default, and why it holds. */
  #else(item: ValueItem | undefined, isUnknown: boolean, key: string, coded: JsonValue | undefined): Evaluation {
    let errorCode = item?.errorCode as ErrorCode | undefined;
    if (isUnknown) errorCode = 'PROVIDER_NOT_READY';
    else if (!item) errorCode = 'FLAG_NOT_FOUND';
    else if (item.value !== undefined) errorCode = 'TYPE_MISMATCH';
    if (errorCode && !isUnknown) this.#notes.once(key, 'warn', `${errorCode}: the coded default of ${key} is served`);
    return {
      key,
      ...(coded === undefined ? {} : { value: coded }),
      reason: errorCode ? 'ERROR' : (item?.reason ?? 'DEFAULT'),
      ...(errorCode ? { errorCode } : {}),
      metadata: item?.metadata ?? {},
    };
  }
}

function own({ key, value, variant, reason, metadata = {} }: ValueItem, isStale: boolean): Evaluation {
  return { key, value, variant, reason: isStale ? 'STALE' : reason, metadata } as Evaluation;
}

function nameOf(...asked: unknown[]): string {
  try {
    return JSON.stringify(asked);
  } catch {
    // A default that is no JSON is the caller's; questions with such ones share an answer.
    return `${asked[0]}`;
  }
}
