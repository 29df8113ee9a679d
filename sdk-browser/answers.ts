import type { ErrorCode, Evaluation, JsonValue, ValueItem, ValueTypes } from '@turnout/core';
import type { Notes } from './notes.ts';

/** The type that the caller's default asks for; undefined where it asks for none. */
export type AskedType = keyof ValueTypes | undefined;

/** What is known when a question is asked. */
export interface Known {
  values: ReadonlyMap<string, ValueItem> | undefined;
  isStale: boolean;
}

const NOTHING = Object.freeze({});

/** A default of null or of a list has no flag's type; any flag answers it. */
export function typeOf(coded: unknown): AskedType {
  const type = typeof coded;
  if (type === 'boolean' || type === 'string' || type === 'number') return type;
  return type === 'object' && coded !== null && !Array.isArray(coded) ? 'object' : undefined;
}

/** Whether two answers are the same to whoever looks: another reason for the same variant is no news. */
export function isSameAnswer(a: Evaluation, b: Evaluation): boolean {
  return a === b || (a.variant === b.variant && JSON.stringify(a.value) === JSON.stringify(b.value));
}

/** Makes answers of items. Asked the same while nothing about the flag has changed, it answers the same object. */
export class Answers {
  readonly #notes: Notes;
  readonly #made = new Map<string, { item: unknown; isStale: boolean; found: Evaluation }>();

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** Always with a value where `coded` is one: the flag's where it has one of the type that is asked for, else that. */
  find({ values, isStale }: Known, key: string, coded: JsonValue | undefined, type: AskedType): Evaluation {
    const item = values?.get(key);
    const isItsOwn = item?.value !== undefined && (type === undefined || typeof item.value === type);
    const name = isItsOwn ? key : nameOf(key, coded, type);
    const made = this.#made.get(name);
    // Without an item there are two answers: nothing is known yet, and no such flag.
    const seen = item ?? values === undefined;
    if (made !== undefined && made.item === seen && made.isStale === isStale) return made.found;
    const found = this.#make(item, values === undefined, key, coded, isItsOwn);
    if (isItsOwn && isStale) found.reason = 'STALE';
    this.#made.set(name, { item: seen, isStale, found });
    return found;
  }

  #make(
    item: ValueItem | undefined,
    isUnknown: boolean,
    key: string,
    coded: JsonValue | undefined,
    isItsOwn: boolean,
  ): Evaluation {
    const { value, variant, reason = 'DEFAULT', errorCode, metadata = NOTHING } = item ?? {};
    if (isItsOwn) return { key, value, variant, reason, metadata } as Evaluation;
    let code = errorCode as ErrorCode | undefined;
    if (isUnknown) code = 'PROVIDER_NOT_READY';
    else if (item === undefined) {
      code = 'FLAG_NOT_FOUND';
      this.#notes.once(`no ${key}`, 'warn', `there is no flag ${key} for clients; its coded default is served`);
    } else if (code === undefined && value !== undefined) {
      code = 'TYPE_MISMATCH';
      this.#notes.once(`type ${key}`, 'warn', `the flag ${key} is a ${typeof value}, and something else is asked for`);
    }
    const found = { key, metadata, ...(coded === undefined ? {} : { value: coded }) };
    return code === undefined ? { ...found, reason } : { ...found, reason: 'ERROR', errorCode: code };
  }
}

function nameOf(key: string, coded: unknown, type: AskedType): string {
  try {
    return JSON.stringify([key, type, coded]);
  } catch {
    // A default that is no JSON is the caller's; questions with such ones share an answer.
    return `${key} ${type}`;
  }
}
