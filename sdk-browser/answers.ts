import type { Evaluation, JsonValue, Values } from '@turnout/core';
import type { Note } from './notes.ts';

export { isSameAnswer } from '@turnout/core';

/** Answers that are remembered, so that the same question gets the same object. */
const MOST_MADE = 1000;

/** Makes answers of items. What says the same is the same object. */
export type FindAnswer = (
  values: Values | undefined,
  isStale: boolean,
  key: string,
  coded: JsonValue | undefined,
) => Evaluation;

export function makeAnswers(note: Note): FindAnswer {
  const made = new Map<string, Evaluation>();
  /** Always with a value where `coded` is one: the flag's where it has one of the type of `coded`, else that. */
  return (values, isStale, key, coded) => {
    const item = values?.get(key);
    const { value, variant, reason = 'DEFAULT', metadata = {} } = item ?? {};
    const type = typeOf(coded);
    const isIt = value !== undefined && (!type || typeof value === type);
    let errorCode = isIt || value === undefined ? item?.errorCode : 'TYPE_MISMATCH';
    if (!item) errorCode = values ? 'FLAG_NOT_FOUND' : 'PROVIDER_NOT_READY';
    if (errorCode && values) note('warn', `${key}: ${errorCode}`, key);
    const answer = {
      key,
      ...(isIt
        ? { value, variant, reason: isStale ? 'STALE' : reason }
        : { value: coded, reason: errorCode ? 'ERROR' : reason }),
      errorCode,
      metadata,
    } as Evaluation;
    try {
      const text = JSON.stringify(answer);
      if (made.size >= MOST_MADE) made.clear();
      made.set(text, made.get(text) ?? answer);
      return made.get(text) as Evaluation;
    } catch {
      // A default that is no JSON is the caller's.
      return answer;
    }
  };
}

/** The type that a default asks for. One of null or of a list has no flag's type; any flag answers it. */
function typeOf(coded: unknown): string | undefined {
  return coded == null || Array.isArray(coded) ? undefined : typeof coded;
}
