import type { JsonValue } from '@turnout/core';
import type { Direction } from './door.ts';

/** The payload of an entry: what may be erased later, and what the log keeps of a change beside its columns. */
export interface EntryBody {
  v: 1;
  reason?: string;
  /** The id of the change that this one undid. */
  undoes?: number;
  /** The freezes that held, and in spite of which it was made. */
  overrode?: { freeze: string; name: string; environment: string }[];
  before?: JsonValue;
  after?: JsonValue;
  environments: { id: number; key: string; position: string; digest: string; direction: Direction }[];
}

/** Reads a payload back; undefined where it was erased. */
export function readEntryBody(text: string | null): EntryBody | undefined {
  return text === null ? undefined : (JSON.parse(text) as EntryBody);
}
