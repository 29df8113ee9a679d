import type { ErrorCode, Evaluation, JsonValue, Values, ValueTypes } from '@turnout/core';
import type { Note } from './notes.ts';

export { isSameAnswer } from '@turnout/core';

/** The type that the caller's default asks for; undefined where it asks for none. */
export type AskedType = keyof ValueTypes | undefined;

/** What is known when a question is asked. */
export interface Known {
  values: Values | undefined;
  isStale: boolean;
}

/** Answers that are remembered, so that the same question gets the same object. */
const MOST_MADE = 1000;

/** A default of null or of a list has no flag's type; any flag answers it. */
export function typeOf(coded: unknown): AskedType {
  return coded === null || coded === undefined || Array.isArray(coded) ? undefined : (typeof coded as AskedType);
}

/** Makes answers of items. What says the same is the same object. */
export class Answers {
  readonly #note: Note;
  readonly #made = new Map<string, Evaluation>();

  constructor(note: Note) {
    this.#note = note;
  }

  /** Always with a value where `coded` is one: the flag's where it has one of the type that is asked for, else that. */
  find({ values, isStale }: Known, key: string, coded: JsonValue | undefined, type: AskedType): Evaluation {
    const item = values?.get(key);
    const { variant, reason = 'DEFAULT', metadata = {} } = item ?? {};
    const has = item?.value !== undefined;
    if (has && (!type || typeof item.value === type)) {
      return this.#same({
        key,
        value: item.value,
        variant,
        reason: isStale ? 'STALE' : reason,
        metadata,
      } as Evaluation);
    }
    let errorCode = item?.errorCode as ErrorCode | undefined;
    if (has) errorCode = 'TYPE_MISMATCH';
    if (!item) errorCode = values ? 'FLAG_NOT_FOUND' : 'PROVIDER_NOT_READY';
    if (errorCode && values) this.#note('warn', `${errorCode}: the coded default of ${key} is served`, key);
    const value = coded === undefined ? {} : { value: coded };
    return this.#same({ key, ...value, reason, ...(errorCode && { reason: 'ERROR', errorCode }), metadata });
  }

  #same(answer: Evaluation): Evaluation {
    try {
      const text = JSON.stringify(answer);
      const made = this.#made.get(text) ?? answer;
      if (this.#made.size < MOST_MADE) this.#made.set(text, made);
      return made;
    } catch {
      // A default that is no JSON is the caller's.
      return answer;
    }
  }
}
